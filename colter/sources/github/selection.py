"""Which repositories are meant: names, patterns, exclusions and the words `fork:no` and `archived:no`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from colter.core.errors import UsageError
from colter.core.text import clean
from colter.sources.github.values import FULL_NAME

_ADDRESS = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+?)(?:\.git)?/?")
_PATTERN = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_.*?\[\]-]+")
_EXCLUSION = re.compile(r"[A-Za-z0-9_.*?\[\]-]+/[A-Za-z0-9_.*?\[\]-]+")
_WORDS = {"fork:no": "fork", "archived:no": "archived"}


@dataclass(frozen=True, slots=True)
class Selection:
    """The targets as written, sorted by kind; GitHub's names know no case, so patterns compare without."""

    names: tuple[str, ...]
    """`owner/name`, each once."""
    patterns: tuple[str, ...]
    """`owner/*`; nothing at all written means all of the token's owner, see `everything`."""
    excluded: tuple[str, ...]
    without: frozenset[str]
    """Among `fork` and `archived`: repositories that patterns leave out."""

    @property
    def everything(self) -> bool:
        """Whether the repositories of the token's owner are meant."""
        return not self.names and not self.patterns

    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """The patterns by the owner that they search."""
        found: dict[str, tuple[str, ...]] = {}
        for pattern in self.patterns:
            owner = pattern.partition("/")[0].lower()
            found[owner] = (*found.get(owner, ()), pattern)
        return found

    def excludes(self, name: str) -> bool:
        """Whether an exclusion names it; that holds for repositories named in full too."""
        return any(matches(pattern, name) for pattern in self.excluded)

    def drops(self, name: str, info: Mapping[str, str]) -> bool:
        """Whether a repository that a pattern found is not wanted after all."""
        return self.excludes(name) or any(info.get(word) == "true" for word in self.without)


def select(targets: Sequence[str]) -> Selection:
    """Sort targets as people write them: `pallets/flask`, its web address, `my-org/*`, `!my-org/old-*`, `fork:no`.

    Raises:
        UsageError: one of them is none of these.
    """
    names: dict[str, str] = {}
    patterns, excluded, without = [], [], set()
    for written in targets:
        found = _ADDRESS.fullmatch(written)
        target = found[1] if found else written
        if target in _WORDS:
            without.add(_WORDS[target])
        elif target.startswith("!") and _EXCLUSION.fullmatch(target[1:]):
            excluded.append(target[1:])
        elif FULL_NAME.fullmatch(target):
            names.setdefault(target.lower(), target)
        elif _PATTERN.fullmatch(target) and set(target) & set("*?["):
            patterns.append(target)
        else:
            raise UsageError(
                f"{clean(written, 100)!r} is no GitHub repository",
                hint="write owner/name, owner/*, !owner/name, fork:no or archived:no",
            )
    selection = Selection(tuple(names.values()), tuple(dict.fromkeys(patterns)), tuple(excluded), frozenset(without))
    kept = tuple(name for name in selection.names if not selection.excludes(name))
    return Selection(kept, selection.patterns, selection.excluded, selection.without)


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern with `*`, `?` and `[...]`, in any case."""
    return fnmatchcase(name.lower(), pattern.lower())
