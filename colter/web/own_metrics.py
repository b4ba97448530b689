"""The daemon's own health as metrics, for `/metrics`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from prometheus_client import ProcessCollector  # noqa: TID253  this module is imported when it serves

from colter.app.watching.health import Health
from colter.core import own_metrics as own
from colter.core.allowance import Allowance
from colter.core.model import Metric
from colter.sinks.exposition import own_point
from colter.sinks.text_format import Point


def of_health(health: Health) -> Iterator[Point]:
    """How it goes with measuring and with the configuration."""
    for kind, counts in health.counts.items():
        yield own_point(own.LOOKS, counts.begun, kind=kind)
        yield own_point(own.LATE, counts.late, kind=kind)
        yield own_point(own.SKIPPED, counts.skipped, kind=kind)
        yield own_point(own.MISSED, counts.missed, kind=kind)
    yield own_point(own.LAG, health.lag)
    for source, number in health.rounds.items():
        yield own_point(own.ROUNDS, number, source=source)
        yield own_point(own.ROUND_DURATION, health.durations[source].total_seconds(), source=source)
    yield own_point(own.RELOADED, float(health.reload_problem is None))
    yield own_point(own.RELOADED_AT, health.loaded.timestamp())


def of_unkept(waiting: int, lost: int) -> Iterator[Point]:
    """Readings and results that the history has not taken."""
    yield own_point(own.UNKEPT, waiting)
    yield own_point(own.LOST, lost)


def of_upkeep(well: Mapping[str, bool]) -> Iterator[Point]:
    """How it goes with counting, packing and letting go of what is old."""
    for task, is_well in well.items():
        yield own_point(own.UPKEEP_WELL, float(is_well), task=task)


def of_allowances(allowances: Iterable[Allowance]) -> Iterator[Point]:
    """What APIs still grant; nothing of what they have not said."""
    for told in allowances:
        for resource, budget in told.budgets.items():
            yield own_point(own.RATE_LIMIT, budget.limit, api=told.api, resource=resource)
            yield own_point(own.RATE_LIMIT_REMAINING, budget.remaining, api=told.api, resource=resource)
            yield own_point(own.RATE_LIMIT_RESET, budget.reset.timestamp(), api=told.api, resource=resource)
        if told.token_expires is not None:
            yield own_point(own.TOKEN_EXPIRY, told.token_expires.timestamp(), api=told.api)


def of_process() -> Iterator[Point]:
    """Memory, processor time and open files, under the names that every exporter has for them; on Linux only."""
    for family in ProcessCollector(registry=None).collect():
        kind: Literal["gauge", "counter"] = "counter" if family.type == "counter" else "gauge"
        for sample in family.samples:
            declared = Metric(sample.name, family.documentation, sample.name, "", "", kind=kind)
            yield Point(sample.name, (), sample.value, declared)
