"""What `colter report` says of endpoints, against days whose truth is known."""

import random
import re
from datetime import timedelta

import pytest

from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock
from tests.reports.lived import CONFIG, DAY, HOUR, MIDNIGHT, MINUTE, THAT_DAY, reported, uptime, watched

ENDS = ("since", "until")
END = "ggg"
"""Looks behind the day, so that the last one of it holds, and is settled."""


def with_looks(looks: str, **changed: str) -> str:
    """A day with other looks from some minutes on: `at_600="bbb"`."""
    for place, other in changed.items():
        at = int(place.removeprefix("at_"))
        looks = looks[:at] + other + looks[at + len(other) :]
    return looks


def test_a_day_with_an_outage_and_twelve_blips_is_as_good_as_it_was(machine: Machine) -> None:
    """The day on which peers were measured: 97.778 % is true, 96.575 and 96.454 % are what is made of it."""
    blips = {f"at_{HOUR * hour + 30}": "b" for hour in range(12, 24)}
    watched(machine, {"api": with_looks("g" * DAY, at_600="b" * 30, **blips) + END})
    found = uptime(machine, "api", *THAT_DAY)
    assert found["availability"] == pytest.approx((DAY - 30) / DAY, abs=1e-12)
    truth = 1 - (30 * 60 + 12 * 10) / 86_400
    assert abs(found["availability"] - truth) < 0.0015
    assert (found["coverage"], found["outages"], found["blips"]) == (1.0, 1, 12)
    assert found["seconds"] == {
        "up": (DAY - 42) * 60.0,
        "degraded": 0.0,
        "blips": 12 * 60.0,
        "down": 1800.0,
        "maintenance": 0.0,
        "unknown": 0.0,
    }
    assert found["looks"] == {"up": DAY - 42, "degraded": 0, "down": 42, "unknown": 0}


@pytest.mark.parametrize("seed", range(3))
def test_any_time_is_as_good_as_its_looks(machine: Machine, seed: int) -> None:
    """An outage is three failing looks in a row and all up to two good ones; what fails besides is a blip."""
    dice = random.Random(seed)
    looks = "".join(dice.choice("ggb") * dice.randint(1, 6) for _ in range(DAY))[: 2 * DAY - 2] + "gg"
    marked = re.sub(r"bbb(?:(?!gg).)*", lambda found: "D" * len(found[0]), looks)
    watched(machine, {"api": looks + END}, MIDNIGHT - timedelta(days=1))
    begins = MIDNIGHT - timedelta(days=1)
    for _ in range(4):
        first, last = sorted(dice.sample(range(49), 2))
        times = [begins + timedelta(hours=hour) for hour in (first, last)]
        found = uptime(machine, "api", *(f"--{end}={at:%Y-%m-%dT%H:%MZ}" for end, at in zip(ENDS, times, strict=True)))
        part = marked[first * HOUR : last * HOUR]
        minutes = {"up": part.count("g"), "blips": part.count("b"), "down": part.count("D")}
        assert {name: found["seconds"][name] / 60 for name in minutes} == minutes
        assert found["availability"] == pytest.approx(1 - minutes["down"] / len(part), abs=1e-12)
        assert found["coverage"] == 1.0
        # A blip belongs to the hour in which it began; an outage to every window in which it lasts.
        before = marked[: first * HOUR]
        assert found["blips"] == len(re.findall("b+", part)) - (before.endswith("b") and part.startswith("b"))
        assert found["outages"] == len(re.findall("D+", part))


def test_three_hours_without_a_daemon_take_from_coverage_and_not_from_availability(machine: Machine) -> None:
    looks = with_looks("g" * DAY, at_300="b" * 20, at_600=" " * 180)
    watched(machine, {"api": looks + END})
    found = uptime(machine, "api", *THAT_DAY)
    unknown = 180 - 1  # the last look holds for twice the interval
    assert found["coverage"] == pytest.approx((DAY - unknown) / DAY, abs=1e-12)
    assert found["availability"] == pytest.approx(1 - 20 / (DAY - unknown), abs=1e-12)
    assert found["seconds"]["unknown"] == unknown * 60


def test_what_is_degraded_is_up_and_what_is_unknown_is_neither(machine: Machine) -> None:
    watched(machine, {"api": with_looks("g" * DAY, at_100="d" * 60, at_900="u" * 90) + END})
    found = uptime(machine, "api", *THAT_DAY)
    assert (found["availability"], found["outages"], found["blips"]) == (1.0, 0, 0)
    assert found["coverage"] == pytest.approx((DAY - 90) / DAY, abs=1e-12)
    assert (found["seconds"]["degraded"], found["seconds"]["unknown"]) == (3600.0, 5400.0)
    assert found["looks"] == {"up": DAY - 150, "degraded": 60, "down": 0, "unknown": 90}


def test_a_maintenance_is_listed_and_counts_neither_for_nor_against(machine: Machine) -> None:
    machine.configure(
        f'{CONFIG}\nalerts:\n  maintenance:\n    - {{match: {{name: api}}, cron: "0 2 * * *", duration: 90m}}\n'
    )
    looks = with_looks("g" * DAY, at_130="b" * 60, at_600="b" * 10) + END
    watched(machine, {"api": looks, "db": looks})
    found = uptime(machine, "api", *THAT_DAY)
    assert found["seconds"]["maintenance"] == 5400.0
    assert found["seconds"]["down"] == 600.0
    assert found["availability"] == pytest.approx(1 - 10 / (DAY - 90), abs=1e-12)
    assert found["coverage"] == 1.0
    assert uptime(machine, "db", *THAT_DAY)["seconds"]["down"] == 4200.0
    row = machine.inside("report", "api", "-f", "table", *THAT_DAY).out.splitlines()[4].split()
    assert row[:7] == ["api", "99.259", "100.0", "10m", "1", "0", "1h30m"]


def test_of_an_endpoint_that_was_added_it_is_said_since_when(machine: Machine) -> None:
    watched(machine, {"api": "g" * DAY + END, "db": " " * (18 * HOUR) + "g" * (6 * HOUR) + END})
    until = ("--until", "2026-05-04")
    api, db = reported(machine, "api", "db", "--since", "2026-05-03T12:00", *until)["endpoints"]
    assert (api["known_since"], db["known_since"]) == (None, "2026-05-03T18:00:00.000Z")
    assert (db["uptime"]["availability"], db["uptime"]["coverage"]) == (1.0, 0.5)
    api, db = reported(machine, "api", "db", "--window", "7d", *until)["endpoints"]
    assert (api["known_since"], db["known_since"]) == ("2026-05-03T00:00:00.000Z",) * 2
    assert db["uptime"]["coverage"] == pytest.approx(0.25 / 7)
    shown = machine.inside("report", "-f", "table", "--since", "2026-05-03T12:00", *until).out.splitlines()
    assert shown[2].split()[-2:] == ["Since", "(UTC)"]
    assert shown[5].endswith("  2026-05-03 18:00")
    assert not shown[4].endswith(":00")


def test_an_endpoint_that_is_not_configured_any_more_is_still_reported(machine: Machine) -> None:
    watched(machine, {"api": with_looks("g" * DAY, at_60="bbbb")[: DAY // 2], "shop": " " * (DAY // 2) + "g" * 723})
    machine.configure(CONFIG.replace("name: api", "name: shop"))
    endpoints = {each["name"]: each for each in reported(machine, *THAT_DAY)["endpoints"]}
    assert list(endpoints) == ["shop", "db", "web [eu]", "api"]
    assert [each["configured"] for each in endpoints.values()] == [True, True, True, False]
    assert [each["uptime"]["outages"] for each in endpoints.values()] == [0, 0, 0, 1]
    assert endpoints["db"]["uptime"]["availability"] is None
    assert reported(machine, "ap*", *THAT_DAY)["endpoints"] == [endpoints["api"]]


def test_each_outage_is_listed_with_its_whole_length(machine: Machine) -> None:
    """One that began before the window counts in it as far as it lasted in it."""
    watched(machine, {"api": "g" * 1400 + "b" * 100 + "g" * 600 + "b" * 30})
    [endpoint] = reported(machine, "api", "--since", "2026-05-04", clock=FakeClock(START))["endpoints"]
    assert endpoint["outages"] == [
        {
            "began": "2026-05-03T23:20:00.000Z",
            "ended": "2026-05-04T01:00:00.000Z",
            "seconds": 6000.0,
            "reason": "connect_refused",
            "looks": 100,
        },
        {
            "began": "2026-05-04T11:00:00.000Z",
            "ended": None,
            "seconds": 1740.0,
            "reason": "connect_refused",
            "looks": 30,
        },
    ]
    assert endpoint["uptime"]["outages"] == 2
    assert endpoint["uptime"]["seconds"]["down"] == (60 + 29) * 60
    shown = machine.inside("report", "api", "-f", "table", "--since", "2026-05-04").out
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "api 2026-05-03 23:20:00 2026-05-04 01:00:00 1h40m 100 connect_refused" in rows
    assert "api 2026-05-04 11:00:00 it lasts 29m 30 connect_refused" in rows


def test_an_endpoint_that_was_given_up_while_it_was_down_is_not_down_for_ever(machine: Machine) -> None:
    watched(machine, {"shop": "g" * 600 + "b" * 100, "api": "g" * DAY * 2})
    later = FakeClock(START + timedelta(days=10))
    [shop] = reported(machine, "shop", "--since", "2026-05-01", clock=later)["endpoints"]
    assert [(each["ended"], each["seconds"]) for each in shop["outages"]] == [(None, 99 * 60.0)]
    [shop, api] = reported(machine, "shop", "api", "--since", "2026-05-04", clock=later)["endpoints"][::-1]
    assert (shop["name"], shop["outages"], shop["uptime"]["outages"]) == ("shop", [], 0)
    assert api["uptime"]["availability"] == 1.0


def test_percentiles_are_those_of_good_looks_within_one_per_cent(machine: Machine) -> None:
    watched(machine, {"api": "g" * 1000 + "b" * 440 + END})
    found = uptime(machine, "api", *THAT_DAY)["latency_ms"]
    exact = {"p50": 500, "p95": 950, "p99": 990, "mean": 500.5, "fastest": 1, "slowest": 1000}
    assert found == {name: pytest.approx(value, rel=0.0101) for name, value in exact.items()}


def test_a_group_is_all_of_its_endpoints_together(machine: Machine) -> None:
    half = " " * (DAY // 2) + "g" * (DAY // 2)
    watched(machine, {"api": with_looks("g" * DAY, at_600="b" * 30) + END, "db": half + END, "web [eu]": "g" * DAY})
    [group] = reported(machine, *THAT_DAY)["groups"]
    found = group.pop("uptime")
    assert group == {"name": "backend", "endpoints": 2}
    assert found["availability"] == pytest.approx(1 - 30 / (DAY + DAY // 2), abs=1e-12)
    assert (found["coverage"], found["outages"]) == (0.75, 1)
    table = machine.inside("report", "-f", "table", *THAT_DAY).out.splitlines()
    assert [" ".join(line.split()) for line in table[-1:]] == ["backend 2 98.611 75.0 30m 1 0"]


def test_the_last_looks_are_in_it_and_it_may_be_asked_again_and_again(machine: Machine) -> None:
    for hour in range(3):
        begin = MIDNIGHT + hour * HOUR * MINUTE
        watched(machine, {"api": "g" * 30 + "b" * 10 + "g" * 20}, begin)
        clock = FakeClock(begin + timedelta(hours=1))
        for _ in range(2):
            found = uptime(machine, "api", "--since", "2026-05-03", clock=clock)
            assert found["looks"] == {"up": 50 * (hour + 1), "degraded": 0, "down": 10 * (hour + 1), "unknown": 0}
            assert found["seconds"]["unknown"] == 60
            assert found["outages"] == hour + 1
