"""One round: collect from every source at once, then commit it all in one piece."""

import asyncio
import logging
import platform
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from colter.app.history.ring import Ring
from colter.core.alerting.decided import NOTHING, Decided
from colter.core.clock import Clock
from colter.core.errors import ColterError, SourceError
from colter.core.model import Delivery, Lane, ProbeResult, Reading, Round
from colter.core.ports import Source, Store
from colter.core.units import format_duration

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Collected:
    """What a pass over the sources brought."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[ColterError] = field(default_factory=list)
    """Why sources could not be read as a whole."""
    failed: set[str] = field(default_factory=set)
    """Which sources those are."""


async def collect(
    sources: Sequence[Source], done: Collected, *, timeout: timedelta, emit: Callable[[Reading], None]
) -> None:
    """Read all sources side by side; one that fails, hangs or has a bug costs only its own targets.

    Args:
        sources: who reads.
        done: is filled as readings come, so that a pass that is interrupted loses none of them; sorted at the end.
        timeout: for each source as a whole; what it handed over by then stands.
        emit: is told of each reading as it comes.
    """
    task = asyncio.current_task()

    def keep(reading: Reading) -> None:
        if reading.problem and task and task.cancelling():
            return  # its source was cut off before it read anything: that says nothing about the target
        done.readings.append(reading)
        log.debug("%s is %s: %s", reading.target, reading.status.value, reading.problem or "read")
        emit(reading)

    try:
        async with asyncio.TaskGroup() as group:
            for source in sources:
                group.create_task(_collect_one(source, timeout, keep, done))
    finally:
        done.readings.sort(key=lambda reading: reading.target)


async def commit(
    store: Store | Ring, done: Round, sinks: Iterable[str] = (), decided: Decided = NOTHING
) -> ColterError | None:
    """Keep a round, and with it what is owed to these sinks and what was decided about it.

    Returns:
        The error when that fails, so that what was measured can still be shown.
    """
    owed = [owe(done, "sink", name) for name in sinks]
    try:
        await store.commit(done, decided.states, [*owed, *decided.deliveries])
    except ColterError as error:
        return error
    return None


def owe(done: Round, lane: Lane, to: str) -> Delivery:
    """What brings a round to somebody."""
    return Delivery(f"{done.key}:{to}", lane, to, due=done.finished, round_key=done.key)


def make_round(
    clock: Clock,
    started: datetime,
    *,
    readings: Sequence[Reading] = (),
    results: Sequence[ProbeResult] = (),
    complete: Iterable[str] = (),
) -> Round:
    """A finished round with a key of its own; the keys sort by time."""
    milliseconds = int(started.timestamp() * 1000)
    key = f"{milliseconds:012x}-{secrets.token_hex(8)}"
    return Round(
        key,
        started,
        clock.now(),
        tuple(readings),
        tuple(results),
        machine=platform.node(),
        complete=frozenset(complete),
    )


def bug(where: str, error: Exception) -> ColterError:
    """What a broad `except` at the plugin border makes of an error that nobody expected."""
    log.error("%s: failed", where, exc_info=error)
    return ColterError(f"{where}: a bug: {type(error).__name__}", hint="the log has the details")


async def _collect_one(source: Source, timeout: timedelta, emit: Callable[[Reading], None], done: Collected) -> None:
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            await source.collect(emit)
    except TimeoutError:
        limit = format_duration(timeout)
        failed: ColterError = SourceError(f"{source.name}: not done within {limit}", hint="allow more with --timeout")
    except ColterError as error:
        failed = error
    except Exception as error:  # the plugin border: a bug in one source must not cost the others their readings
        failed = bug(source.name, error)
    else:
        return
    done.problems.append(failed)
    done.failed.add(source.name)
