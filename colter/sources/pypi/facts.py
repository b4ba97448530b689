"""What the releases of a project say: numbers, words, and what is new since the last look."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from colter.core.model import Event, Sample
from colter.core.text import clean
from colter.sources.pypi import metrics
from colter.sources.pypi.draft import Part
from colter.sources.pypi.files import parse_version
from colter.sources.pypi.releases import Project, Release

_UPLOADED = metrics.LATEST_RELEASE_TIMESTAMP.key
_OF_LATEST = ("version", "requires_python", "yanked")
KEYS = (metrics.RELEASES.key, _UPLOADED, *_OF_LATEST)

# Marks: the highest version, the newest upload, and the versions that are yanked (a JSON list), as last seen.
_MARK_VERSION, _MARK_UPLOADED, _MARK_YANKED = "version", "uploaded", "yanked"


def facts(project: Project, marks: Mapping[str, str], now: datetime, page: str | None) -> Part:
    """Numbers, words and events.

    Args:
        project: as the index tells of it.
        marks: as the last committed reading left them; none: everything is old news.
        now: when an event happened that has no time of its own.
        page: of the project, for people, ending in a slash; or None.
    """
    status = {} if project.status == "active" else {"project_status": project.status}
    if project.status == "quarantined":  # its files are hidden, which does not mean that there are none
        reason = f"quarantined by the index{_because(project.status_reason)}"
        return Part(info=status, missing=dict.fromkeys(KEYS, reason))
    releases = Sample(metrics.RELEASES, len(project.releases))
    latest = project.latest
    if latest is None:
        return Part([releases], status, dict.fromkeys((*_OF_LATEST, _UPLOADED), "there is no release yet"))
    uploaded = [Sample(metrics.LATEST_RELEASE_TIMESTAMP, latest.uploaded.timestamp())] if latest.uploaded else []
    return Part(
        samples=[releases, *uploaded],
        info={**status, **_words(latest)},
        missing={} if uploaded else {_UPLOADED: "the index tells no upload time"},
        events=[*_released(project, marks, now, page), *_yanked(project, marks, now, page)],
        marks=_marks(project),
    )


def _words(latest: Release) -> Mapping[str, str]:
    requires = {"requires_python": clean(latest.requires_python, 100)} if latest.requires_python else {}
    yanked = "false" if latest.yanked is None else "true"
    return {"version": latest.version, "yanked": yanked, **requires}


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _marks(project: Project) -> Mapping[str, str]:
    uploads = [release.uploaded for release in project.releases if release.uploaded]
    newest = {_MARK_UPLOADED: max(uploads).isoformat()} if uploads else {}
    yanked = json.dumps([release.version for release in project.releases if release.yanked is not None])
    return {_MARK_VERSION: project.releases[-1].version, _MARK_YANKED: yanked, **newest}


def _released(project: Project, marks: Mapping[str, str], now: datetime, page: str | None) -> Iterable[Event]:
    for release in project.releases:
        if _is_new(release, marks):
            title = f"{release.version}{'' if release.final else ' (pre-release)'}"
            yield Event("release", release.version, title, release.uploaded or now, _url(page, release))


def _is_new(release: Release, marks: Mapping[str, str]) -> bool:
    if release.uploaded:  # a fix for an old line comes late and is new all the same
        return _MARK_UPLOADED in marks and release.uploaded > datetime.fromisoformat(marks[_MARK_UPLOADED])
    version, seen = parse_version(release.version), parse_version(marks.get(_MARK_VERSION, ""))
    return version is not None and seen is not None and version > seen


def _yanked(project: Project, marks: Mapping[str, str], now: datetime, page: str | None) -> Iterable[Event]:
    if _MARK_YANKED not in marks:
        return
    seen = set(json.loads(marks[_MARK_YANKED]))
    for release in project.releases:
        if release.yanked is not None and release.version not in seen:
            title = f"{release.version} was yanked{_because(release.yanked)}"
            yield Event("yanked", release.version, title, now, _url(page, release))


def _url(page: str | None, release: Release) -> str:
    return f"{page}{release.version}/" if page else ""
