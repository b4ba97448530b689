"""What every section of the configuration has in common."""

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace
from functools import cache
from typing import Any, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationInfo, model_validator

from colter.config.schema.secretref import SecretRef

S = TypeVar("S", bound="Section")


class Section(BaseModel):
    """A mapping with known keys; values are taken as they are written, never converted by guess."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    def destination(self) -> str:
        """Where the secrets of this section are sent; nothing: where those of the section around it are."""
        return ""


class CommonSection(Section):  # noqa: PLW1641  no section has a hash
    """One that thousands of endpoints write alike: then it is there once, unless a secret is in it.

    Those that were read stand in `known` of the validation context.
    """

    def __eq__(self, other: object) -> bool:
        # What is said has to suit the address, though it be the default; what is left out need not.
        return super().__eq__(other) and self.model_fields_set == getattr(other, "model_fields_set", None)

    @model_validator(mode="wrap")
    @classmethod
    def _read_once(cls, written: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        known: MutableMapping[tuple[type, str], Self] | None = (info.context or {}).get("known")
        if known is None:
            return read(written)
        key = cls, repr(written)
        if key in known:
            return known[key]
        section = read(written)
        if not any(bind_secrets(section)):  # each secret has a place of its own
            known[key] = section
        return section


def shared(kind: type[S]) -> Callable[[], S]:
    """A default that is made once for all: each of thousands of endpoints would have sections of its own otherwise.

    For sections without anything in them that is ever changed, such as secrets.
    """
    return cache(kind)


def bind_secrets(section: Section, path: tuple[str, ...] = (), audience: str = "") -> Iterator[SecretRef]:
    """Give every secret its place and its destination, and yield them in the order of the schema."""
    audience = section.destination() or audience
    for name, key in _secret_fields(type(section)):
        value = getattr(section, name)
        if isinstance(value, SecretRef):
            value = replace(value, path=(*path, key), audience=audience)
            setattr(section, name, value)
            yield value
        elif isinstance(value, Section):
            yield from bind_secrets(value, (*path, key), audience)
        elif isinstance(value, dict):
            yield from _bind_values(value, (*path, key), audience)
        elif isinstance(value, list):
            for item in value:
                yield from bind_secrets(item, (*path, key, item.name), audience)


def _bind_values(values: MutableMapping[str, Any], path: tuple[str, ...], audience: str) -> Iterator[SecretRef]:
    for key, value in values.items():
        if isinstance(value, Section):
            yield from bind_secrets(value, (*path, key), audience)
        elif isinstance(value, SecretRef):
            values[key] = replace(value, path=(*path, key), audience=audience)
            yield values[key]


@cache  # thousands of endpoints share one answer
def _secret_fields(section: type[Section]) -> tuple[tuple[str, str], ...]:
    """Attribute and key of every field that can hold a secret, however deep."""
    fields = section.model_fields.items()
    return tuple((name, field.alias or name) for name, field in fields if _holds_secret(field.annotation))


def _holds_secret(kind: Any) -> bool:
    if isinstance(kind, type) and issubclass(kind, Section):
        return bool(_secret_fields(kind))
    return kind is SecretRef or any(_holds_secret(inner) for inner in get_args(kind))
