"""Request headers: which of them unlock something, and what their values may be."""

import re
from typing import Any

from pydantic import ValidationInfo

from colter.config.schema.checks import check_header_value, expand_text
from colter.config.schema.secretref import SEALED, Form, SecretRef, read_secret

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


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (value.startswith(SEALED) or unlocks(name))
