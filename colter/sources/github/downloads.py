"""Downloads of all assets of all releases: the whole sum, or none."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from colter.sources.github.access import Access, Shape
from colter.sources.github.look import Look
from colter.sources.github.values import UnusableError, count, dig, items

_LIFETIME = timedelta(days=1)
_PER_PAGE = 100
_MAX_PAGES = 100
"""GitHub lists at most 10,000 releases."""

_RELEASE: Shape = {"id": {}, "assets": {"download_count": {}}}

Counts = dict[int, int]
"""Downloads by release."""


async def add_downloads(access: Access, look: Look) -> None:
    """Sum the newest releases from the batch and, where there are more, the others from a listing of the day."""
    if reason := look.denied.get("recentReleases"):
        look.missing["release_downloads"] = reason
        return
    with look.attempt("release_downloads"):
        found = _recent(look.node)
        total = int(count(dig(look.node, ("releases", "totalCount"))))
        if len(found) < total:
            found = {**await list_downloads(access, look.name, _LIFETIME), **found}
        if len(found) != total:  # a release came or went since the listing
            found = await list_downloads(access, look.name, _LIFETIME, renew=True)
        if len(found) != total:
            raise UnusableError(f"{len(found)} of {total} releases could be read")
        look.values["release_downloads"] = float(sum(found.values()))


async def list_downloads(access: Access, name: str, lifetime: timedelta, *, renew: bool = False) -> Counts:
    """Downloads of every release, page by page; see `Access.get`.

    Raises:
        HttpError, LimitedError, UnusableError: not all could be read.
    """
    found: dict[int, int] = {}
    for page in range(1, _MAX_PAGES + 1):
        path = f"/repos/{name}/releases?per_page={_PER_PAGE}&page={page}"
        releases = items(await access.read(path, lifetime, renew=renew, keep=_RELEASE))
        for release in releases:
            assets = items(dig(release, ("assets",)))
            found[_id(dig(release, ("id",)))] = sum(int(count(dig(asset, ("download_count",)))) for asset in assets)
        if len(releases) < _PER_PAGE:
            return found
    raise UnusableError(f"more than {_PER_PAGE * _MAX_PAGES} releases: GitHub does not list them all")


def _recent(node: Mapping[str, Any]) -> dict[int, int]:
    """Downloads of the newest releases, without those with more assets than the batch asked for."""
    found = {}
    for release in items(dig(node, ("recentReleases", "nodes"))):
        assets = items(dig(release, ("releaseAssets", "nodes")))
        if len(assets) == count(dig(release, ("releaseAssets", "totalCount"))):
            total = sum(int(count(dig(asset, ("downloadCount",)))) for asset in assets)
            found[_id(dig(release, ("databaseId",)))] = total
    return found


def _id(value: Any) -> int:
    return int(count(value))
