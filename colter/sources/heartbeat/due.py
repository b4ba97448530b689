"""When a job is due again."""

from datetime import datetime, timedelta
from functools import lru_cache

from colter.config.cron import Schedule, schedule
from colter.config.schema.endpoints import Heartbeat
from colter.core.model import Beat

_EARLY = 10


def next_due(heartbeat: Heartbeat, after: Beat) -> datetime:
    """When the next report is due after this one.

    A run that began a little before a scheduled time, at most `grace` and a tenth of the time to the next one, was the
    run for that time: the clocks of two machines differ, and one is set back now and then.
    """
    if heartbeat.interval:
        return after.at + heartbeat.interval
    return _scheduled(heartbeat.every, heartbeat.tz, heartbeat.grace, after.at, after.at - (after.ran or timedelta()))


# Jobs are judged far more often than they report.
@lru_cache(maxsize=16_384)
def _scheduled(expression: str, tz: str, grace: timedelta, at: datetime, began: datetime) -> datetime:
    plan = _schedule(expression, tz)
    due = plan.after(at)
    following = plan.after(due)
    early = min(grace, (following - due) / _EARLY)
    return following if due - began <= early else due


@lru_cache(maxsize=4096)
def _schedule(expression: str, tz: str) -> Schedule:
    return schedule(expression, tz)
