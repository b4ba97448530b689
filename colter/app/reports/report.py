"""The report as a whole: endpoints, groups, repositories and packages, in one window of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from colter.app.history.paces import read_paces
from colter.app.reports.counting import Counted, count_up
from colter.app.reports.endpoints import EndpointReport, GroupReport, grouped, read_endpoints
from colter.app.reports.numbers import Tracked, read_tracked
from colter.app.reports.subjects import ENDPOINTS, chosen, subjects
from colter.app.reports.window import Window, window_of
from colter.config.schema.config import Config
from colter.core.errors import StateError
from colter.core.ports import Store

if TYPE_CHECKING:  # what brings history elsewhere; a report does without
    from colter.app.delivering.transfer import HistoryWindow


@dataclass(frozen=True, slots=True)
class Report:
    """How everything that was asked for did in one window."""

    at: datetime
    """When it was made."""
    window: Window
    endpoints: Sequence[EndpointReport]
    groups: Sequence[GroupReport]
    tracked: Sequence[Tracked]
    """Repositories and packages."""
    problem: StateError | None
    """Why not all that was measured is counted."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of the window."""
        return not self.tracked and not any(map(_is_known, self.endpoints))


async def make_report(
    store: Store,
    config: Config,
    asked: "HistoryWindow",
    names: Sequence[str],
    *,
    now: datetime,
    counted: Counted,
) -> Report:
    """A report on what the names mean; without names, on all that is configured and all that was looked at.

    Args:
        store: the history.
        config: says what is watched, and what a look stands for.
        asked: the window; it is rounded out.
        names: of endpoints or other targets, `*` stands for anything; or `@` before a tag or a group.
        now: the time.
        counted: told how far the counting is that comes first.

    Raises:
        UsageError: a name means nothing that is known.
    """
    wanted = chosen(names, config, subjects(config, await store.status()))
    problem = await count_up(store, read_paces(config), counted)
    hours = config.state.keep.hours
    window = window_of(asked.since, asked.until, now, hours_from=now - hours if hours else None)
    endpoints = await read_endpoints(store, [each for each in wanted if each.target.source == ENDPOINTS], window)
    if not names:
        endpoints = [each for each in endpoints if each.subject.configured or _is_known(each)]
    tracked = await read_tracked(store, [each.target for each in wanted if each.target.source != ENDPOINTS], window)
    return Report(now, window, endpoints, grouped(endpoints), tracked, problem)


def _is_known(endpoint: EndpointReport) -> bool:
    return bool(endpoint.uptime.tally.looks or endpoint.uptime.tally.known)
