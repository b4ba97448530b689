"""The newest that is known of every target, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from colter.core.model import ProbeResult, Reading
from colter.core.ports import LastKnown, TargetStatus
from colter.store import bounds
from colter.store.roster import Known


@dataclass(slots=True)
class Last:
    """The newest that was seen of one target."""

    reading: Reading | None = None
    round_key: str = ""
    """Of that reading."""
    success: datetime | None = None
    """When it was last read without a problem."""
    info: Mapping[str, str] = field(default_factory=dict)
    numbers: dict[str, LastKnown] = field(default_factory=dict)
    result: ProbeResult | None = None
    since: datetime | None = None


def remember_reading(last: Last, reading: Reading, round_key: str, now: datetime) -> None:
    """Take a reading into what is known of its target, unless it is older."""
    if last.reading is None or _is_newer(reading.at, last.reading.at, now):
        last.reading, last.round_key = reading, round_key
        if reading.problem is None:
            last.info, last.success = reading.info, reading.at
    for key, value in reading.values.items():
        before = last.numbers.get(key)
        if before and reading.at == before.at:
            last.numbers[key] = replace(before, value=value)
        elif before is None or _is_newer(reading.at, before.at, now):
            previous = before.value if before else None
            last.numbers[key] = LastKnown(reading.target, key, value, reading.at, previous)


def remember_result(last: Last, result: ProbeResult, now: datetime) -> None:
    """The same with a result."""
    if last.result is not None and not _is_newer(result.at, last.result.at, now):
        return
    if last.result is None or last.result.state != result.state:
        last.since = result.at
    last.result = result


def _is_newer(at: datetime, last: datetime, now: datetime) -> bool:
    return at >= last or last > now + bounds.AHEAD


def status_of(known: Known, last: Last) -> TargetStatus:
    """What `status` tells of it."""
    looks = [look.at for look in (last.reading, last.result) if look is not None]
    return TargetStatus(
        target=known.target,
        at=max(looks),
        problem=last.reading.problem if last.reading else None,
        values={key: replace(last.numbers[key], target=known.target) for key in sorted(last.numbers)},
        info=last.info,
        missing=last.reading.missing if last.reading else {},
        result=last.result,
        since=last.since,
    )
