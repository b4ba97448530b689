"""Which time a report is about: what was asked for, rounded out to whole hours in UTC."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from colter.app.reports.window import Part, window_of
from colter.core.ports import Store
from tests.alerts_commands.watching import with_store
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock
from tests.reports.lived import CONFIG, DAY, THAT_DAY, reported, uptime, watched

NOON = START.replace(minute=20)
HOURS_FROM = NOON - timedelta(days=400)


def when(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "covers", "parts"),
    [
        ("2026-05-01", "2026-05-03", ("2026-05-01", "2026-05-03"), ["day 05-01T00 05-03T00"]),
        ("2026-05-03T10:20", "2026-05-03T10:21", ("2026-05-03T10:00", "2026-05-03T11:00"), ["hour 05-03T10 05-03T11"]),
        (
            "2026-05-01T22:59:59",
            "2026-05-04T00:00:01",
            ("2026-05-01T22:00", "2026-05-04T01:00"),
            ["hour 05-01T22 05-02T00", "day 05-02T00 05-04T00", "hour 05-04T00 05-04T01"],
        ),
        ("2026-05-03T23:00", "2026-05-04T01:00", ("2026-05-03T23:00", "2026-05-04T01:00"), ["hour 05-03T23 05-04T01"]),
        ("2026-05-04T12:15", "2026-05-04T12:20", ("2026-05-04T12:00", "2026-05-04T12:20"), ["hour 05-04T12 05-04T13"]),
        ("2026-05-04", "2026-05-04T12:20", ("2026-05-04", "2026-05-04T12:20"), ["day 05-04T00 05-05T00"]),
        (
            "2026-04-04T12:20",
            "2026-05-04T12:20",
            ("2026-04-04T12:00", "2026-05-04T12:20"),
            ["hour 04-04T12 04-05T00", "day 04-05T00 05-05T00"],
        ),
        ("2026-05-03", "2030-01-01", ("2026-05-03", "2026-05-04T12:20"), ["day 05-03T00 01-01T00"]),
        ("2025-01-01T05:00", "2025-01-01T07:00", ("2025-01-01", "2025-01-02"), ["day 01-01T00 01-02T00"]),
        (
            "2025-01-01T05:00",
            "2026-05-01T07:00",
            ("2025-01-01", "2026-05-01T07:00"),
            ["day 01-01T00 05-01T00", "hour 05-01T00 05-01T07"],
        ),
    ],
    ids=["days", "minute", "edges", "midnight", "now", "today", "month", "future", "old", "old_begin"],
)
def test_what_is_asked_for_is_rounded_out(since: str, until: str, covers: tuple[str, str], parts: list[str]) -> None:
    window = window_of(when(since), when(until), NOON, hours_from=HOURS_FROM)
    assert (window.since, window.until) == (when(covers[0]), when(covers[1]))
    assert [_short(part) for part in window.parts] == parts
    assert window.length == window.until - window.since
    assert window.end == window.parts[-1].until


def test_any_window_is_covered_without_a_gap_and_twice_nowhere() -> None:
    for hours in range(0, 24 * 40, 7):
        for length in (1, 23, 24, 25, 100, 720):
            since = NOON - timedelta(hours=hours + length, minutes=hours % 60)
            window = window_of(since, since + timedelta(hours=length), NOON)
            ends = [window.since, *(part.until for part in window.parts)]
            assert [part.since for part in window.parts] == ends[:-1]
            assert window.since <= since
            assert ends[-1] >= min(since + timedelta(hours=length), NOON)
            assert all(part.since < part.until for part in window.parts)
            whole = [part for part in window.parts if part.step == "day"]
            assert all(part.since.hour == part.until.hour == 0 for part in whole)
            assert sum((part.until - part.since for part in window.parts if part not in whole), timedelta()) < (
                timedelta(hours=47)
            )


def test_it_is_said_which_time_it_is(machine: Machine) -> None:
    watched(machine, {"api": "g" * DAY * 2})
    clock = FakeClock(NOON)
    argv = ("--since", "2026-05-03T10:20", "--until", "2026-05-03T10:40")
    document = reported(machine, *argv, clock=clock)
    assert (document["since"], document["until"]) == ("2026-05-03T10:00:00.000Z", "2026-05-03T11:00:00.000Z")
    table, page = (machine.inside("report", *argv, "-f", format_, clock=clock).out for format_ in ("table", "markdown"))
    for shown in (table, page):
        assert shown.startswith("2026-05-03 10:00 to 2026-05-03 11:00 UTC\n\n")
    document = reported(machine, clock=clock)
    assert (document["since"], document["until"]) == ("2026-04-04T12:00:00.000Z", "2026-05-04T12:20:00.000Z")


@pytest.mark.parametrize(
    ("argv", "since"),
    [
        (["--window", "1d"], "2026-05-03T12:00"),
        (["--window", "6h"], "2026-05-04T06:00"),
        (["--window", "1d", "--until", "2026-05-04"], "2026-05-03T00:00"),
        (["--window", "1d", "--until", "12h"], "2026-05-03T00:00"),
        (["--since", "1d"], "2026-05-03T12:00"),
        (["--until", "2026-05-04"], "2026-04-04T00:00"),
        (["--window", "99999d"], "1970-01-01T00:00"),
        (["--since", "0001-01-01"], "1970-01-01T00:00"),
        (["--since", "1d", "--until", "9999-12-31T23:59"], "2026-05-03T12:00"),
    ],
)
def test_a_window_is_a_length_up_to_its_end(machine: Machine, argv: list[str], since: str) -> None:
    shown = machine.inside("report", "-f", "json", *argv).out
    assert json.loads(shown)["since"] == f"{since}:00.000Z"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--since", "2026-05-05"], "--since: 2026-05-05 lies in the future"),
        (["--since", "2026-05-04T12:00"], "lies in the future"),
        (["--since", "2026-05-03", "--until", "2026-05-03"], "--until: 2026-05-03 is not after --since 2026-05-03"),
        (["--until", "2026-12-31"], "--until: the 30d before 2026-12-31 lie in the future"),
        (["--until", "9999-12-31"], "--until: the 30d before 9999-12-31 lie in the future"),
        (["--until", "0001-01-01"], "--until: 0001-01-01 is not after --since 30d"),
        (["--since", "1d", "--window", "2d"], "--window and --since: one of them at a time"),
        (["--window", "0s"], "expected a duration above 0"),
        (["--window", "soon"], "expected a duration such as"),
        (["--since", "yesterday"], "expected a time such as 2026-05-04"),
    ],
)
def test_a_time_that_cannot_be_reported_on_is_said(machine: Machine, argv: list[str], said: str) -> None:
    ended = machine.inside("report", *argv)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_the_clocks_on_the_wall_change_nothing(machine: Machine) -> None:
    """Days are days of UTC, also those that have 23 or 25 hours elsewhere."""
    night = when("2026-03-28T12:00")
    watched(machine, {"api": "g" * 700 + "b" * 60 + "g" * 1400}, night)
    argv = ("report", "api", "-f", "json", "--since", "2026-03-28T12:00", "--until", "2026-03-30")
    zones = ("UTC", "Europe/Berlin")
    found = [json.loads(machine.process(*argv, env={"TZ": zone}).out) for zone in zones]
    for document in found:
        document.pop("at")
    assert found[0] == found[1]
    [endpoint] = found[0]["endpoints"]
    assert endpoint["uptime"]["seconds"]["down"] == 3600
    assert endpoint["uptime"]["coverage"] == pytest.approx(1, abs=2 / 2160)


def test_hours_and_days_come_to_the_same(machine: Machine) -> None:
    watched(machine, {"api": ("g" * 50 + "b" * 7 + "ggd") * 24 + "ggg"})
    whole = uptime(machine, "api", *THAT_DAY)
    parts = [
        uptime(machine, "api", "--since", f"2026-05-03T{hour:02}:10", "--until", f"2026-05-03T{hour + 3:02}:50")
        for hour in range(0, 24, 4)
    ]
    for name in ("up", "degraded", "down", "blips", "unknown"):
        assert sum(each["seconds"][name] for each in parts) == whole["seconds"][name]
    assert sum(each["looks"]["up"] for each in parts) == whole["looks"]["up"]
    assert sum(each["outages"] for each in parts) == whole["outages"] == 24


def test_of_hours_that_are_not_kept_any_more_the_whole_days_are_reported(machine: Machine) -> None:
    machine.configure(f"{CONFIG}\nstate: {{keep: {{hours: 2d}}}}\n")
    watched(machine, {"api": "g" * 600 + "b" * 10 + "g" * 900})
    argv = ("--since", "2026-05-03T05:00", "--until", "2026-05-03T07:00")
    assert reported(machine, *argv)["since"] == "2026-05-03T05:00:00.000Z"
    later = FakeClock(START + timedelta(days=30))

    async def retire(store: Store) -> None:
        while await store.retire(results=None, readings=None, tallies=later.now() - timedelta(days=2), most=1000):
            pass

    with_store(machine, retire)
    document = reported(machine, *argv, clock=later)
    assert (document["since"], document["until"]) == ("2026-05-03T00:00:00.000Z", "2026-05-04T00:00:00.000Z")
    assert document["endpoints"][0]["uptime"]["seconds"]["down"] == 600


def _short(part: Part) -> str:
    return f"{part.step} {part.since:%m-%dT%H} {part.until:%m-%dT%H}"
