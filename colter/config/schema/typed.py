"""Values that arrive as text, from a command line or the environment, read as the schema wants them."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from pydantic import TypeAdapter, ValidationError

from colter.config.schema.keys import alternatives, find_place, is_secret
from colter.config.schema.problems import message
from colter.config.yaml.document import parse_document
from colter.core.errors import ConfigError, UsageError

_NONE = object()


def read_value(path: Sequence[str], text: str, env: Mapping[str, str]) -> Any:
    """The first of these that the schema takes at this place: the text itself, the text as YAML, a list with commas.

    But a number and null are written as such where they mean the same, or nothing. When the schema takes none of them,
    the last that could be meant is returned: the check of the whole will say what was expected.

    Raises:
        UsageError: there is no such key.
    """
    if is_secret(path):
        return text or None
    kind = find_place(path).kind
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    as_yaml = _as_yaml(text)
    candidates = [text, as_yaml]
    if isinstance(as_yaml, str) and any(get_origin(each) is list for each in alternatives(kind)):
        candidates.append([part.strip() for part in text.split(",") if part.strip()])
    meanings = [_meaning(adapter, candidate, env) for candidate in candidates]
    if meanings[1] is not _NONE and (as_yaml is None or meanings[1] == meanings[0]):
        return as_yaml
    taken = (candidate for candidate, meaning in zip(candidates, meanings, strict=True) if meaning is not _NONE)
    return next(taken, candidates[-1])


def check_value(path: Sequence[str], value: Any, env: Mapping[str, str]) -> None:
    """UsageError says what is wrong with a value for this place, and what was expected."""
    try:
        TypeAdapter(find_place(path).kind).validate_python(value, strict=True, context={"env": env})
    except ValidationError as error:
        raise UsageError(message(error.errors(include_url=False)[0])) from None


def _meaning(adapter: TypeAdapter[Any], value: Any, env: Mapping[str, str]) -> Any:
    try:
        return adapter.validate_python(value, strict=True, context={"env": env})
    except ValidationError:
        return _NONE


def _as_yaml(text: str) -> Any:
    try:
        return parse_document(f"value: {text}".encode(), "value").data["value"]
    except (ConfigError, UnicodeEncodeError):
        return text
