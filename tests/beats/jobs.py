"""Jobs and their reports, made short."""

from datetime import UTC, datetime, timedelta
from typing import Any

from colter.config.schema.endpoints import Endpoint
from colter.core.model import Beat, BeatKind, LastBeats

NAME = "backup"


def moment(text: str) -> datetime:
    """`2026-05-04 03:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def job(**heartbeat: Any) -> Endpoint:
    """An endpoint with a heartbeat of these settings."""
    return Endpoint.model_validate({"name": NAME, "group": "nightly", "heartbeat": {"every": "1h", **heartbeat}})


def beats(started: str | None = None, ended: str | None = None, **end: Any) -> LastBeats:
    """The last start and the last end, by their times; the end is a success unless it says otherwise."""
    return LastBeats(
        NAME,
        Beat(NAME, moment(started), BeatKind.START) if started else None,
        Beat(NAME, moment(ended), **{"kind": BeatKind.SUCCESS, **end}) if ended else None,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
