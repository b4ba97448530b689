"""The page of a project as JSON: PEP 691, with the fields of PEP 700 and PEP 792 where they are."""

from datetime import datetime, timedelta
from typing import Any

from colter.core.text import clean
from colter.sources.pypi.names import same_name
from colter.sources.pypi.releases import File, Project, group
from colter.sources.pypi.server import ImproperError

_SLACK = timedelta(days=1)  # for clocks that differ
_STATUS_LENGTH = 40


def parse_json_page(page: Any, package: str, now: datetime) -> Project:
    """A project from its page.

    What breaks the rules in a field that is optional counts as left out; a page whose list of files
    cannot be trusted would make a wrong number of releases, and is refused.

    Args:
        page: the parsed JSON.
        package: the normalised name that was asked for.
        now: nothing was uploaded after it.

    Raises:
        ImproperError: what is wrong with it.
    """
    if not isinstance(page, dict) or not isinstance(page.get("files"), list):
        raise ImproperError("expected an object with a list of 'files'")
    _check_api(page.get("meta"))
    name = page.get("name")
    if not isinstance(name, str) or same_name(name) != package:
        raise ImproperError(f"it is about {name!r:.60}")
    versions = page.get("versions", [])
    if not isinstance(versions, list) or not all(isinstance(version, str) for version in versions):
        raise ImproperError("expected texts in 'versions'")
    files = [_file(entry, now) for entry in page["files"]]
    return Project(group(files, package, versions), *_status(page.get("project-status")))


def _check_api(meta: Any) -> None:
    version = meta.get("api-version") if isinstance(meta, dict) else None
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise ImproperError(f"it speaks version {version!r:.20} of the Simple API, not 1")


def _file(entry: Any, now: datetime) -> File:
    if not isinstance(entry, dict) or not isinstance(entry.get("filename"), str):
        raise ImproperError("a file has no 'filename'")
    yanked = entry.get("yanked", False)
    if not isinstance(yanked, bool | str):
        raise ImproperError("a file is 'yanked' neither true, false nor a reason")
    requires = entry.get("requires-python")
    return File(
        entry["filename"],
        _uploaded(entry.get("upload-time"), now),
        _reason(yanked),
        requires if isinstance(requires, str) else None,
    )


def _reason(yanked: bool | str) -> str | None:
    if isinstance(yanked, str):
        return clean(yanked) if yanked else None
    return "" if yanked else None


def _uploaded(written: Any, now: datetime) -> datetime | None:
    try:
        when = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return when if when.tzinfo and when <= now + _SLACK else None


def _status(told: Any) -> tuple[str, str]:
    if not isinstance(told, dict) or not isinstance(told.get("status"), str):
        return "active", ""
    reason = told.get("reason")
    return clean(told["status"], _STATUS_LENGTH), clean(reason) if isinstance(reason, str) else ""
