"""`colter alerts silence` and `unsilence`: kept in the history, said with its end, and wrong names are named."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from colter.app.alerting.desk import Desk
from colter.core.clock import SystemClock
from colter.core.model import Silence
from colter.core.ports import Store
from tests.alerts_commands.watching import MINUTE, plan, rounds, store_of, with_store
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock


def silent(machine: Machine) -> dict[str, dict[str, Any]]:
    """What `alerts list` shows as silent, by name."""
    shown = json.loads(machine.inside("alerts", "list", "-f", "json").out)["silent"]
    return {each["name"]: each for each in shown}


@pytest.mark.parametrize("name", ["api", "@prod", "web [eu]", "probe:api", "a*", "*", "pypi:requests", "github:me/*"])
def test_what_is_watched_can_be_silenced_by_name_tag_and_pattern(machine: Machine, name: str) -> None:
    ended = machine.inside("alerts", "silence", name, "--for", "2h", "--note", "new\x1b[2J disks")
    assert (ended.code, ended.out, ended.err) == (0, f"{name}: silent until 2026-05-04 14:00 UTC\n", "")
    assert silent(machine) == {
        name: {
            "name": name,
            "by": "silence",
            "since": "2026-05-04T12:00:00.000Z",
            "until": "2026-05-04T14:00:00.000Z",
            "note": "new[2J disks",
        }
    }


def test_several_are_silenced_at_once_and_each_once(machine: Machine) -> None:
    ended = machine.inside("alerts", "silence", "api", "@prod", "api", "--until", "2026-05-04T18:00+02:00")
    assert ended.out == "api: silent until 2026-05-04 16:00 UTC\n@prod: silent until 2026-05-04 16:00 UTC\n"
    assert list(silent(machine)) == ["@prod", "api"]


def test_a_second_silence_takes_the_place_of_the_first_and_keeps_its_note(machine: Machine) -> None:
    machine.inside("alerts", "silence", "api", "--for", "2h", "--note", "new disks")
    for length, until in (("3h", "15:00"), ("30m", "12:30")):
        ended = machine.inside("alerts", "silence", "api", "--for", length)
        assert ended.out.startswith(f"api: silent until 2026-05-04 {until} UTC (before: until ")
        assert [(each["until"][11:16], each["note"]) for each in silent(machine).values()] == [(until, "new disks")]


def test_its_end_is_told_in_the_zone_of_the_machine_and_in_utc(machine: Machine) -> None:
    begun = SystemClock().now().replace(second=0, microsecond=0)  # a process of its own has the clock of the machine
    berlin = machine.process("alerts", "silence", "api", "--for", "2h", env={"TZ": "CET-1"}).out
    said = re.fullmatch(r"api: silent until (.*) CET \((.*) UTC\)\n", berlin)
    assert said
    end = datetime.fromisoformat(f"{said[1]}+01:00")
    assert begun <= end - timedelta(hours=2) <= SystemClock().now()
    assert said[2].endswith(f"{end.astimezone(UTC):%H:%M}")


@pytest.mark.parametrize(
    ("argv", "said", "hint"),
    [
        (["apo", "--for", "2h"], "nothing that is watched is called 'apo'", "did you mean 'api'?"),
        (["@prd", "--for", "2h"], "nothing that is watched is called '@prd'", "did you mean '@prod'?"),
        (["pypi:request", "--for", "2h"], "'pypi:request'", "did you mean 'pypi:requests'?"),
        (["zzz*", "--for", "2h"], "'zzz*'", "watched are: @prod, api, github:me/*, pypi:requests, web [eu]"),
        (["", "--for", "2h"], "''", "watched are: "),
        (["api"], "for how long?", "either --for 2h or --until"),
        (["api", "--for", "2h", "--until", "2026-05-05"], "for how long?", ""),
        (["api", "--until", "2026-05-04"], "that time is over", "now it is 2026-05-04 12:00 UTC"),
        (["api", "--until", "2h"], "expected a time such as 2026-05-04T18:00Z", ""),
        (["api", "--for", "366d"], "a silence lasts 365 days at most", ""),
        (["api", "--until", "9999-12-31T23:59-12:00"], "expected a time", ""),
        (["api", "--until", "2027-06-01"], "a silence lasts 365 days at most", ""),
        (["api", "--for", "0s"], "expected a duration above 0", ""),
        (["api", "--for", "soon"], "expected a duration", ""),
    ],
)
def test_what_cannot_be_silenced_is_said_and_nothing_is_kept(
    machine: Machine, argv: list[str], said: str, hint: str
) -> None:
    ended = machine.inside("alerts", "silence", "web [eu]", *argv)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert hint in ended.err
    assert silent(machine) == {}


def test_a_desk_that_is_at_work_honours_it_within_seconds_and_tells_once_it_is_over(machine: Machine) -> None:
    """The desk is the one of a daemon; the commands are run beside it."""
    clock = FakeClock()
    store = store_of(machine, clock)
    desk = Desk(plan(), store, clock)

    def look(letters: str) -> list[str]:
        told: list[str] = []
        for done in rounds({"api": letters}, until=clock.now() + len(letters) * MINUTE):
            clock.advance(done.finished - clock.now())
            told += [each.to for each in runner.run(desk.decide(done)).deliveries]
        clock.advance(MINUTE)
        return told

    with asyncio.Runner() as runner:
        runner.run(store.open())
        runner.run(desk.load())
        assert look("gg") == []
        assert machine.inside("alerts", "silence", "@prod", "--for", "30m", clock=clock).code == 0
        assert look("bbbb") == []
        assert machine.inside("alerts", "unsilence", "@prod", clock=clock).code == 0
        assert look("b") == ["chat", "ops"]
        runner.run(store.close())


def test_one_of_many_is_ended_by_its_name_and_all_by_all(machine: Machine) -> None:
    machine.inside("alerts", "silence", "api", "@prod", "pypi:*", "--for", "2h")
    assert machine.inside("alerts", "unsilence", "@prod").out == "@prod: no longer silent\n"
    assert list(silent(machine)) == ["api", "pypi:*"]
    assert machine.inside("alerts", "unsilence", "--all").out == "api: no longer silent\npypi:*: no longer silent\n"
    assert silent(machine) == {}
    nothing = machine.inside("alerts", "unsilence", "--all")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "colter: nothing was silenced\n")


@pytest.mark.parametrize(
    ("argv", "said", "hint"),
    [
        (["ap"], "'ap' is not silenced", "did you mean 'api'?"),
        (["zzz"], "'zzz' is not silenced", "silenced are: @prod, api"),
        (["@prod", "web"], "'web' is not silenced", "silenced are: @prod, api"),
        ([], "what?", "--all"),
        (["api", "--all"], "what?", "--all"),
    ],
)
def test_what_is_not_silent_cannot_be_ended_and_nothing_is(
    machine: Machine, argv: list[str], said: str, hint: str
) -> None:
    machine.inside("alerts", "silence", "api", "@prod", "--for", "2h")
    ended = machine.inside("alerts", "unsilence", *argv)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert hint in ended.err
    assert list(silent(machine)) == ["@prod", "api"]


def test_what_is_over_is_silent_no_more_and_forgotten_after_a_season(machine: Machine) -> None:
    machine.inside("alerts", "silence", "api", "--for", "1h")
    later = FakeClock(START + timedelta(hours=1))
    assert json.loads(machine.inside("alerts", "list", "-f", "json", clock=later).out)["silent"] == []
    assert "nothing is silenced" in machine.inside("alerts", "unsilence", "api", clock=later).err
    machine.inside("alerts", "silence", "@prod", "--for", "1h", clock=later)
    kept: list[Silence] = []

    async def read(store: Store) -> None:
        kept.extend(await store.silences())

    with_store(machine, read)
    assert [each.name for each in kept] == ["api", "@prod"]
    machine.inside("alerts", "silence", "api", "--for", "1h", clock=FakeClock(START + timedelta(days=100)))
    kept.clear()
    with_store(machine, read)
    assert [(each.name, each.begins) for each in kept] == [("api", START + timedelta(days=100))]
