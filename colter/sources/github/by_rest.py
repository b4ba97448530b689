"""Without a token: one repository after the other by REST, five to seven calls each of the sixty an hour there are."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from colter.net.http import HttpError
from colter.sources.github import issues
from colter.sources.github.access import OK, Access, Shape, message
from colter.sources.github.downloads import list_downloads
from colter.sources.github.look import Look, from_rest
from colter.sources.github.values import UnusableError, count, dig, items, text

_ALWAYS_ASK = timedelta()
_PER_PAGE = 100
_MAX_PAGES = 100
_LAST_PAGE = re.compile(r'<([^<>]{1,2000})>;\s*rel="last"')
_ISSUE: Shape = {key: {} for key in ("number", "title", "created_at", "html_url", "pull_request")}
_STRANGERS = "GitHub tells it only to those who bring a token"


class UnreadError(Exception):
    """This one repository or owner cannot be read; the message says why."""


async def read_repository(access: Access, name: str, wanted: frozenset[str]) -> Look:
    """Everything but the issues that GitHub tells strangers about a repository.

    Raises:
        UnreadError, HttpError, LimitedError, RefusedError.
    """
    reply = await access.get(f"/repos/{name}", _ALWAYS_ASK)
    if reply.status in (404, 451):
        raise UnreadError(f"not found, or not public ({message(reply)})")
    if reply.status != OK:
        raise UnreadError(f"GitHub does not tell it ({message(reply)})")
    try:
        look = from_rest(reply.json())
    except (UnusableError, HttpError) as error:
        raise UnreadError(f"GitHub's answer is of no use: {error}") from error
    for key, listing in (("open_pull_requests", "pulls?state=open&"), ("branches", "branches?"), ("tags", "tags?")):
        with look.attempt(key):
            look.values[key] = await _length(access, f"/repos/{look.name}/{listing}per_page=1")
    with look.attempt("open_issues"):
        look.values["open_issues"] = _without_pulls(look)
    with look.attempt("releases"):
        downloads = await list_downloads(access, look.name, _ALWAYS_ASK)
        look.values["releases"] = float(len(downloads))
        if "downloads" in wanted:
            look.values["release_downloads"] = float(sum(downloads.values()))
    if "downloads" in wanted and "releases" in look.missing:
        look.missing["release_downloads"] = look.missing["releases"]
    for key, word in (("ci", "ci"), ("open_vulnerability_alerts", "security"), ("traffic", "traffic")):
        if word in wanted:
            look.missing[key] = _STRANGERS
    return look


async def list_repositories(access: Access, owner: str) -> AsyncIterator[str]:
    """Names of the public repositories of a user or an organization.

    Raises:
        UnreadError: there is no such owner; HttpError, LimitedError, RefusedError.
    """
    for page in range(1, _MAX_PAGES + 1):
        try:
            path = f"/users/{owner}/repos?type=owner&sort=full_name&per_page={_PER_PAGE}&page={page}"
            rows = items(await access.read(path, _ALWAYS_ASK, keep={"full_name": {}}))
            names = [text(dig(row, ("full_name",))) for row in rows]
        except UnusableError as error:
            raise UnreadError(str(error)) from error
        for name in names:
            yield name
        if len(rows) < _PER_PAGE:
            return


async def issue_page(access: Access, name: str, page: int = 1) -> issues.IssuePage:
    """A page of the issues, newest first, with the pull requests that REST lists among them."""
    listing = f"issues?state=all&sort=created&direction=desc&per_page={_PER_PAGE}&page={page}"
    rows = items(await access.read(f"/repos/{name}/{listing}", _ALWAYS_ASK, keep=_ISSUE))
    more = None if len(rows) < _PER_PAGE else lambda: issue_page(access, name, page + 1)
    return issues.IssuePage(issues.from_rest(rows), more)


def _without_pulls(look: Look) -> float:
    """REST counts pull requests among the open issues."""
    both = count(dig(look.node, ("open_issues_count",)))
    if "open_pull_requests" not in look.values:
        raise UnusableError("the pull requests could not be told from the issues")
    return count(int(both - look.values["open_pull_requests"]))


async def _length(access: Access, path: str) -> float:
    """How long a listing is: with one entry a page, the number of its last page.

    Never from a kept reply: the entry of page one may be the same while the number of pages is not.
    """
    reply = await access.get(path, None)
    if reply.status != OK:
        raise UnusableError(f"GitHub does not tell it ({message(reply)})")
    found = _LAST_PAGE.search(reply.headers.get("link", ""))
    if not found:
        return float(len(items(reply.json())))
    written = parse_qs(urlsplit(found[1]).query).get("page", [""])[0]
    return count(int(written) if re.fullmatch(r"[0-9]{1,15}", written) else written)
