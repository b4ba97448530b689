"""Histories to export: of every kind of thing that is stored, or long."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from colter.app.registry import catalogue
from colter.core.model import (
    EndpointState,
    Event,
    Phases,
    ProbeResult,
    Reading,
    Reason,
    Round,
    Sample,
    Target,
)
from tests.cli import measured
from tests.fakes.clock import START

HOSTILE = measured.HOSTILE.replace("\ud800", "")
METRICS = catalogue()
STARS, FORKS = METRICS["github", "stars"], METRICS["github", "forks"]
DAY, WEEK = METRICS["pypi", "downloads_day"], METRICS["pypi", "downloads_week"]
TOTAL = METRICS["pypi", "downloads_tracked_total"]
BY_SYSTEM = METRICS["pypi", "downloads_by_system"]
QUARTER = timedelta(hours=6)


def of_every_kind() -> list[Round]:
    """Three rounds that end at START: good, partial, failed and hostile readings, and results of endpoints."""
    readings = [
        Reading(
            Target("github", "pallets/flask"),
            START,
            [Sample(STARS, 71234.0), Sample(FORKS, 0.0)],
            info={"language": "Python", "visibility": "public"},
            events=[
                Event("issue", "41", "It; breaks\\ = bad", START - timedelta(days=1), "https://example.org/?a=1;b")
            ],
        ),
        Reading(Target("github", HOSTILE), START, [Sample(STARS, 1.0)], info={"language": HOSTILE}),
        Reading(
            Target("pypi", "requests"),
            START,
            [Sample(DAY, 5.0), Sample(WEEK, 35.0), Sample(TOTAL, 4e15), Sample(BY_SYSTEM, 3.0, {"system": "=1+1;2"})],
            info={"version": "2.33.0"},
            missing={"vulnerabilities": "the server is out of reach"},
        ),
        Reading(Target("pypi", "no-such"), START, problem="there is no such package"),
    ]
    results = [
        replace(measured.UP, evidence=None),
        ProbeResult("shop", "http://192.0.2.2/", START, EndpointState.DOWN, Reason.CONNECT_REFUSED, "refused; =2"),
    ]
    later = [replace(reading, at=START + timedelta(milliseconds=1), events=()) for reading in readings]
    return [
        Round("1-read", START - timedelta(seconds=3), START - timedelta(seconds=3), readings),
        Round("2-probe", START - timedelta(seconds=2), START - timedelta(seconds=2), (), results),
        Round("3-read", START - timedelta(seconds=1), START - timedelta(seconds=1), later),
    ]


def long(rounds: int, targets: int, *, every: timedelta = QUARTER, until: datetime = START) -> Iterator[Round]:
    """So many rounds, the last of which ends just before `until`; in turn of repositories and of endpoints."""
    for number in range(rounds):
        at = until - every * (rounds - number) + timedelta(seconds=1)
        key = f"{int(at.timestamp() * 1000):012x}-{number:016x}"
        if number % 2:
            yield Round(key, at, at, (), [_result(at, number, place) for place in range(targets)])
        else:
            yield Round(key, at, at, [_reading(at, number, place) for place in range(targets)])


def _reading(at: datetime, number: int, place: int) -> Reading:
    samples = [Sample(STARS, float(number * 1000 + place)), Sample(FORKS, float(place))]
    return Reading(Target("github", f"sample-org/repo-{place:03d}"), at, samples, info={"language": "Python"})


def _result(at: datetime, number: int, place: int) -> ProbeResult:
    return ProbeResult(
        f"endpoint-{place:03d}",
        f"https://e{place}.example.org/",
        at,
        EndpointState.UP,
        status_code=200,
        ip="192.0.2.1",
        latency_ms=float(number % 100) + 0.25,
        phases=Phases(1, 2, 3, 4, 1),
        size=1000 + place,
    )
