"""`colter alerts simulate`: what was measured, through the rules as they are now; nothing is sent and nothing kept."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from colter.app.alerting.simulate import Replayed, Scope, simulate
from colter.app.alerting.simulated_channels import Sent
from colter.core.model import Round
from colter.store.memory import MemoryStore
from tests.alerts_commands.watching import CONFIG, MINUTE, TRACKED, lived, measured, plan, result, rounds, tracked
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock

ONE_CHANNEL = """
endpoints:
  - {name: api, url: "https://api.example.org/health", tags: [prod]}
  - {name: shop, url: "https://shop.example.org/"}
alerts:
  channels: {ops: {type: webhook, url: "http://127.0.0.1:9/ops"}}
"""
MONTH = timedelta(days=30)


def simulated(machine: Machine, *argv: str) -> dict[str, Any]:
    ended = machine.inside("alerts", "simulate", "-f", "json", *argv)
    assert ended.code == 0, ended.err
    document: dict[str, Any] = json.loads(ended.out)
    return document


def said(document: dict[str, Any]) -> list[str]:
    return [f"{each['at'][11:16]} {each['channel']} {each['title']}" for each in document["messages"]]


def test_what_would_have_been_sent_is_shown_with_its_time_and_counted(machine: Machine) -> None:
    machine.configure(ONE_CHANNEL + "  routes: [{notify: [ops], remind: [5m]}]\n")
    measured(machine, rounds({"api": "g" * 10 + "b" * 12 + "g" * 10, "shop": "g" * 20 + "bb" + "g" * 10}))
    ended = machine.inside("alerts", "simulate", "-f", "table")
    assert (ended.code, ended.out.splitlines()[0].split("  ")[0]) == (0, "When (UTC)")
    assert ended.out.splitlines()[2:] == [
        "2026-05-04 11:40  ops      api is down: connect_refused",
        "2026-05-04 11:46  ops      api is still down after 8 min: connect_refused",
        "2026-05-04 11:51  ops      api is up again after 12 min",
    ]
    assert ended.err == (
        "colter: would have sent 3 messages (ops 3): 1 down, 1 reminder, 1 up; 64 looks replayed, 2 outages in them\n"
    )


def test_each_format_has_the_same_messages(machine: Machine) -> None:
    measured(machine, rounds({"api": "ggbbbgg"}))
    document = simulated(machine)
    assert document["messages"][0] == {
        "at": "2026-05-04T11:57:10.000Z",
        "channel": "chat",
        "kind": "firing",
        "title": "api is down: connect_refused",
        "targets": ["probe:api"],
    }
    assert {key: document[key] for key in document if key != "messages"} == {
        "schema": "colter.simulation/1",
        "since": "2026-04-04T12:00:00.000Z",
        "until": "2026-05-04T12:00:00.000Z",
        "replayed": 7,
        "outages": 1,
        "notices": {"firing": 1, "resolved": 1},
    }
    lines = machine.inside("alerts", "simulate", "-f", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == document["messages"]
    rows = list(csv.DictReader(io.StringIO(machine.inside("alerts", "simulate", "-f", "csv").out)))
    assert [row["title"] for row in rows] == [each["title"] for each in document["messages"]]
    assert len(rows) == 4


def test_nothing_is_sent_kept_or_changed(machine: Machine) -> None:
    lived(machine, rounds({"api": "gggbbbb"}), takes=["ops"])
    folder = machine.home / "state" / "colter"

    def seen() -> tuple[str, str]:
        listed = machine.inside("alerts", "list", "--all", "-f", "json").out
        return listed, hashlib.sha256((folder / "state.db").read_bytes()).hexdigest()

    before = seen()
    assert len(simulated(machine)["messages"]) == 2
    assert seen() == before


def test_another_configuration_tells_beforehand_what_it_would_bring(machine: Machine) -> None:
    measured(machine, rounds({"api": "ggbggbggbbggbbb"}))
    assert len(simulated(machine)["messages"]) == 2
    other = machine.home / "other.yaml"
    other.write_text(ONE_CHANNEL + "probe: {down_after: 1, up_after: 1}\n")
    other.chmod(0o600)
    document = simulated(machine, "-c", str(other))
    assert document["notices"]["firing"] >= 2
    assert {each["channel"] for each in document["messages"]} == {"ops"}
    assert document["outages"] == 4


@pytest.mark.parametrize(
    ("argv", "titles", "outages"),
    [
        ([], ["api is down: connect_refused", "shop is down: connect_refused"], 2),
        (["api"], ["api is down: connect_refused"], 1),
        (["@prod"], ["api is down: connect_refused"], 1),
        (["sh*"], ["shop is down: connect_refused"], 1),
        (["@prod", "shop"], ["api is down: connect_refused", "shop is down: connect_refused"], 2),
        (["--until", "2026-05-04T11:57Z"], ["api is down: connect_refused"], 1),
        (["--since", "4m"], ["api is down: connect_refused", "shop is down: connect_refused"], 2),
        (["--since", "2m"], [], 2),
    ],
)
def test_a_part_can_be_asked_for(machine: Machine, argv: list[str], titles: list[str], outages: int) -> None:
    machine.configure(ONE_CHANNEL)
    measured(machine, rounds({"api": "gggbbbbbb", "shop": "ggggggbbb"}))
    document = simulated(machine, *argv)
    assert [each["title"] for each in document["messages"]] == titles
    assert document["outages"] == outages


def test_what_is_not_configured_any_more_is_passed_over(machine: Machine) -> None:
    measured(machine, rounds({"gone": "gggbbbbbb"}))
    ended = machine.inside("alerts", "simulate")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "colter: would have sent nothing; 9 looks replayed, 0 outages in them\n"


def test_without_a_history_that_is_said(machine: Machine) -> None:
    ended = machine.inside("alerts", "simulate", "-f", "table")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "colter: nothing was measured in that time\n  hint: colter probe; colter track all\n"


@pytest.mark.parametrize(
    ("argv", "wrong"),
    [
        (["--since", "soon"], "expected a time"),
        (["--since", "2027-01-01"], "lies in the future"),
        (["--since", "1d", "--until", "2d"], "is not after"),
        (["apo"], "nothing that is watched is called 'apo'"),
    ],
)
def test_a_typing_error_is_said(machine: Machine, argv: list[str], wrong: str) -> None:
    ended = machine.inside("alerts", "simulate", *argv)
    assert (ended.code, ended.out) == (2, "")
    assert wrong in ended.err


def test_silences_and_maintenances_of_that_time_are_honoured(machine: Machine) -> None:
    machine.configure(ONE_CHANNEL)
    begun = FakeClock(START - 30 * MINUTE)
    assert machine.inside("alerts", "silence", "api", "--for", "20m", clock=begun).code == 0
    measured(machine, rounds({"api": "ggg" + "b" * 30, "shop": "ggg" + "b" * 30}))
    assert said(simulated(machine)) == [
        "11:32 ops shop is down: connect_refused",
        "11:50 ops api is down: connect_refused",
    ]
    machine.configure(f'{ONE_CHANNEL}  maintenance: [{{from: "2026-05-04T11:00", until: "2026-05-04T12:00"}}]\n')
    assert said(simulated(machine)) == []


def test_what_needs_another_keeps_quiet_with_it(machine: Machine) -> None:
    machine.configure(ONE_CHANNEL.replace('example.org/"}', 'example.org/", needs: [api]}'))
    measured(machine, rounds({"shop": "gggbbbbbb", "api": "gggbbbbbb"}))
    assert said(simulated(machine)) == ["11:56 ops api is down: connect_refused"]


def test_rules_on_numbers_see_what_was_read_before_that_time_and_nothing_later(machine: Machine) -> None:
    machine.configure(TRACKED)
    measured(machine, tracked())
    assert [(each["at"][:10], each["title"]) for each in simulated(machine)["messages"]] == [
        ("2026-04-30", "me/app alerts: stars_new > 50 in 1d"),
        ("2026-05-01", "me/app alerts no more after 1 d: stars_new > 50 in 1d"),
        ("2026-05-01", "requests alerts: downloads_day < 50% of 7d"),
        ("2026-05-02", "New issue in me/app: It breaks[2J"),
    ]


def test_many_at_once_are_a_digest_as_in_reality(machine: Machine) -> None:
    names = [f"e{number}" for number in range(8)]
    endpoints = "".join(f"  - {{name: {name}, url: 'https://{name}.example.org/'}}\n" for name in names)
    machine.configure(
        f"endpoints:\n{endpoints}alerts: {{channels: {{ops: {{type: webhook, url: 'http://127.0.0.1:9/'}}}}}}\n"
    )
    measured(machine, rounds(dict.fromkeys(names, "gggbbb")))
    [message] = simulated(machine)["messages"]
    assert (message["kind"], len(message["targets"])) == ("digest", 8)
    assert simulated(machine, "e3")["messages"] == [message]


def test_a_channel_gets_thirty_an_hour_then_digests_and_none_is_lost() -> None:
    """One endpoint each minute goes down for good: after thirty messages in an hour they come together."""
    names = [f"e{number}" for number in range(50)]
    endpoints = "".join(f"  - {{name: {name}, url: 'https://{name}.example.org/', down_after: 1}}\n" for name in names)
    config = f"endpoints:\n{endpoints}alerts: {{channels: {{ops: {{type: webhook, url: 'http://127.0.0.1:9/'}}}}}}\n"
    looks = {name: "g" * (place + 1) + "b" * (50 - place) for place, name in enumerate(names)}
    sent = replay(config, rounds(looks))
    assert [len(each.notices) for each in sent[:30]] == [1] * 30
    late = sent[30:]
    assert all(later.at - earlier.at >= 5 * MINUTE for earlier, later in pairwise(late))
    assert sorted(target.name for each in sent for target in each.targets) == sorted(names)


def test_it_says_what_a_desk_at_work_has_said(machine: Machine) -> None:
    past = rounds({"api": "ggbbbggdddgg" * 8, "web [eu]": "gbgbbbbuuugg" * 8})
    live = [(row.channel, row.notice.kind, row.notice.target.name) for row in lived(machine, past)]
    sent = replay(CONFIG, past)
    simulated = [(each.channel, notice.kind, notice.target.name) for each in sent for notice in each.notices]
    assert len(live) > 30
    for channel in ("ops", "chat"):
        assert [each for each in simulated if each[0] == channel] == [each for each in live if each[0] == channel]


def test_a_long_history_is_read_in_pages_and_told_of_on_the_way() -> None:
    turns: list[int] = []
    done = Replayed()

    async def read() -> None:
        store = MemoryStore(FakeClock())
        for each in long_history(12, 1000):
            await store.commit(each)
        window = Scope(START - MONTH, START)
        async with aclosing(simulate(store, plan(), window, done, lambda: turns.append(done.looks))) as replayed:
            assert [each async for each in replayed] == []

    asyncio.run(read())
    assert turns == [5000, 10000, 12000]


def long_history(count: int, looks: int) -> Iterator[Round]:
    for number in range(count):
        at = START - timedelta(hours=count - number)
        yield Round(f"{number:012x}", at, at, (), [result(f"e{each}", "g", at) for each in range(looks)])


def replay(config: str, past: list[Round]) -> list[Sent]:
    async def read() -> list[Sent]:
        store = MemoryStore(FakeClock())
        for done in past:
            await store.commit(done)
        window = Scope(START - MONTH, START)
        async with aclosing(simulate(store, plan(config), window, Replayed())) as replayed:
            return [each async for each in replayed]

    return asyncio.run(read())
