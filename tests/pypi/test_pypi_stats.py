"""Download statistics: once per package and day, at the pace of the server, and a total that outlives its window."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from colter.core.model import DailyCount, Reading, Status
from colter.core.ports import Recall
from colter.demo.serve import Answer, as_json
from colter.net.http import Http
from tests.fakes.clock import START
from tests.fakes.pypi import YESTERDAY, overall, raw, table
from tests.fakes.pypi_watch import Watch, watching

DAY = timedelta(days=1)
DOWNLOADS = {
    "downloads_day",
    "downloads_week",
    "downloads_month",
    "downloads_180d",
    "downloads_tracked_total",
    "data_timestamp",
}


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as found:
        yield found


def place(watch: Watch) -> str:
    return watch.fake.url.removeprefix("http://")


def downloads(reading: Reading) -> dict[str, float]:
    return {key: value for key, value in reading.values.items() if key in DOWNLOADS}


def test_windows_end_at_the_newest_day_and_leave_mirrors_out(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/api/packages/x/overall"] = overall({YESTERDAY - DAY * back: back + 1 for back in range(200)})
    reading = watch.look("x")["x"]
    assert downloads(reading) == {
        "downloads_day": 1,
        "downloads_week": sum(range(1, 8)),
        "downloads_month": sum(range(1, 31)),
        "downloads_180d": sum(range(1, 181)),
        "downloads_tracked_total": sum(range(1, 201)),
        "data_timestamp": datetime(2026, 5, 3, tzinfo=UTC).timestamp(),
    }
    assert reading.daily == [DailyCount("downloads", YESTERDAY - DAY * back, back + 1) for back in reversed(range(200))]


def test_a_young_package_has_the_days_it_has(watch: Watch) -> None:
    watch.fake.package("x", "1.0", downloads=5, days=3)
    values = watch.look("x")["x"].values
    assert (values["downloads_day"], values["downloads_week"], values["downloads_180d"]) == (5, 15, 15)


def test_stale_statistics_show_their_age(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/api/packages/x/overall"] = overall({date(2026, 4, 20): 7, date(2026, 4, 19): 5})
    values = watch.look("x")["x"].values
    assert values["data_timestamp"] == datetime(2026, 4, 20, tzinfo=UTC).timestamp()
    assert (values["downloads_day"], values["downloads_week"]) == (7, 12)


def test_a_day_without_downloads_is_zero_and_a_package_without_days_is_missing(watch: Watch) -> None:
    watch.fake.package("idle", "1.0", downloads=0)
    watch.fake.package("new", "1.0")
    watch.fake.answers["/api/packages/new/overall"] = overall({})
    found = watch.look("idle", "new")
    assert found["idle"].values["downloads_day"] == 0
    assert found["new"].missing == dict.fromkeys(DOWNLOADS, "the statistics have no day of it yet")


def test_statistics_are_asked_for_once_a_day_also_after_a_restart(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.package("unknown-to-them", "1.0", downloads=None)
    watch.look_often("x", "unknown-to-them", rounds=24 * 4 * 3, every=timedelta(minutes=15))
    start = watch.fake.moments[0]
    asked = [round((moment - start) / 3600) for moment in watch.fake.moments]
    assert asked == [0, 0, 14, 14, 38, 38, 62, 62]  # noon, then each night at two


def test_the_second_look_of_a_day_has_the_same_numbers(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    first = watch.look("x")["x"]
    watch.fake.forget()
    watch.clock.advance(timedelta(hours=11))
    second = watch.look("x")["x"]
    assert downloads(first) == downloads(second)
    assert (len(first.daily), second.daily) == (180, [])  # what is kept already is not written again
    assert watch.fake.asked("/api/") == []


def test_sixty_packages_stay_within_the_limit_of_the_server(watch: Watch) -> None:
    names = [f"x{number}" for number in range(60)]
    for name in names:
        watch.fake.package(name, "1.0")
    found = watch.look(*names)
    assert {reading.status for reading in found.values()} == {Status.OK}
    moments = watch.fake.moments
    assert len(moments) == 60
    assert max(sum(moment - 60 < other <= moment for other in moments) for moment in moments) == 25
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.2 - 1e-6
    assert watch.clock.now() - START < timedelta(minutes=3)


def test_the_pace_holds_across_the_rounds_of_one_source(watch: Watch) -> None:
    async def run() -> None:
        readings: list[Reading] = []
        async with Http(watch.clock) as http:
            names = [f"x{number}" for number in range(20)]
            source = watch.source(*names, http=http, recall=Forgetful(watch.store))
            for _ in range(3):
                await source.collect(readings.append)
        assert {reading.status for reading in readings} == {Status.OK}

    for number in range(20):
        watch.fake.package(f"x{number}", "1.0")
    asyncio.run(run())
    assert len(watch.fake.moments) == 60


def test_the_total_grows_beyond_the_window_of_the_server(watch: Watch) -> None:
    found = watch.look_often("x", rounds=201, every=DAY, before=lambda: watch.fake.package("x", "1.0"))
    totals = [readings["x"].values["downloads_tracked_total"] for readings in found]
    assert totals == [1800 + 10 * day for day in range(201)]
    assert {readings["x"].values["downloads_180d"] for readings in found} == {1800}
    assert len(watch.fake.moments) == 201


def test_days_that_were_missed_while_nobody_looked_are_caught_up(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.look("x")
    watch.clock.advance(DAY * 100)
    watch.fake.package("x", "1.0")
    assert watch.look("x")["x"].values["downloads_tracked_total"] == 2800


def test_a_revised_day_counts_as_it_is_now_and_with_its_largest_number_in_the_total(watch: Watch) -> None:
    days = {YESTERDAY - DAY: 100, YESTERDAY: 50}
    watch.fake.package("x", "1.0")
    watch.fake.answers["/api/packages/x/overall"] = overall(days)
    watch.look("x")
    watch.clock.advance(DAY)
    watch.fake.answers["/api/packages/x/overall"] = overall({YESTERDAY - DAY: 90, YESTERDAY: 70, YESTERDAY + DAY: 5})
    reading = watch.look("x")["x"]
    assert reading.values["downloads_week"] == 165
    assert reading.values["downloads_tracked_total"] == 175
    assert reading.daily == [DailyCount("downloads", YESTERDAY, 70), DailyCount("downloads", YESTERDAY + DAY, 5)]


def test_a_package_that_the_statistics_do_not_know_lacks_only_them(watch: Watch) -> None:
    watch.fake.package("x", "1.0", downloads=None)
    reading = watch.look("x")["x"]
    assert reading.missing == dict.fromkeys(DOWNLOADS, f"{place(watch)} has no statistics of x")
    assert reading.info["version"] == "1.0"


def test_a_server_that_cannot_be_reached_is_given_up_for_the_round(watch: Watch) -> None:
    names = [f"x{number}" for number in range(50)]
    for name in names:
        watch.fake.package(name, "1.0")
    found = watch.look(*names, stats_url="http://127.0.0.1:9/")  # nobody listens there
    (reason,) = {why for reading in found.values() for why in reading.missing.values()}
    assert "cannot connect to 127.0.0.1" in reason
    assert {reading.status for reading in found.values()} == {Status.PARTIAL}
    assert {reading.info["version"] for reading in found.values()} == {"1.0"}
    assert watch.clock.now() - START < timedelta(seconds=5)
    assert {reading.status for reading in watch.look(*names).values()} == {Status.OK}


def test_a_server_that_fails_is_asked_three_times_in_all(watch: Watch) -> None:
    names = [f"x{number}" for number in range(50)]
    for name in names:
        watch.fake.package(name, "1.0")
        watch.fake.answers[f"/api/packages/{name}/overall"] = raw("", 502)
    found = watch.look(*names)
    assert {why for reading in found.values() for why in reading.missing.values()} == {f"{place(watch)} answers 502"}
    assert len(watch.fake.moments) == 3


def test_one_package_that_makes_the_server_fail_does_not_cost_the_others(watch: Watch) -> None:
    names = [f"x{number}" for number in range(10)]
    for name in names:
        watch.fake.package(name, "1.0")
    watch.fake.answers["/api/packages/x4/overall"] = raw("", 500)
    found = watch.look(*names)
    assert [name for name, reading in found.items() if reading.missing] == ["x4"]


def test_a_short_wait_that_the_server_asks_for_is_waited(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    good = watch.fake.answers["/api/packages/x/overall"]
    watch.fake.answers["/api/packages/x/overall"] = raw("", 429, **{"retry-after": "17"})
    slept = watch.clock.slept

    class Changing(dict[str, Answer]):
        def get(self, key: str, default: Any = None) -> Any:
            found = super().get(key, default)
            if key.startswith("/api/"):
                self[key] = good
            return found

    watch.fake.answers = Changing(watch.fake.answers)
    assert watch.look("x")["x"].status is Status.OK
    assert timedelta(seconds=17) in slept
    assert len(watch.fake.moments) == 2


def test_a_long_wait_that_the_server_asks_for_is_kept_across_rounds(watch: Watch) -> None:
    names = [f"x{number}" for number in range(30)]
    for name in names:
        watch.fake.package(name, "1.0")
    good = dict(watch.fake.answers)
    for name in names:
        watch.fake.answers[f"/api/packages/{name}/overall"] = raw("", 429, **{"retry-after": "1800"})
    expected = f"{place(watch)} asks to be left alone until 12:30 UTC (429)"
    for _ in range(2):
        found = watch.look(*names)
        assert {why for reading in found.values() for why in reading.missing.values()} == {expected}
        watch.clock.advance(timedelta(minutes=15))
    assert len(watch.fake.moments) == 1
    watch.fake.answers = good
    assert {reading.status for reading in watch.look(*names).values()} == {Status.OK}


def test_two_refusals_in_a_row_are_enough_for_a_round(watch: Watch) -> None:
    names = [f"x{number}" for number in range(30)]
    for name in names:
        watch.fake.package(name, "1.0")
        watch.fake.answers[f"/api/packages/{name}/overall"] = raw("", 429)
    found = watch.look(*names)
    assert all("asks to be left alone" in reading.missing["downloads_day"] for reading in found.values())
    assert len(watch.fake.moments) == 2


@pytest.mark.parametrize(
    "row",
    [
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": -1},
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": 1.5},
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": True},
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": None},
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": "7"},
        {"category": "without_mirrors", "date": "2026-05-03", "downloads": 10**15},
        {"category": "without_mirrors", "date": "9999-12-31", "downloads": 1},
        {"category": "without_mirrors", "date": "yesterday", "downloads": 1},
        {"category": "without_mirrors", "date": 5, "downloads": 1},
        {"category": None, "date": "2026-05-03", "downloads": 1},
        {"date": "2026-05-03", "downloads": 1},
        "row",
        None,
    ],
)
def test_one_bad_row_spoils_the_table_and_leaves_no_trace(watch: Watch, row: Any) -> None:
    watch.fake.package("x", "1.0")
    good = watch.fake.answers["/api/packages/x/overall"]
    fine = {"category": "without_mirrors", "date": "2026-05-02", "downloads": 3}
    watch.fake.answers["/api/packages/x/overall"] = as_json({"data": [fine, row]})
    reading = watch.look("x")["x"]
    assert set(reading.missing) == DOWNLOADS
    assert reading.missing["downloads_day"].startswith(f"{place(watch)} sent no proper statistics: ")
    watch.fake.answers["/api/packages/x/overall"] = good
    assert watch.look("x")["x"].values["downloads_tracked_total"] == 1800


def test_splits_are_read_on_request_only(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    old = YESTERDAY - DAY * 100
    watch.fake.answers["/api/packages/x/python_minor"] = table(
        "python_minor",
        [
            *(("3.9", YESTERDAY, 10), ("3.12", YESTERDAY, 20), ("3.12", YESTERDAY - DAY, 5), ("2.7", YESTERDAY, 1)),
            *(("null", YESTERDAY, 2), ("evil\x1b[2J", YESTERDAY, 3), ("4" * 99, YESTERDAY, 4), ("3.9", old, 1000)),
        ],
    )
    watch.fake.answers["/api/packages/x/system"] = table(
        "system", [("Linux", YESTERDAY, 30), ("Darwin", YESTERDAY, 4), ("null", YESTERDAY, 1), ("Plan 9", YESTERDAY, 2)]
    )
    watch.look("x")
    assert watch.fake.asked("/api/") == ["/api/packages/x/overall"]
    reading = watch.look("x", splits=frozenset({"python", "system"}))["x"]
    split = {
        (sample.metric.key, *sample.labels.values()): sample.value for sample in reading.samples if sample.metric.labels
    }
    assert split == {
        ("downloads_by_python_major", "2"): 1,
        ("downloads_by_python_major", "3"): 35,
        ("downloads_by_python_major", "other"): 7,
        ("downloads_by_python_major", "unknown"): 2,
        ("downloads_by_python_minor", "2.7"): 1,
        ("downloads_by_python_minor", "3.12"): 25,
        ("downloads_by_python_minor", "3.9"): 10,
        ("downloads_by_python_minor", "other"): 7,
        ("downloads_by_python_minor", "unknown"): 2,
        ("downloads_by_system", "Darwin"): 4,
        ("downloads_by_system", "Linux"): 30,
        ("downloads_by_system", "other"): 2,
        ("downloads_by_system", "unknown"): 1,
    }
    assert reading.values["downloads_python_minor"] == 1045
    assert reading.values["downloads_python_major"] == 1045
    assert reading.values["downloads_system"] == 37
    watch.look("x", splits=frozenset({"python", "system"}))
    assert len(watch.fake.moments) == 3


def test_a_split_that_fails_lacks_alone(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/api/packages/x/system"] = table("system", [("Linux", YESTERDAY, 30)])
    watch.fake.answers["/api/packages/x/python_minor"] = table("python_minor", [])
    reading = watch.look("x", splits=frozenset({"python", "system"}))["x"]
    assert set(reading.missing) == {
        "downloads_by_python_major",
        "downloads_by_python_minor",
        "downloads_python_major",
        "downloads_python_minor",
    }
    assert reading.values["downloads_system"] == 30


class Forgetful:
    """A memory without a cache."""

    def __init__(self, recall: Recall) -> None:
        self.marks = recall.marks
        self.daily = recall.daily
        self.identities = recall.identities

    async def cached(self, key: str) -> None:
        return None

    async def cache(self, key: str, reply: object) -> None:
        """Lose it."""
