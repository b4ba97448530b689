"""What is known of the daemon, in lines for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from colter.core.text import clean
from colter.core.units import format_age, format_amount

if TYPE_CHECKING:
    from colter.app.watching.status.reading import DaemonStatus
    from colter.core.records import Record

_LATE = 1.0
"""Seconds: nobody needs to know of less."""
_OLD = timedelta(hours=25)
"""Whoever looks once a day by cron has no daemon, and needs none."""
_STALE = timedelta(minutes=3)
_SOON = timedelta(days=7)
_LONGEST = 1000


def daemon_lines(daemon: "DaemonStatus | None", newest: datetime | None, now: datetime) -> list[str]:
    """A line that says whether it runs, and one for whatever else is to be known; none where none is missed.

    Args:
        daemon: what it has told; None: there is none.
        newest: when anything was looked at last.
        now: the time.
    """
    if daemon is None or not daemon.running:
        return daemon_warnings(daemon, newest, now)
    told = daemon.told
    begun = _read(told.get("since"))
    since = f" since {_moment(begun)} ({format_age(now - begun)})" if begun else ""
    lines = [f"a daemon runs{since}, process {told['process']}", *_how(told, now), *_troubles(told, now)]
    return [clean(line, _LONGEST) for line in lines]


def daemon_warnings(daemon: "DaemonStatus | None", newest: datetime | None, now: datetime) -> list[str]:
    """Only what somebody may have to do something about."""
    last = f"nothing was looked at for {format_age(now - newest)}" if newest else "nothing is known yet"
    if daemon is None:
        return [f"no daemon runs here, and {last}"] if newest and now - newest > _OLD else []
    if not daemon.running:
        return [clean(f"the daemon (process {daemon.told.get('process')}) has ended without a word; {last}")]
    return [clean(line, _LONGEST) for line in _troubles(daemon.told, now)]


def _how(told: "Record", now: datetime) -> Iterator[str]:
    if "version" not in told:
        return  # it has only just begun
    yield f"it listens at {told['serving']}" if told.get("serving") else "it listens nowhere"
    kept = _read(told.get("last_round"))
    yield f"its last round was kept {format_age(now - kept)} ago" if kept else "it has kept no round yet"
    looks: Sequence[Record] = list(told.get("looks", {}).values())
    for what, why in (("skipped", "the one before still went on"), ("missed", "nobody was there to begin it")):
        if fell_out := sum(each.get(what, 0) for each in looks):
            yield f"{format_amount(fell_out, 'look')} fell out so far: {why}"


def _troubles(told: "Record", now: datetime) -> Iterator[str]:
    at = _read(told.get("at"))
    if at and now - at > _STALE:
        yield f"all this was so {format_age(now - at)} ago: since then it could not write it down"
    if (lag := told.get("lag_seconds", 0)) >= _LATE:
        yield f"looks begin {lag:.1f} s late"
    if waiting := told.get("unkept"):
        yield f"not kept yet, for the history does not take it: {format_amount(waiting, 'measurement')}"
    if lost := told.get("lost"):
        yield f"given up, for it waited for too long to be kept: {format_amount(lost, 'measurement')}"
    configuration = told.get("configuration", {})
    if problem := configuration.get("problem"):
        used = _read(configuration.get("in_use_since"))
        since = f" of {_moment(used)}" if used else ""
        yield f"the configuration{since} is in use, the newer one is wrong: {problem}"
    if locked := told.get("locked"):
        yield f"locked, and as before until somebody logs in: {', '.join(locked)}"
    for granted in told.get("apis", ()):
        yield from _used_up(granted, now)


def _used_up(granted: "Record", now: datetime) -> Iterator[str]:
    for resource, budget in granted.get("rate_limits", {}).items():
        reset = _read(budget.get("reset"))
        if budget.get("remaining") == 0 and reset and reset > now:
            yield f"the rate limit of {granted.get('api')} ({resource}) is used up until {_moment(reset)}"
    expires = _read(granted.get("token_expires"))
    if expires and expires < now + _SOON:
        yield f"the token for {granted.get('api')} ends {_moment(expires)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _read(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
