"""Probe results as rows of small numbers: what seldom changes is kept once, as an outcome."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import repeat
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from colter.core.model import ProbeResult, Target
from colter.store import tables
from colter.store.moments import from_ms, to_ms
from colter.store.progress import read_progress
from colter.store.write.bulk import Row, digest, insert_missing, insert_rows, plain
from colter.store.write.part import Part

Key = tuple[Any, ...]
_MOST_REMEMBERED = 50_000
_MILLISECOND = timedelta(milliseconds=1)

# Looked up for every result: attrgetter is several times as quick as a tuple of attributes.
_key: Callable[[ProbeResult], Key] = attrgetter(
    "endpoint",
    "url",
    "group",
    "state",
    "reason",
    "status_code",
    "http_version",
    "ip",
    "redirects",
    "attempts",
    "certificate_expires",
)
_TIMES: Sequence[Callable[[ProbeResult], float | None]] = [
    attrgetter(name)
    for name in (
        "latency_ms",
        "phases.resolve",
        "phases.connect",
        "phases.tls",
        "phases.processing",
        "phases.transfer",
    )
]


class Outcomes:
    """Row numbers of outcomes met before, so that most rounds need not ask for them."""

    def __init__(self) -> None:
        self._ids: dict[Key, int] = {}
        self._forgotten = 0

    def recall(self, connection: Connection) -> None:
        """Begin again when somebody has forgotten outcomes since: their rows may be others by now."""
        forgotten = read_progress(connection, "forget")
        if forgotten != self._forgotten:
            self._ids, self._forgotten = {}, forgotten

    def unknown(self, results: Iterable[ProbeResult]) -> list[ProbeResult]:
        """One result of each outcome that is not known yet."""
        return list({key: result for result in results if (key := _key(result)) not in self._ids}.values())

    def write(self, connection: Connection, unknown: Iterable[ProbeResult], target_ids: Mapping[Target, int]) -> None:
        """Learn the row numbers of outcomes, which are made where needed."""
        rows = {_key(result): (target_ids[result.target], *_outcome(result)) for result in unknown}
        digests = {key: digest(row) for key, row in rows.items()}
        ids = insert_missing(connection, tables.outcome, {digests[key]: row for key, row in rows.items()})
        self._ids |= {key: ids[digests[key]] for key in rows}

    def of(self, results: Iterable[ProbeResult]) -> Iterable[int]:
        """The row number of each result's outcome, all of them known by now."""
        return map(self._ids.__getitem__, map(_key, results))

    def trim(self) -> None:
        """Start again when it has grown large: addresses and certificates come and go."""
        if len(self._ids) > _MOST_REMEMBERED:
            self._ids.clear()


def write_results(connection: Connection, parts: Iterable[Part], outcomes: Outcomes) -> None:
    """Append results, whose outcomes are all known by now."""
    rows: list[Row] = []
    for part in parts:
        start = from_ms(to_ms(part.started))
        rows += zip(
            repeat(part.round_id),
            part.result_places,
            outcomes.of(part.results),
            [(result.at - start) // _MILLISECOND for result in part.results],
            *([None if ms is None else round(ms * 1000) for ms in map(times, part.results)] for times in _TIMES),
            [result.size for result in part.results],
            [None if result.detail is None else plain(result.detail) for result in part.results],
            strict=False,
        )
    insert_rows(connection, tables.probe_result, rows)


def _outcome(result: ProbeResult) -> Row:
    return (
        result.url,
        result.group,
        result.state.value,
        None if result.reason is None else result.reason.value,
        result.status_code,
        result.http_version,
        result.ip,
        result.redirects,
        result.attempts,
        None if result.certificate_expires is None else to_ms(result.certificate_expires),
    )
