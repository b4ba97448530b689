"""What is thought of a job, from its last start, its last end, and the time: pure, but for reading the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from colter.config.schema.endpoints import Endpoint, Heartbeat
from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.model import Beat, BeatKind, EndpointState, LastBeats, ProbeResult, Reason
from colter.core.ports import Store
from colter.core.text import clean
from colter.core.units import format_duration
from colter.sources.heartbeat.due import next_due

_MILLISECOND = timedelta(milliseconds=1)


async def judge_beats(endpoints: Sequence[Endpoint], store: Store, clock: Clock) -> list[ProbeResult]:
    """What is thought now of each of these endpoints, which have a `heartbeat`; in their order, without any network.

    A history that cannot be read makes them unknown.
    """
    try:
        beats = await store.last_beats()
    except ColterError as error:
        return [unknown(endpoint, clock.now(), clean(str(error))) for endpoint in endpoints]
    return judge_all(endpoints, beats, clock.now())


def judge_all(endpoints: Sequence[Endpoint], beats: Sequence[LastBeats], now: datetime) -> list[ProbeResult]:
    """What is thought of each of these, of which this was reported."""
    by_endpoint = {last.endpoint: last for last in beats}
    return [judge(endpoint, by_endpoint.get(endpoint.name), now) for endpoint in endpoints]


def judge(endpoint: Endpoint, last: LastBeats | None, now: datetime) -> ProbeResult:
    """What is thought of a job now.

    Unknown until it has ended once, unless its first run takes too long; and while its last report is dated in the
    future, for then the clock was set back and nothing can be told.
    """
    heartbeat = _heartbeat(endpoint)
    verdict = _verdict(heartbeat, last, now) if last else _not_yet("has not reported yet")
    ran = last.ended.ran if last and last.ended else None
    return _result(endpoint, now, verdict, ran)


def unknown(endpoint: Endpoint, now: datetime, why: str) -> ProbeResult:
    """Nothing can be told of a job."""
    return _result(endpoint, now, _Verdict(EndpointState.UNKNOWN, None, why), None)


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: EndpointState
    reason: Reason | None = None
    detail: str | None = None
    attempts: int = 1


def _not_yet(detail: str) -> _Verdict:
    """There is nothing to judge it by, and nothing wrong with that."""
    return _Verdict(EndpointState.UNKNOWN, None, detail, attempts=0)


def _verdict(heartbeat: Heartbeat, last: LastBeats, now: datetime) -> _Verdict:
    started, ended = last.started, last.ended
    if ended and ended.at > now + heartbeat.grace:
        detail = f"its last report is dated {_shown(ended.at, heartbeat)}: the clock was set back"
        return _Verdict(EndpointState.UNKNOWN, None, detail)
    running = started if started and (ended is None or ended.at < started.at <= now + heartbeat.grace) else None
    if running and heartbeat.max_runtime and now > running.at + heartbeat.max_runtime:
        longest = format_duration(heartbeat.max_runtime)
        detail = f"has been running since {_shown(running.at, heartbeat)}, longer than {longest}"
        return _Verdict(EndpointState.DOWN, Reason.BEAT_OVERRUN, detail)
    if ended and ended.kind is BeatKind.FAILURE:
        return _Verdict(EndpointState.DOWN, Reason.BEAT_FAILED, _failure(ended, heartbeat))
    if late := _lateness(heartbeat, running, ended, now):
        return _Verdict(EndpointState.DOWN, Reason.BEAT_LATE, late)
    if ended is None:
        return _not_yet("runs for the first time")
    return _Verdict(EndpointState.UP)


def _lateness(heartbeat: Heartbeat, running: Beat | None, ended: Beat | None, now: datetime) -> str | None:
    """How a job is late, if it is.

    A run that began in time may take `max_runtime`, or until it is due again; one that began too late must end first.
    """
    due = next_due(heartbeat, ended) if ended else None
    if running and (due is None or running.at <= due + heartbeat.grace):
        if heartbeat.max_runtime:
            return None
        due = next_due(heartbeat, running)
    if due is None or now <= due + heartbeat.grace:
        return None
    came = f"began at {_shown(running.at, heartbeat)} and has not ended" if running else "has not come"
    return f"was due at {_shown(due, heartbeat)}, {came}"


def _failure(ended: Beat, heartbeat: Heartbeat) -> str:
    code = "" if ended.exit_code is None else f" with exit code {ended.exit_code}"
    said = f": {ended.text}" if ended.text else ""
    return f"failed at {_shown(ended.at, heartbeat)}{code}{said}"


def _shown(moment: datetime, heartbeat: Heartbeat) -> str:
    return f"{moment.astimezone(ZoneInfo(heartbeat.tz)):%Y-%m-%d %H:%M %Z}"


def _result(endpoint: Endpoint, now: datetime, verdict: _Verdict, ran: timedelta | None) -> ProbeResult:
    return ProbeResult(
        endpoint=endpoint.name,
        url=f"heartbeat:{endpoint.name}",
        at=now,
        state=verdict.state,
        reason=verdict.reason,
        detail=verdict.detail,
        latency_ms=None if ran is None else ran / _MILLISECOND,
        attempts=verdict.attempts,
        group=endpoint.group,
    )


def _heartbeat(endpoint: Endpoint) -> Heartbeat:
    if endpoint.heartbeat is None:
        raise TypeError(f"{endpoint.name!r} has no heartbeat")
    return endpoint.heartbeat
