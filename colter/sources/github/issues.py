"""New issues as events, each exactly once; pull requests are none."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from colter.core.model import Event
from colter.core.text import clean
from colter.sources.github.values import UnusableError, count, dig, items, moment, text

MARK = "issues"
"""The mark of the newest issue that was seen: time of creation, a space, number."""
_BEFORE_ALL = "1970-01-01T00:00:00+00:00 0"
_MAX_PAGES = 20

Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Some open issues, newest first."""

    issues: Sequence[Event]
    more: Callable[[], Awaitable["IssuePage"]] | None
    """Gets the next page; None: this was the last."""


async def new_issues(first: IssuePage, mark: str | None) -> tuple[list[Event], str]:
    """The issues newer than the mark, oldest first, and the mark to keep. Without a mark there are none: first sight.

    Raises:
        UnusableError: there are too many.
        HttpError, LimitedError, RefusedError, TooMuchError, BadAnswerError: from getting further pages.
    """
    known = _parse(mark)
    newest = max([_key(issue) for issue in first.issues], default=known or _parse(_BEFORE_ALL))
    if known is None or newest is None:
        return [], _write(newest)
    found: dict[str, Event] = {}
    page = first
    for _ in range(_MAX_PAGES):
        fresh = [issue for issue in page.issues if _key(issue) > known]
        found.update((issue.key, issue) for issue in fresh)
        if len(fresh) < len(page.issues) or page.more is None:
            return sorted(found.values(), key=_key), _write(max(newest, known))
        page = await page.more()
    raise UnusableError("too many new issues to list")


def from_graphql(connection: Any) -> tuple[list[Event], str | None]:
    """The issues of a GraphQL connection, and the cursor of the next page."""
    issues = [issue(row, "createdAt", "url") for row in items(dig(connection, ("nodes",)))]
    more, cursor = dig(connection, ("pageInfo", "hasNextPage")), dig(connection, ("pageInfo", "endCursor"))
    return issues, cursor if more is True and isinstance(cursor, str) else None


def from_rest(rows: Any) -> list[Event]:
    """The issues of a REST listing, which has pull requests among them."""
    return [issue(row, "created_at", "html_url") for row in items(rows) if not _is_pull_request(row)]


def issue(row: Mapping[str, Any], created: str, url: str) -> Event:
    """One issue as an event; its number is its key."""
    number = int(count(dig(row, ("number",))))
    title = row.get("title")
    shown = clean(title) if isinstance(title, str) else ""
    link = text(dig(row, (url,)))
    return Event(
        "issue",
        str(number),
        shown or "(no title)",
        moment(dig(row, (created,))),
        link if re.fullmatch(r"https?://[\x21-\x7e]+", link) else "",
    )


def _is_pull_request(row: Any) -> bool:
    return isinstance(row, Mapping) and row.get("pull_request") is not None


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
