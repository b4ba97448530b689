"""What is thought of a job: tables of what it said, when it was due, and what time it is."""

from typing import Any

import pytest

from colter.core.model import Beat, BeatKind, EndpointState, LastBeats, Reason
from colter.sources.heartbeat.judge import judge
from tests.beats.jobs import NAME, beats, job, minutes, moment

HOURLY: dict[str, Any] = {"every": "1h", "grace": "5m"}
NIGHTLY: dict[str, Any] = {"every": "0 3 * * *", "tz": "Europe/Berlin", "grace": "30m"}
LATE, FAILED, OVERRUN = Reason.BEAT_LATE, Reason.BEAT_FAILED, Reason.BEAT_OVERRUN
UP, UNKNOWN = EndpointState.UP, EndpointState.UNKNOWN


def thought(heartbeat: dict[str, Any], last: LastBeats | None, now: str) -> EndpointState | Reason:
    """The reason, or the state of what is simply that."""
    result = judge(job(**heartbeat), last, moment(now))
    return result.reason or result.state


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        pytest.param(None, "2026-05-04 12:00", UNKNOWN, id="nobody has heard of it"),
        pytest.param(LastBeats(NAME), "2026-05-04 12:00", UNKNOWN, id="nothing is known"),
        pytest.param(beats(ended="2026-05-04 12:00"), "2026-05-04 12:00", UP, id="just now"),
        pytest.param(beats(ended="2026-05-04 12:00"), "2026-05-04 13:05", UP, id="within grace"),
        pytest.param(beats(ended="2026-05-04 12:00"), "2026-05-04 13:05:01", LATE, id="after grace"),
        pytest.param(
            beats(ended="2026-05-04 12:00", kind=BeatKind.FAILURE), "2026-05-04 12:01", FAILED, id="said that it failed"
        ),
        pytest.param(
            beats(ended="2026-05-04 12:00", kind=BeatKind.FAILURE),
            "2026-05-09 12:01",
            FAILED,
            id="failed, then nothing",
        ),
        pytest.param(
            beats("2026-05-04 13:00", "2026-05-04 12:00", kind=BeatKind.FAILURE),
            "2026-05-04 13:01",
            FAILED,
            id="failed and runs again",
        ),
        pytest.param(beats("2026-05-04 12:00"), "2026-05-04 13:05", UNKNOWN, id="runs for the first time"),
        pytest.param(beats("2026-05-04 12:00"), "2026-05-04 13:06", LATE, id="its first run does not end"),
        pytest.param(beats("2026-05-04 13:04", "2026-05-04 12:00"), "2026-05-04 14:09", UP, id="began in time"),
        pytest.param(beats("2026-05-04 13:04", "2026-05-04 12:00"), "2026-05-04 14:10", LATE, id="and did not end"),
        pytest.param(beats("2026-05-04 13:06", "2026-05-04 12:00"), "2026-05-04 13:07", LATE, id="began too late"),
        pytest.param(beats("2026-05-04 13:06", "2026-05-04 13:20"), "2026-05-04 13:21", UP, id="too late, but done"),
        pytest.param(
            beats("2026-05-04 14:00", "2026-05-04 12:00"), "2026-05-04 14:01", LATE, id="the run before was killed"
        ),
    ],
)
def test_a_job_that_reports_every_hour(last: LastBeats | None, now: str, expected: EndpointState | Reason) -> None:
    assert thought(HOURLY, last, now) == expected


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        pytest.param(beats("2026-05-04 12:00"), "2026-05-04 12:30", UNKNOWN, id="the first run in time"),
        pytest.param(beats("2026-05-04 12:00"), "2026-05-04 12:31", OVERRUN, id="the first run too long"),
        pytest.param(beats("2026-05-04 13:00", "2026-05-04 12:00"), "2026-05-04 13:30", UP, id="in time"),
        pytest.param(beats("2026-05-04 13:00", "2026-05-04 12:00"), "2026-05-04 13:30:01", OVERRUN, id="too long"),
        pytest.param(beats("2026-05-04 13:00", "2026-05-04 13:40"), "2026-05-04 13:41", UP, id="too long, but done"),
        pytest.param(
            beats("2026-05-04 13:00", "2026-05-04 12:00", kind=BeatKind.FAILURE),
            "2026-05-04 14:00",
            OVERRUN,
            id="hangs after a failure",
        ),
        pytest.param(beats("2026-05-04 13:30", "2026-05-04 12:00"), "2026-05-04 13:31", LATE, id="began too late"),
    ],
)
def test_a_job_that_may_run_for_half_an_hour(last: LastBeats, now: str, expected: EndpointState | Reason) -> None:
    assert thought({**HOURLY, "max_runtime": "30m"}, last, now) == expected


def test_a_run_may_take_longer_than_its_interval_where_that_is_allowed() -> None:
    last = beats("2026-05-04 13:00", "2026-05-04 12:00")
    assert thought({**HOURLY, "max_runtime": "3h"}, last, "2026-05-04 15:59") == UP


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        # 03:00 in Berlin is 01:00 UTC in summer, 02:00 in winter.
        pytest.param(beats(ended="2026-05-04 01:12"), "2026-05-05 01:30", UP, id="within grace"),
        pytest.param(beats(ended="2026-05-04 01:12"), "2026-05-05 01:31", LATE, id="after grace"),
        pytest.param(beats("2026-05-05 01:00", "2026-05-04 01:12"), "2026-05-05 09:00", UP, id="runs for hours"),
        pytest.param(beats("2026-05-05 01:00", "2026-05-04 01:12"), "2026-05-06 01:31", LATE, id="runs for a day"),
        pytest.param(beats(ended="2026-03-28 02:10"), "2026-03-29 01:29", UP, id="the night that clocks go forward"),
        pytest.param(beats(ended="2026-03-28 02:10"), "2026-03-29 01:31", LATE, id="late in that night"),
        pytest.param(beats(ended="2026-10-24 01:10"), "2026-10-25 02:30", UP, id="the night that clocks go back"),
        pytest.param(beats(ended="2026-10-24 01:10"), "2026-10-25 02:31", LATE, id="late in this one"),
        pytest.param(beats(ended="2026-05-05 00:59:59"), "2026-05-05 02:00", UP, id="a second early counts"),
        pytest.param(beats(ended="2026-05-05 00:30"), "2026-05-05 02:00", UP, id="as early as it may be late"),
        pytest.param(beats(ended="2026-05-05 00:29"), "2026-05-05 02:00", LATE, id="too early"),
        pytest.param(
            beats(ended="2026-05-05 00:59", ran=minutes(200)), "2026-05-05 02:00", LATE, id="the end of a run before"
        ),
        pytest.param(beats("2026-05-05 00:59:59", "2026-05-04 01:12"), "2026-05-05 09:00", UP, id="began early"),
    ],
)
def test_a_nightly_job_in_berlin(last: LastBeats, now: str, expected: EndpointState | Reason) -> None:
    assert thought(NIGHTLY, last, now) == expected


def test_of_a_frequent_job_early_is_a_tenth_of_the_time_between() -> None:
    frequent = {"every": "*/10 * * * *", "grace": "1h"}
    assert thought(frequent, beats(ended="2026-05-04 11:59"), "2026-05-04 13:10") == UP
    assert thought(frequent, beats(ended="2026-05-04 11:58:59"), "2026-05-04 13:00:01") == LATE


@pytest.mark.parametrize("heartbeat", [HOURLY, NIGHTLY, {**HOURLY, "max_runtime": "1m"}], ids=["1h", "cron", "runtime"])
@pytest.mark.parametrize("back", ["2026-05-04 11:59", "2026-05-04 03:00", "2020-01-01 00:00"])
def test_a_clock_that_was_set_back_raises_no_alarm(heartbeat: dict[str, Any], back: str) -> None:
    for last in (beats("2026-05-04 11:58", "2026-05-04 12:00"), beats("2026-05-04 12:00", "2026-05-04 11:00")):
        assert judge(job(**heartbeat), last, moment(back)).state is not EndpointState.DOWN


def test_a_report_from_the_future_tells_nothing() -> None:
    result = judge(job(), beats(ended="2036-01-01 00:00"), moment("2026-05-04 12:00"))
    assert (result.state, result.reason) == (UNKNOWN, None)
    assert "2036-01-01 00:00 UTC: the clock was set back" in str(result.detail)
    last = beats("2036-01-01 00:00", "2026-05-04 11:30")
    assert thought(HOURLY, last, "2026-05-04 12:00") == UP, "a start of long ago with a wrong clock hides no end"
    assert thought(HOURLY, last, "2026-05-04 13:00") == LATE


def test_an_end_in_the_same_moment_is_no_running_job() -> None:
    assert thought(HOURLY, beats("2026-05-04 12:00", "2026-05-04 12:00"), "2026-05-04 12:30") == UP


@pytest.mark.parametrize(
    ("heartbeat", "last", "now", "detail"),
    [
        (HOURLY, None, "2026-05-04 12:00", "has not reported yet"),
        (HOURLY, beats("2026-05-04 12:00"), "2026-05-04 12:01", "runs for the first time"),
        (
            NIGHTLY,
            beats(ended="2026-05-04 01:12"),
            "2026-05-05 09:00",
            "was due at 2026-05-05 03:00 CEST, has not come",
        ),
        (
            HOURLY,
            beats("2026-05-04 13:00", "2026-05-04 12:00"),
            "2026-05-04 15:00",
            "was due at 2026-05-04 14:00 UTC, began at 2026-05-04 13:00 UTC and has not ended",
        ),
        (
            {**NIGHTLY, "max_runtime": "90m"},
            beats("2026-05-05 01:00"),
            "2026-05-05 09:00",
            "has been running since 2026-05-05 03:00 CEST, longer than 1h30m",
        ),
        (
            HOURLY,
            beats(ended="2026-05-04 12:00", kind=BeatKind.FAILURE, exit_code=3, text="the disk is full"),
            "2026-05-04 12:01",
            "failed at 2026-05-04 12:00 UTC with exit code 3: the disk is full",
        ),
        (
            HOURLY,
            beats(ended="2026-05-04 12:00", kind=BeatKind.FAILURE),
            "2026-05-04 12:01",
            "failed at 2026-05-04 12:00 UTC",
        ),
    ],
    ids=["new", "first", "late", "endless", "overrun", "code", "failed"],
)
def test_the_detail_says_what_happened_and_does_not_change_by_itself(
    heartbeat: dict[str, Any], last: LastBeats | None, now: str, detail: str
) -> None:
    at = moment(now)
    assert judge(job(**heartbeat), last, at).detail == detail
    assert judge(job(**heartbeat), last, at + minutes(1)).detail == detail


def test_the_result_is_that_of_an_endpoint() -> None:
    ended = Beat(NAME, moment("2026-05-04 12:00"), BeatKind.SUCCESS, ran=minutes(1.5))
    result = judge(job(), LastBeats(NAME, None, ended), moment("2026-05-04 12:30"))
    assert (result.endpoint, result.url, result.group) == ("backup", "heartbeat:backup", "nightly")
    assert (result.at, result.latency_ms) == (moment("2026-05-04 12:30"), 90_000)
    assert judge(job(), beats(ended="2026-05-04 12:00"), moment("2026-05-04 12:30")).latency_ms is None
