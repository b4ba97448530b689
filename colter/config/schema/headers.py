"""Texts that may unlock something: request headers, bodies, addresses with a user name. Then they are secrets."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from colter.config.schema.checks import check_header_value, check_line, expand_text
from colter.config.schema.destination import DEFAULT_PORTS, check_address, check_hidden_address
from colter.config.schema.secretref import SEALED, Form, SecretRef, read_secret
from colter.config.schema.variables import has_variable

PROXY_PORTS: Mapping[str, int | None] = {"http": None, "https": None, "socks5h": 1080}
"""None: proxies have no port that all of them use."""
_UNLOCKS = re.compile(r"auth|cookie|token|secret|password|api-?key|access-?key|signature", re.IGNORECASE)


def unlocks(name: str) -> bool:
    """Whether the value of a header of this name is a secret."""
    return bool(_UNLOCKS.search(name))


def mark_secrets(written: Any) -> Any:
    """The headers as written, with the values that are sealed or unlock something as secrets."""
    if not isinstance(written, dict):
        return written
    return {name: SecretRef(value) if _is_secret(name, value) else value for name, value in written.items()}


def read_header(written: Any, info: ValidationInfo) -> str | SecretRef:
    """The value of a header; ValueError for what HTTP cannot carry."""
    if isinstance(written, SecretRef):
        if written.form is Form.CLEAR:
            check_header_value(written.raw)
        return read_secret(written.raw)
    if not isinstance(written, str):
        raise ValueError("expected text; put it in quotes")  # noqa: TRY004  pydantic collects ValueErrors
    return check_header_value(expand_text(written, info))


def read_body(written: Any) -> str | SecretRef:
    """What is sent; a secret when it is sealed or has variables."""
    if isinstance(written, SecretRef):
        return written
    if not isinstance(written, str):
        raise ValueError("expected text; put it in quotes")  # noqa: TRY004  pydantic collects ValueErrors
    return SecretRef(written) if _hides(written) else written


def read_index(written: Any, check: Callable[[str], str] | None = None) -> str | SecretRef:
    """The address of a server; a secret when it is sealed, has variables or holds a user name and password."""
    if isinstance(written, SecretRef):
        return written
    if not isinstance(written, str):
        raise ValueError("expected an address as text")  # noqa: TRY004  pydantic collects ValueErrors
    if _hides(written) or "@" in urlsplit(written).netloc:
        return read_secret(written)
    line = check_line(written)
    return check(line) if check else check_address(line, DEFAULT_PORTS)


def read_hook(written: Any) -> str | SecretRef:
    """The same for what may be a secret as a whole."""
    return read_index(written, check_hidden_address)


def read_proxy(written: Any) -> str | SecretRef:
    """The address of a proxy; a secret when it is sealed, has variables or holds a user name and password."""
    if isinstance(written, str) and (_hides(written) or "@" in written):
        return read_secret(written)
    if not isinstance(written, str):
        raise ValueError("expected an address as text")  # noqa: TRY004  pydantic collects ValueErrors
    return check_address(check_line(written), PROXY_PORTS)


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (_hides(value) or unlocks(name))


def _hides(written: str) -> bool:
    return written.startswith(SEALED) or has_variable(written)
