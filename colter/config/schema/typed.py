"""Values that arrive as text, from a command line or the environment, read as the schema wants them."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from pydantic import TypeAdapter, ValidationError

from colter.config.schema.keys import alternatives, find_place
from colter.config.schema.problems import message
from colter.config.yaml.document import parse_document
from colter.core.errors import ConfigError, UsageError


def read_value(path: Sequence[str], text: str, env: Mapping[str, str]) -> Any:
    """The first of these that the schema takes at this place: the text itself, the text as YAML, a list with commas.

    When it takes none of them, the last that could be meant: the check of the whole will say what was expected.

    Raises:
        UsageError: there is no such key.
    """
    kind = find_place(path).kind
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    candidates = [text, _as_yaml(text)]
    if isinstance(candidates[-1], str) and any(get_origin(each) is list for each in alternatives(kind)):
        candidates.append([part.strip() for part in text.split(",") if part.strip()])
    for candidate in candidates:
        try:
            adapter.validate_python(candidate, strict=True, context={"env": env})
        except ValidationError:
            continue
        return candidate
    return candidates[-1]


def check_value(path: Sequence[str], value: Any, env: Mapping[str, str]) -> None:
    """UsageError says what is wrong with a value for this place, and what was expected."""
    try:
        TypeAdapter(find_place(path).kind).validate_python(value, strict=True, context={"env": env})
    except ValidationError as error:
        raise UsageError(message(error.errors(include_url=False)[0])) from None


def _as_yaml(text: str) -> Any:
    try:
        return parse_document(f"value: {text}".encode(), "value").data["value"]
    except (ConfigError, UnicodeEncodeError):
        return text
