"""Keys as people write them, `endpoints.api.timeout`, and where they lead in the schema."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from colter.config.schema.config import Config
from colter.config.schema.headers import unlocks
from colter.config.schema.items import look_up, names_in
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section
from colter.core.errors import UsageError

_PART = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^."\']+)')


_MANY = 2_000
"""To find the nearest of more names takes a second for each that is wrong."""


class Place(NamedTuple):
    """What the schema says about one place."""

    kind: Any
    """Its type."""
    field: FieldInfo | None = None
    """Its declaration; None for items of lists and mappings."""


def parse_key(key: str, data: Any) -> tuple[str, ...]:
    """The parts of a key. Names with dots need no quotes where the data already has them.

    Raises:
        UsageError: it is no key.
    """
    parts = [a or b or c for a, b, c in _PART.findall(key)]
    if not parts or _PART.sub("", key).strip(".") or ".." in _PART.sub("x", key):
        raise UsageError(f"expected a key such as github.token or endpoints.api.timeout, got {key!r}")
    path: list[str] = []
    while parts:
        for taken in range(len(parts), 0, -1):
            name = ".".join(parts[:taken])
            if taken == 1 or _is_there(data, (*path, name)):
                path.append(name)
                del parts[:taken]
                break
    return tuple(path)


def find_place(path: Sequence[str]) -> Place:
    """What the schema says about a path.

    Raises:
        UsageError: there is no such key; the nearest one is named.
    """
    place = Place(Config)
    for number, part in enumerate(path):
        inner = next(filter(None, (_step(kind, part) for kind in alternatives(place.kind))), None)
        if inner is None:
            known = sorted(set(field_names(place.kind)))
            where = ".".join(path[: number + 1])
            raise UsageError(f"{where}: there is no such key; {nearest(part, known)}")
        place = inner
    return place


def require_items(path: Sequence[str], data: Any) -> None:
    """Whether every list and mapping on a path has the item that is named; `data` are all keys with what counts.

    Raises:
        UsageError: one has not; those that it has are named.
    """
    for number, part in enumerate(path):
        kinds = alternatives(find_place(path[:number]).kind)
        if any(get_origin(kind) in (list, dict) for kind in kinds) and not _is_there(data, path[: number + 1]):
            known = names_in(look_up(data, path[:number]))
            raise UsageError(f"{'.'.join(path[: number + 1])}: there is none of that name; {nearest_item(part, known)}")


def is_secret(path: Sequence[str]) -> bool:
    """Whether a secret stands there."""
    kinds = alternatives(find_place(path).kind)
    return SecretRef in kinds and (str not in kinds or unlocks(path[-1]))


def nearest(word: str, known: Sequence[str]) -> str:
    """The nearest known key, or all of them, as an end of a sentence."""
    if near := get_close_matches(word, known, n=1):
        return f"did you mean {near[0]!r}?"
    return f"known are {', '.join(known)}" if known else "a value stands here, no section"


def nearest_item(name: str, known: Sequence[str]) -> str:
    """The same for names that users give: there may be thousands, or none."""
    if len(known) > _MANY:
        return f"none of {len(known):,} is"
    return nearest(name, known) if known else "there are none"


def field_names(kind: Any) -> list[str]:
    """The keys of a section, or of the sections that may stand here; none for anything else."""
    sections = [each for each in alternatives(kind) if isinstance(each, type) and issubclass(each, Section)]
    return [field.alias or name for section in sections for name, field in section.model_fields.items()]


def all_keys(kind: Any = Config, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every key of the schema with its declaration; `*` stands for the name of an item."""
    for section in alternatives(kind):
        if not (isinstance(section, type) and issubclass(section, Section)):
            continue
        for name, field in section.model_fields.items():
            here = (*path, field.alias or name)
            yield here, field
            for inner in alternatives(field.annotation):
                if get_origin(inner) in (list, dict):
                    yield from all_keys(get_args(inner)[-1], (*here, "*"))
                else:
                    yield from all_keys(inner, here)


def _step(kind: Any, part: str) -> Place | None:
    if isinstance(kind, type) and issubclass(kind, Section):
        for name, field in kind.model_fields.items():
            if part == (field.alias or name):
                return Place(
                    Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation, field
                )
    if get_origin(kind) in (list, dict):
        return Place(get_args(kind)[-1])
    return None


def alternatives(kind: Any) -> list[Any]:
    """The members of a union, without the annotations around them."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        return [member for inner in get_args(kind) for member in alternatives(inner)]
    return [kind]


def _is_there(data: Any, path: Sequence[str]) -> bool:
    try:
        look_up(data, path)
    except KeyError:
        return False
    return True
