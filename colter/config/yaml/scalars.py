"""Scalars of YAML 1.2's core schema, read and written. `no`, `15:00` and `0600` mean what they look like."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_WITH_BASE = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,4})?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Plain everywhere, in flow and block, for us and for readers of YAML 1.1: so no yes, 1_000, 12:30 or 2026-01-01.
_PLAIN = re.compile(
    r"[A-Za-z_/$](?:[A-Za-z0-9_/.@+=%*$~-]|:(?=[A-Za-z0-9_/]))*(?: [A-Za-z0-9_/.@+=%*$~-]+)*"
    r"|(?:[0-9]+(?:ms|[smhdw]))+|[1-5]xx|[0-9]+ of [0-9]+"
)
_WORDS_OF_1_1 = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def read_scalar(written: str) -> Any:
    """The value of a plain scalar: None, bool, int, float, or the text itself."""
    if written in _WORDS:
        return _WORDS[written]
    if written[0] not in "-+.0123456789":
        return written
    if _INTEGER.fullmatch(written):
        return int(written)
    if _WITH_BASE.fullmatch(written):
        return int(written, 0)
    if _FLOAT.fullmatch(written) or _SPECIAL.fullmatch(written):
        return float(written.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return written


def write_inline(value: Any) -> str:
    """A value on one line: `5s`, `[a, b]`, `{name: api}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_inline(key)}: {write_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_inline(item) for item in value) + "]"
    if isinstance(value, str):
        return value if _is_plain(value) else write_quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("nan", ".nan").replace("inf", ".inf")
    return json.dumps(value)


def as_text(value: Any) -> str:
    """A scalar as it is written, near enough for messages: `true`, not Python's `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_quoted(text: str, quote: str = '"') -> str:
    """A text in quotes, on one line."""
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def write_block(value: Any, step: int) -> Iterator[str]:
    """A mapping, or a list with mappings in it, as lines; what lies within is indented by `step`."""
    if isinstance(value, list):
        for item in value:
            first, *others = write_block(item, step) if item and isinstance(item, dict) else [write_inline(item)]
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
        return
    for key, item in value.items():
        if item and (
            isinstance(item, dict) or (isinstance(item, list) and any(isinstance(each, dict) for each in item))
        ):
            yield f"{write_inline(key)}:"
            yield from (" " * step + line for line in write_block(item, step))
        else:
            yield f"{write_inline(key)}: {write_inline(item)}"


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS_OF_1_1


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
