"""How the templates of the completion scripts are filled."""

from collections.abc import Iterable, Iterator, Sequence

from colter.cli.completing.words import Place

NOTE = "colter: completion of commands, options, choices and names. Made by `colter completion`; do not edit."


def filled(template: str, **tables: Iterable[str]) -> str:
    """The template with `__NAME__` replaced by lines."""
    text = template.replace("__NOTE__", NOTE)
    for name, lines in tables.items():
        text = text.replace(f"__{name}__", "\n".join(lines))
    return text


def patterns(written: Iterable[str]) -> str:
    """Patterns for a `case` of bash and zsh, where a star within quotes is only a star."""
    return "|".join("*".join(f"'{part}'" if part else "" for part in pattern.split("*")) for pattern in written)


def spellings(place: Place) -> Sequence[str]:
    """Every way to write the options of a place."""
    return [name for flag in place.flags for name in flag.names]


def described(place: Place) -> Iterator[tuple[str, str]]:
    """The same, each with what it is for."""
    return ((name, flag.help) for flag in place.flags for name in flag.names)


def paths(tree: Sequence[Place]) -> Sequence[str]:
    """Every command and group, without the program itself."""
    return [place.path for place in tree if place.path]
