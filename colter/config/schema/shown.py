"""The configuration as plain data to show: secrets as dots, durations and thresholds as they are written."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from colter.config.schema.measures import Size, StatusSet, Threshold
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section
from colter.core.secret import MASK
from colter.core.units import format_duration

Show = Callable[[SecretRef], str]
_NAME_ALONE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def mask(ref: SecretRef) -> str:
    """Dots; but the name of a variable is no secret. What stands beside it, or is its default, may be one."""
    return ref.raw if _NAME_ALONE.fullmatch(ref.raw) else MASK


def effective(section: Section, show: Show = mask) -> dict[str, Any]:
    """Every key with the value that counts, defaults too."""
    return {
        field.alias or name: _plain(getattr(section, name), show) for name, field in type(section).model_fields.items()
    }


def as_written(data: Mapping[str, Any], secrets: Mapping[tuple[str, ...], str], path: tuple[str, ...] = ()) -> Any:
    """The values as they are written, with the given text in the place of every secret."""
    return {key: _replaced(value, secrets, (*path, key)) for key, value in data.items()}


def _replaced(value: Any, secrets: Mapping[tuple[str, ...], str], path: tuple[str, ...]) -> Any:
    if path in secrets:
        return secrets[path]
    if isinstance(value, dict):
        return as_written(value, secrets, path)
    if isinstance(value, list):
        return [
            _replaced(item, secrets, (*path, str(item.get("name", ""))) if isinstance(item, dict) else path)
            for item in value
        ]
    return value


def _plain(value: Any, show: Show) -> Any:
    if isinstance(value, Section):
        return effective(value, show)
    if isinstance(value, SecretRef):
        return show(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Threshold | StatusSet | Size):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item, show) for key, item in value.items()}
    return [_plain(item, show) for item in value] if isinstance(value, list) else value
