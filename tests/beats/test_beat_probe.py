"""Jobs among the endpoints of `colter probe` and `colter status`."""

import json
from typing import Any

import pytest

from tests.beats.jobs import minutes
from tests.cli.running import Machine
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, reply

CONFIG = """
endpoints:
  - {name: backup, group: nightly, tags: [prod], heartbeat: {every: 1h, grace: 5m}}
  - {name: "127.0.0.1:1", tags: [prod], heartbeat: {every: "0 3 * * *", tz: Europe/Berlin}}
"""


@pytest.fixture
def machine(tmp_path: Any) -> Machine:
    machine = Machine(tmp_path)
    machine.configure(CONFIG)
    return machine


def test_a_job_is_probed_by_what_it_reported(machine: Machine) -> None:
    clock = FakeClock()
    assert machine.inside("beat", "backup", clock=clock).code == 0
    done = machine.inside("probe", "backup", "-f", "json", clock=clock)
    [result] = json.loads(done.out)["results"]
    assert (done.code, result["state"], result["url"], result["group"]) == (0, "up", "heartbeat:backup", "nightly")
    clock.advance(minutes(66))
    late = machine.inside("probe", "backup", "-f", "json", clock=clock)
    [result] = json.loads(late.out)["results"]
    assert (late.code, result["state"], result["reason"]) == (10, "down", "beat_late")
    machine.inside("beat", "backup", clock=clock)
    assert machine.inside("probe", "backup", clock=clock).code == 0


@pytest.mark.parametrize("command", [("probe",), ("probe", "backup"), ("daemon", "--once")], ids=" ".join)
def test_a_job_that_has_not_ended_a_run_yet_is_shown_and_fails_no_command(
    machine: Machine, command: tuple[str, ...]
) -> None:
    assert machine.inside(*command).code == 0
    machine.inside("beat", "backup", "--start")
    assert machine.inside(*command).code == 0
    [result] = json.loads(machine.inside("probe", "backup", "-f", "json").out)["results"]
    assert (result["state"], result["detail"], result["attempts"]) == ("unknown", "runs for the first time", 0)
    assert machine.inside("probe", "--fail-on", "unknown").code == 10


def test_a_job_that_cannot_be_judged_is_a_target_that_could_not_be_read(machine: Machine) -> None:
    clock = FakeClock()
    machine.inside("beat", "backup", clock=clock)
    clock.advance(-minutes(60))  # it was set back
    assert machine.inside("probe", "backup", clock=clock).code == 5


def test_jobs_and_servers_stand_together_in_the_order_asked_for(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        machine.configure(f"{CONFIG}  - {{name: web, tags: [prod], url: '{server.url()}'}}\n")
        machine.inside("beat", "backup")

        def names(*argv: str) -> list[tuple[str, str]]:
            results = json.loads(machine.inside("probe", *argv, "-f", "json").out)["results"]
            return [(result["endpoint"], result["state"]) for result in results]

        assert names() == [("backup", "up"), ("127.0.0.1:1", "unknown"), ("web", "up")]
        assert names("web", "backup", "web") == [("web", "up"), ("backup", "up")]
        assert names("@prod") == names()


def test_an_address_never_takes_the_name_of_a_job(machine: Machine) -> None:
    done = machine.inside("probe", "tcp://127.0.0.1:1", "127.0.0.1:1", "-f", "json")
    assert [result["url"] for result in json.loads(done.out)["results"]] == [
        "tcp://127.0.0.1:1",
        "heartbeat:127.0.0.1:1",
    ]
    assert [result["endpoint"] for result in json.loads(done.out)["results"]] == ["tcp://127.0.0.1:1", "127.0.0.1:1"]


@pytest.mark.parametrize("options", [("-X", "POST"), ("-H", "a: b"), ("-d", "x"), ("--expect", "status=200")])
def test_nothing_is_sent_to_a_job_nor_expected_of_its_answer(machine: Machine, options: tuple[str, ...]) -> None:
    done = machine.inside("probe", "backup", *options)
    assert done.code == 2
    assert "'backup' is a job that reports" in done.err


@pytest.mark.parametrize("option", ["--no-store", "--dry-run"])
def test_without_the_history_nothing_is_known_of_jobs(machine: Machine, option: str) -> None:
    machine.inside("beat", "backup")
    done = machine.inside("probe", "backup", option, "-f", "json")
    [result] = json.loads(done.out)["results"]
    assert (done.code, result["state"]) == (5, "unknown")
    assert "kept in the history" in result["detail"]


@pytest.mark.parametrize(
    ("format_", "said"),
    [
        ("junit", '<failure type="beat_failed" message="backup is down (beat_failed): failed at'),
        ("nagios", "CRITICAL - 0 of 1 up"),
        ("github", "::error title=backup::backup is down (beat_failed): failed at"),
        ("openmetrics", 'colter_probe_up{endpoint="backup"'),
        ("csv", "backup,heartbeat:backup,down,beat_failed"),
        ("text", "backup\theartbeat:backup\tdown\tbeat_failed"),
        ("table", "the disk is full"),
    ],
)
def test_every_format_tells_of_a_job_that_failed(machine: Machine, format_: str, said: str) -> None:
    machine.inside("beat", "backup", "--fail", "--log", "the disk is\x1b[2J full")
    done = machine.inside("probe", "backup", "-f", format_)
    assert said in done.out.replace("[2J", "")
    assert done.code == (2 if format_ == "nagios" else 10)


def test_the_status_judges_jobs_now_and_without_any_probe(machine: Machine) -> None:
    clock = FakeClock()

    def targets() -> dict[str, Any]:
        found = json.loads(machine.inside("status", "-f", "json", clock=clock).out)["targets"]
        return {target["name"]: target for target in found}

    assert {name: target["result"]["state"] for name, target in targets().items()} == {
        "backup": "unknown",
        "127.0.0.1:1": "unknown",
    }
    machine.inside("beat", "backup", clock=clock)
    machine.inside("probe", "backup", clock=clock)
    begun = targets()["backup"]["since"]
    clock.advance(minutes(60))
    assert (targets()["backup"]["result"]["state"], targets()["backup"]["since"]) == ("up", begun)
    clock.advance(minutes(6))
    late = targets()["backup"]
    assert (late["result"]["reason"], late["since"]) == ("beat_late", None), "nobody has looked when that began"
    assert "was due at" in machine.inside("status", "-f", "table", clock=clock).out


def test_what_belongs_to_probes_is_refused_for_a_job(machine: Machine) -> None:
    machine.configure("endpoints:\n  - {name: a, heartbeat: {every: 1h}, expect: {status: 200}}\n")
    done = machine.inside("probe")
    assert done.code == 3
    assert "a heartbeat is not probed, so it has no expect" in done.err
