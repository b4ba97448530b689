"""The tree of commands as the words that can stand at each place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from typer.core import TyperGroup

from colter.cli.options import Words


@dataclass(frozen=True, slots=True)
class Flag:
    """An option: its spellings, whether a value follows, and what that may be."""

    names: tuple[str, ...]
    help: str
    takes_value: bool
    choices: tuple[str, ...]
    takes_file: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A command or a group: what can follow it."""

    path: str
    """`track pypi`; nothing for the program itself."""
    help: str
    commands: tuple[str, ...]
    flags: tuple[Flag, ...]
    words: tuple[str, ...]
    """What its first argument may be, where that is known."""


def places(tree: TyperGroup) -> Sequence[Place]:
    """Every command and group, the program itself first."""
    return list(_walk(tree, ""))


def _walk(command: Any, path: str) -> Iterator[Place]:
    children = getattr(command, "commands", {})
    yield Place(
        path=path,
        help=_summary(command.help),
        commands=tuple(name for name, child in children.items() if not child.hidden),
        flags=(*_flags(command), Flag(("-h", "--help"), "Show this message and exit.", False, (), False)),
        words=next((_choices(param) for param in command.params if param.param_type_name == "argument"), ()),
    )
    for name, child in children.items():
        if not child.hidden:
            yield from _walk(child, f"{path} {name}".strip())


def _flags(command: Any) -> Iterator[Flag]:
    for param in command.params:
        if param.param_type_name == "option" and param.opts:
            yield Flag(
                names=(*param.opts, *param.secondary_opts),
                help=_summary(param.help),
                takes_value=not (param.is_flag or param.count),
                choices=_choices(param),
                takes_file=param.metavar in ("FILE", "PATH", "DIR"),
            )


def _choices(param: Any) -> tuple[str, ...]:
    parser = getattr(param.type, "func", None)
    return parser.known if isinstance(parser, Words) else ()


def _summary(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split()).partition(". ")[0].rstrip(".")
