"""Known vulnerabilities of a package's newest version, from the JSON API."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any, Self

from colter.core.text import clean
from colter.sources.pypi.files import parse_version
from colter.sources.pypi.releases import Release
from colter.sources.pypi.server import ImproperError, MissingError

_MOST = 2000  # of one version; counting the distinct ones takes their square


@dataclass(frozen=True, slots=True)
class Known:
    """How many are known of one version."""

    version: str
    count: int

    def of(self, latest: Release) -> int:
        """The number, if it is about this release; MissingError when it is about another."""
        if self.version != latest.version and parse_version(self.version) != parse_version(latest.version):
            raise MissingError(f"known for version {clean(self.version, 60)} only, not for {clean(latest.version, 60)}")
        return self.count

    def to_bytes(self) -> bytes:
        """To keep it, instead of the megabytes of page around it."""
        return json.dumps(astuple(self)).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """What `to_bytes` has written."""
        return cls(*json.loads(kept))


def parse_known(page: Any) -> Known:
    """The vulnerabilities on a page of the JSON API, without those that were withdrawn.

    Raises:
        ImproperError: it does not tell them.
    """
    info = page.get("info") if isinstance(page, dict) else None
    version = info.get("version") if isinstance(info, dict) else None
    entries = page.get("vulnerabilities") if isinstance(page, dict) else None
    if not isinstance(version, str) or not isinstance(entries, list):
        raise ImproperError("expected a version and a list of 'vulnerabilities'")
    if len(entries) > _MOST:
        raise ImproperError(f"{len(entries)} vulnerabilities")
    return Known(version, _distinct(_names(entry) for entry in entries if not _withdrawn(entry)))


def _withdrawn(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("withdrawn"), str)


def _names(entry: Any) -> set[str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise ImproperError("a vulnerability has no 'id'")
    aliases = entry.get("aliases")
    told = aliases if isinstance(aliases, list) else ()
    return {entry["id"], *(alias for alias in told if isinstance(alias, str))}


def _distinct(named: Iterable[set[str]]) -> int:
    """How many there are when those that share a name are one: PYSEC and GHSA both list most of them."""
    groups: list[set[str]] = []
    for names in named:
        same = [group for group in groups if group & names]
        groups = [group for group in groups if not group & names]
        groups.append(names.union(*same))
    return len(groups)
