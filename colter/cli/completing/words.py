"""Which words can stand at each place of a command line, from the tree of commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from typer.core import TyperGroup

from colter.cli.options import Words

_PATHS: dict[str, Literal["file", "folder"]] = {"FILE": "file", "PATH": "file", "CONFIG": "file", "DIR": "folder"}
_NAMES = {
    "NAME": ("endpoint", "heartbeat", "tag"),
    "NAME|URL|@TAG": ("endpoint", "tag"),
    "HEARTBEAT": ("heartbeat",),
    "PACKAGE": ("package",),
    "TARGET": ("repository",),
    "CHANNEL": ("channel",),
    "SINK": ("sink",),
    "SOURCE:NAME": ("former",),
}
"""Kinds of names, by what help calls an argument or a value; `names.py` keeps them for shells."""


@dataclass(frozen=True, slots=True)
class Value:
    """What may stand somewhere; where nothing is known of it, all of this is empty."""

    words: tuple[str, ...] = ()
    """These; or some of them, of which `names` tells which are set up."""
    names: tuple[str, ...] = ()
    """Names of these kinds."""
    path: Literal["", "file", "folder"] = ""
    many: bool = False
    """Several of them with commas between."""
    commands: bool = False
    """The words are commands."""


@dataclass(frozen=True, slots=True)
class Flag:
    """An option."""

    names: tuple[str, ...]
    help: str
    value: Value | None
    """What follows it; None: nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A command or a group: what can follow it."""

    path: str
    """`track pypi`; nothing for the program itself."""
    help: str
    commands: tuple[str, ...]
    flags: tuple[Flag, ...]
    """Its own. Those of the program itself, the first place, can stand everywhere."""
    arguments: tuple[Value, ...]
    repeats: bool
    """Whether the last argument can stand there any number of times."""


def places(tree: TyperGroup) -> Sequence[Place]:
    """Every command and group, the program itself first."""
    return list(_walk(tree, ""))


def spots(tree: Sequence[Place]) -> Iterator[tuple[Sequence[str], Value]]:
    """What may stand where a value or an argument is wanted, with its patterns; the first pattern that matches counts.

    They match `track pypi:--by` for the value of an option and `track pypi:0` for the first argument, counted from 0.
    """
    own = ((f"{place.path}:{name}", flag.value) for place in tree[1:] for flag in place.flags for name in flag.names)
    everywhere = ((f"*:{name}", flag.value) for flag in tree[0].flags for name in flag.names)
    for rows in (own, everywhere, _arguments(tree)):
        patterns: dict[Value, list[str]] = {}
        for pattern, value in rows:
            if value is not None:
                patterns.setdefault(value, []).append(pattern)
        yield from ((together, value) for value, together in patterns.items())


def valued(tree: Sequence[Place]) -> Iterator[Sequence[str]]:
    """Patterns that match `track pypi:--by` when a value follows that option."""
    return (patterns for patterns, _ in spots(tree) if ":-" in patterns[0])


def _arguments(tree: Sequence[Place]) -> Iterator[tuple[str, Value]]:
    for place in tree:
        if place.commands:
            yield f"{place.path}:0", Value(place.commands, commands=True)
        for number, value in enumerate(place.arguments, 1):
            last = place.repeats and number == len(place.arguments)
            yield f"{place.path}:{'*' if last else number - 1}", value


def _walk(command: Any, path: str) -> Iterator[Place]:
    children = {name: child for name, child in getattr(command, "commands", {}).items() if not child.hidden}
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    yield Place(
        path=path,
        help=_summary(command.help),
        commands=tuple(children),
        flags=(*_flags(command), *([] if path else [Flag(("-h", "--help"), "Show this message and exit", None)])),
        arguments=tuple(_value(param) for param in arguments),
        repeats=any(param.nargs < 0 for param in arguments),
    )
    for name, child in children.items():
        yield from _walk(child, f"{path} {name}".strip())


def _flags(command: Any) -> Iterator[Flag]:
    for param in command.params:
        if param.param_type_name == "option" and not param.hidden:  # the program's own are hidden in its commands
            value = None if param.is_flag or param.count else _value(param)
            yield Flag((*param.opts, *param.secondary_opts), _summary(param.help), value)


def _value(param: Any) -> Value:
    metavar = (param.metavar or param.name.upper()).strip("[].")
    words = getattr(param.type, "func", None)
    return Value(
        words=words.known if isinstance(words, Words) else (),
        names=_NAMES.get(metavar, ()),
        path=_PATHS.get(metavar, ""),
        many=isinstance(words, Words) and words.many,
    )


def _summary(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split()).partition(". ")[0].rstrip(".")
