"""The releases of a project, in order, whichever way the index told of its files."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Self

from packaging.version import Version

from colter.core.text import clean
from colter.sources.pypi.files import parse_version, version_in

_VERSION_LENGTH = 64


@dataclass(frozen=True, slots=True)
class File:
    """One file, as an index tells of it."""

    name: str
    uploaded: datetime | None
    yanked: str | None
    """The reason, which may be empty; None: it is not yanked."""
    requires_python: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """All files of one version."""

    version: str
    final: bool
    """Neither a pre-release nor a development release."""
    uploaded: datetime | None
    """When its first file came."""
    yanked: str | None
    """The reason when all of its files are yanked."""
    requires_python: str | None


@dataclass(frozen=True, slots=True)
class Project:
    """A project on an index."""

    releases: Sequence[Release]
    """The oldest version first, by PEP 440."""
    status: str = "active"
    """PEP 792: also `archived`, `quarantined`, `deprecated`."""
    status_reason: str = ""

    @property
    def latest(self) -> Release | None:
        """What an installer would take: not yanked before yanked, final before pre-release, then the newest."""
        newest_first = reversed(self.releases)
        return max(newest_first, key=lambda release: (release.yanked is None, release.final), default=None)

    def to_bytes(self) -> bytes:
        """To keep it: a twentieth of the page that it came from."""
        releases = [astuple(release) for release in self.releases]
        return json.dumps([releases, self.status, self.status_reason], default=datetime.isoformat).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """What `to_bytes` has written."""
        releases, status, reason = json.loads(kept)
        return cls([_kept_release(*fields) for fields in releases], status, reason)


def group(files: Iterable[File], package: str, known: Collection[str] = ()) -> Sequence[Release]:
    """The releases that files make up, the oldest first. Files whose version cannot be told are left out.

    `1.0` and `1.0.0` are one version; it is shown as the index lists it, else as its first file writes it.
    """
    listed = {_order(written): written for written in known}
    spellings = frozenset(known)
    versions: dict[_Order, list[File]] = {}
    names: dict[_Order, str] = {}
    for file in files:
        written = version_in(file.name, package, spellings)
        if written is not None:
            order = _order(written)
            versions.setdefault(order, []).append(file)
            names.setdefault(order, listed.get(order, written))
    return [_release(names[order], order, versions[order]) for order in sorted(versions)]


_Order = tuple[bool, Any]
"""Versions from before PEP 440 come first, by their letters."""


def _order(written: str) -> _Order:
    parsed = parse_version(written)
    return (True, parsed) if parsed else (False, written)


def _release(version: str, order: _Order, files: Sequence[File]) -> Release:
    parsed = order[1]
    uploads = [file.uploaded for file in files if file.uploaded]
    reasons = [file.yanked for file in files if file.yanked is not None]
    return Release(
        clean(version, _VERSION_LENGTH),
        final=isinstance(parsed, Version) and not parsed.is_prerelease,
        uploaded=min(uploads, default=None),
        yanked=max(reasons) if len(reasons) == len(files) else None,
        requires_python=next((file.requires_python for file in files if file.requires_python), None),
    )


def _kept_release(version: str, final: bool, uploaded: str | None, yanked: str | None, requires: str | None) -> Release:
    return Release(version, final, datetime.fromisoformat(uploaded) if uploaded else None, yanked, requires)
