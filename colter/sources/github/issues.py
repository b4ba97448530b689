"""New issues as events, each exactly once; pull requests are none."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from colter.core.model import Event
from colter.core.text import clean
from colter.sources.github.values import count, dig, items, moment, text

MARK = "issues"
"""The mark of the newest issue that was seen: time of creation, a space, number."""
_BEFORE_ALL = "1970-01-01T00:00:00+00:00 0"
_MAX_PAGES = 20
_ISSUE = "issue"

Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Some issues, newest first, open or not: the newest of all is the mark, and an old one opened again is not new."""

    issues: Sequence[Event]
    """Among them, from REST, pull requests: they carry the mark on, but are no news."""
    more: Callable[[], Awaitable["IssuePage"]] | None
    """Gets the next page; None: this was the last."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new since the mark."""

    issues: Sequence[Event]
    """Oldest first."""
    mark: str
    """The mark to keep."""
    complete: bool = True
    """Whether these are all; else they are the newest."""


async def new_issues(first: IssuePage, mark: str | None) -> News:
    """The issues newer than the mark. Without a mark there are none: first sight.

    Raises:
        UnusableError, HttpError, LimitedError, RefusedError: from getting further pages.
    """
    known = _parse(mark)
    newest = max([_key(issue) for issue in first.issues], default=known or _parse(_BEFORE_ALL))
    if known is None or newest is None:
        return News([], _write(newest))
    found: dict[str, Event] = {}
    page, complete = first, False
    for _ in range(_MAX_PAGES):
        fresh = [issue for issue in page.issues if _key(issue) > known]
        found.update((issue.key, issue) for issue in fresh)
        if len(fresh) < len(page.issues) or page.more is None:
            complete = True
            break
        page = await page.more()
    issues = [issue for issue in found.values() if issue.kind == _ISSUE]
    return News(sorted(issues, key=_key), _write(max(newest, known)), complete)


def from_graphql(connection: Any) -> tuple[list[Event], str | None]:
    """The issues of a GraphQL connection, and the cursor of the next page."""
    issues = [issue(row, "createdAt", "url") for row in items(dig(connection, ("nodes",)))]
    more, cursor = dig(connection, ("pageInfo", "hasNextPage")), dig(connection, ("pageInfo", "endCursor"))
    return issues, cursor if more is True and isinstance(cursor, str) else None


def from_rest(rows: Any) -> list[Event]:
    """The issues and pull requests of a REST listing."""
    return [issue(row, "created_at", "html_url") for row in items(rows)]


def issue(row: Mapping[str, Any], created: str, url: str) -> Event:
    """One issue or pull request as an event; its number is its key."""
    number = int(count(dig(row, ("number",))))
    title = row.get("title")
    shown = clean(title) if isinstance(title, str) else ""
    link = text(dig(row, (url,)))
    return Event(
        _ISSUE if row.get("pull_request") is None else "pull_request",
        str(number),
        shown or "(no title)",
        moment(dig(row, (created,))),
        link if re.fullmatch(r"https?://[\x21-\x7e]+", link) else "",
    )


def _key(event: Event) -> Key:
    return event.at, int(event.key)


def _parse(mark: str | None) -> Key | None:
    when, _, number = (mark or "").partition(" ")
    try:
        return moment(when), int(number)
    except ValueError:
        return None


def _write(key: Key | None) -> str:
    return _BEFORE_ALL if key is None else f"{key[0].isoformat()} {key[1]}"
