"""`colter alerts list`: what fires, who was told, what is silent, and what did not arrive."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from colter.app.alerting.desk import Desk
from colter.core.model import Delivery
from colter.core.ports import Store
from tests.alerts_commands.watching import CONFIG, TRACKED, lived, measured, plan, rounds, tracked, with_store
from tests.cli.running import Machine
from tests.fakes.clock import START, FakeClock

FLAPPING = "gb" * 12
NOTHING: dict[str, list[object]] = {"alerts": [], "silent": [], "undelivered": []}


def listed(machine: Machine, *argv: str) -> dict[str, Any]:
    ended = machine.inside("alerts", "list", "-f", "json", *argv)
    assert (ended.code, ended.err) == (0, "")
    document: dict[str, Any] = json.loads(ended.out)
    return document


def states(machine: Machine, *argv: str) -> dict[str, str]:
    return {f"{each['name']} {each['rule']}": each["state"] for each in listed(machine, *argv)["alerts"]}


def test_of_a_machine_that_has_seen_nothing_nothing_is_listed(machine: Machine) -> None:
    ended = machine.inside("alerts", "list")
    assert (ended.code, ended.out, ended.err) == (0, "", "colter: nothing fires\n")
    assert listed(machine) == {"schema": "colter.alerts/1", "at": "2026-05-04T12:00:00.000Z", **NOTHING}


def test_what_fires_is_listed_with_who_was_told_and_why(machine: Machine) -> None:
    lived(machine, rounds({"api": "gggbbbb", "web [eu]": "ggggggg"}))
    [alert] = listed(machine)["alerts"]
    assert alert.pop("incident")
    assert alert == {
        "target": "probe:api",
        "source": "probe",
        "name": "api",
        "rule": "down",
        "state": "firing",
        "since": "2026-05-04T11:56:00.000Z",
        "failures": 4,
        "reason": "connect_refused",
        "detail": "the port is closed",
        "channels": ["ops", "chat"],
        "messages": 2,
        "told": [
            {"channel": "chat", "last": "2026-05-04T12:00:00.000Z"},
            {"channel": "ops", "last": "2026-05-04T12:00:00.000Z"},
        ],
        "muted": False,
    }
    table = machine.inside("alerts", "list", "-f", "table").out
    assert " ".join(table.splitlines()[2].split()) == "api down firing 4m 2 0s ops, chat the port is closed"


@pytest.mark.parametrize(
    ("looks", "shown", "with_all"),
    [
        ("gg", {}, {}),
        ("ggbb", {}, {"api down": "pending"}),
        ("ggbbb", {"api down": "firing"}, {"api down": "firing"}),
        ("ggbbbg", {"api down": "recovering"}, {"api down": "recovering"}),
        ("ggbbbgg", {}, {}),
        ("ggddd", {"api degraded": "firing"}, {"api degraded": "firing"}),
        (FLAPPING, {"api down": "flapping"}, {"api down": "flapping"}),
    ],
    ids=["well", "pending", "firing", "recovering", "over", "degraded", "flapping"],
)
def test_what_is_only_pending_is_listed_with_all(
    machine: Machine, looks: str, shown: dict[str, str], with_all: dict[str, str]
) -> None:
    lived(machine, rounds({"api": looks}))
    assert states(machine) == shown
    assert states(machine, "--all") == with_all


def test_rules_on_repositories_and_packages_are_listed_as_they_are_configured(machine: Machine) -> None:
    machine.configure(TRACKED)
    lived(machine, list(tracked()), takes=())
    [alert] = listed(machine)["alerts"]
    assert (alert["target"], alert["rule"], alert["state"]) == ("pypi:requests", "downloads_day < 50% of 7d", "firing")
    assert "pypi:requests  downloads_day < 50% of 7d  firing" in machine.inside("alerts", "list", "-f", "table").out
    titles = [each["title"] for each in listed(machine)["undelivered"]]
    assert "New issue in me/app: It breaks[2J" in titles


def test_rows_have_the_same_and_the_rest_is_said(machine: Machine) -> None:
    lived(machine, rounds({"api": "ggbbb"}), takes=["ops"])
    machine.inside("alerts", "silence", "web [eu]", "--for", "2h")
    ended = machine.inside("alerts", "list", "-f", "csv")
    [row] = csv.DictReader(io.StringIO(ended.out))
    assert (row["target"], row["channels"], row["messages"]) == ("probe:api", "ops chat", "1")
    assert (row["muted"], row["last_told"]) == ("false", "2026-05-04T12:00:00.000Z")
    assert ended.err == (
        "colter: web [eu]: silent for another 2h (silence)\n"
        "colter: 1 notification not delivered yet, 0 given up\n"
        "  hint: colter alerts list --undelivered\n"
    )
    assert machine.inside("alerts", "list", "-f", "csv", "-q").err == ""


def test_a_maintenance_that_is_on_is_shown_with_its_end(machine: Machine) -> None:
    machine.configure(
        f"""{CONFIG}
  maintenance:
    - {{match: {{group: backend, tags: [prod], state: down}}, cron: "0 11 * * *", duration: 90m}}
    - {{match: {{name: api}}, cron: "0 13 * * *", duration: 90m}}
    - {{from: "2026-05-04T11:30", until: "2026-05-05T12:00"}}
    - {{from: "2026-05-04T10:30", until: "2026-05-04T12:00"}}
"""
    )
    shown = [(each["name"], each["by"], each["since"], each["until"]) for each in listed(machine)["silent"]]
    assert shown == [
        ("group backend, @prod, down", "maintenance", "2026-05-04T11:00:00.000Z", "2026-05-04T12:30:00.000Z"),
        ("everything", "maintenance", "2026-05-04T11:30:00.000Z", "2026-05-05T12:00:00.000Z"),
    ]
    table = machine.inside("alerts", "list", "-f", "table").out
    assert "Silent                      By           For another\n" in table
    assert "everything                  maintenance           1d\n" in table


def test_what_is_owed_is_listed_with_its_tries_and_why(machine: Machine) -> None:
    lived(machine, rounds({"api": "ggbbb"}), takes=["ops"])

    async def fail(store: Store) -> None:
        for _ in range(3):
            again = START + timedelta(minutes=2)
            await store.note("channel", "chat", "the webhook answered 503", retry_at=again)

    with_store(machine, fail)
    [row] = listed(machine, "--undelivered")["undelivered"]
    assert row.pop("key").endswith(":1:chat")
    assert row == {
        "channel": "chat",
        "state": "owed",
        "title": "api is down: connect_refused",
        "since": "2026-05-04T12:00:00.000Z",
        "given_up": None,
        "tries": 3,
        "retry_at": "2026-05-04T12:02:00.000Z",
        "problem": "the webhook answered 503",
    }
    table = machine.inside(
        "alerts", "list", "--undelivered", "-f", "table", clock=FakeClock(START + timedelta(hours=1))
    )
    row = table.out.splitlines()[2]
    assert " ".join(row.split()) == "chat api is down: connect_refused owed 1h 3 the webhook answered 503"


def test_a_dead_letter_is_listed_with_its_reason_and_is_tried_no_more(machine: Machine) -> None:
    lived(machine, rounds({"api": "ggbbb"}), takes=["ops"])

    async def give_up(store: Store) -> None:
        rows: list[Delivery] = list(await store.undelivered())
        await store.exchange(given_up={each.key: "the webhook answered 404" for each in rows})

    with_store(machine, give_up)
    [row] = listed(machine)["undelivered"]
    assert (row["state"], row["given_up"], row["problem"]) == (
        "given_up",
        "2026-05-04T12:00:00.000Z",
        "the webhook answered 404",
    )
    assert (row["tries"], row["retry_at"]) == (None, None)
    ended = machine.inside("alerts", "list")
    assert "0 notifications not delivered yet, 1 given up" in ended.err
    assert "given up" in machine.inside("alerts", "list", "--undelivered", "-f", "table").out


def test_a_channel_that_refuses_is_itself_listed(machine: Machine) -> None:
    async def refuse(store: Store) -> None:
        desk = Desk(plan(), store, FakeClock())
        await desk.load()
        decided = desk.channel("chat", "the webhook answered 404", START)
        await store.exchange(decided.deliveries, states=decided.states)

    with_store(machine, refuse)
    [alert] = listed(machine)["alerts"]
    assert (alert["target"], alert["rule"], alert["detail"]) == ("channel:chat", "refuses", "the webhook answered 404")
    [row] = listed(machine)["undelivered"]
    assert (row["channel"], row["title"]) == ("ops", "channel chat takes no messages")


def test_when_all_has_arrived_that_is_said(machine: Machine) -> None:
    lived(machine, rounds({"api": "ggbbb"}))
    ended = machine.inside("alerts", "list", "--undelivered")
    assert (ended.code, ended.out, ended.err) == (0, "", "colter: everything was delivered\n")


def test_results_that_nobody_has_decided_about_list_nothing(machine: Machine) -> None:
    measured(machine, rounds({"api": "ggbbbbb"}))
    assert listed(machine)["alerts"] == []


def test_no_password_and_no_network_is_needed(machine: Machine) -> None:
    lived(machine, rounds({"api": "ggbbb"}))
    assert machine.inside("config", "seal", env={"COLTER_MASTER_PASSWORD": "canary master 5c1e9"}).code == 0
    for argv in (["list"], ["list", "--undelivered"], ["simulate"], ["silence", "api", "--for", "1h"]):
        ended = machine.inside("alerts", *argv, "--no-input")
        assert (ended.code, "password" in ended.err) == (0, False), argv
