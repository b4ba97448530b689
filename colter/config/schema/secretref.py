"""A secret as it stands in the configuration: sealed, named or in clear text, not yet opened."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from colter.config.schema.variables import has_variable
from colter.core.secret import MASK

SEALED = "enc:v1:"
_LONGEST = 65_536
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Fernet: version 0x80 and a 64-bit time that begins with zeros until the year 2106, in URL-safe base64.
_FERNET = re.compile(r"gAAAAA[A-Za-z0-9_-]{66,}={0,2}")


class Form(Enum):
    """How a secret is written."""

    SEALED = "sealed"
    VARIABLE = "variable"
    FERNET = "fernet"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, repr=False)
class SecretRef:
    """A secret that `Settings.reveal` opens at the moment it is sent."""

    raw: str
    """As it is written in the file."""
    path: tuple[str, ...] = ()
    """Its place: keys, and the names of list items: `("endpoints", "api", "request", "auth", "bearer")`."""
    audience: str = ""
    """The one destination it may be sent to: `https://api.github.com:443`."""

    @property
    def form(self) -> Form:
        """How it is written."""
        if self.raw.startswith(SEALED):
            return Form.SEALED
        if _FERNET.fullmatch(self.raw):
            return Form.FERNET
        return Form.VARIABLE if has_variable(self.raw) else Form.CLEAR

    @property
    def key(self) -> str:
        """Its place, as `colter config get` takes it."""
        return ".".join(self.path)

    def __repr__(self) -> str:
        return f"SecretRef({self.key or MASK})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_secret)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "description": "A secret: enc:v1:..., ${ENV_NAME} or clear text."}


def read_secret(written: object) -> SecretRef:
    """What is written, as a secret; ValueError, without a word of it, when it can be none."""
    if isinstance(written, SecretRef):
        return written
    if not isinstance(written, str):
        raise ValueError("expected a secret as text; put it in quotes")  # noqa: TRY004  pydantic collects ValueErrors
    if not written or len(written) > _LONGEST:
        raise ValueError(f"expected a secret of 1 to {_LONGEST} characters")
    if _CONTROLS.search(written):
        raise ValueError("a secret may not hold line breaks or control characters")
    return SecretRef(written)
