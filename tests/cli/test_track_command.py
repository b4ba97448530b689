"""`colter track` against a package index on loopback: what is read is shown, what is not is told."""

import json

import pytest

from tests.cli.index import serve_packages
from tests.cli.running import Ended, Machine
from tests.fakes.github_server import Told, serve


def track(machine: Machine, *argv: str) -> Ended:
    with serve_packages("one", "two") as server:
        machine.configure(
            f"pypi: {{packages: [one], index_url: '{server.url('/simple/')}', stats_url: '{server.url('/stats')}'}}\n"
        )
        return machine.inside("track", *argv)


def readings(ended: Ended) -> dict[str, dict[str, object]]:
    document = json.loads(ended.out)
    assert document["schema"] == "colter.readings/1"
    return {record["name"]: record for record in document["readings"]}


def test_what_is_missing_is_five_and_is_told_with_its_reason(machine: Machine) -> None:
    ended = track(machine, "pypi", "one", "-f", "json")
    record = readings(ended)["one"]
    assert ended.code == 5
    assert record["status"] == "partial"
    assert record["info"] == {"version": "1.2.3"} | record["info"]  # type: ignore[operator]
    assert record["values"]["releases"] == 1  # type: ignore[index]
    assert "downloads_day" in record["missing"]  # type: ignore[operator]
    assert "downloads_day" not in record["values"]  # type: ignore[operator]
    assert ended.err.startswith("colter: pypi:one: ")
    assert "downloads_*, data_timestamp" in ended.err
    assert " not read: 127.0.0.1" in ended.err


def test_one_bad_package_does_not_cost_the_others(machine: Machine) -> None:
    ended = track(machine, "pypi", "one", "no-such-package", "two", "-f", "json")
    assert {name: record["status"] for name, record in readings(ended).items()} == {
        "one": "partial",
        "two": "partial",
        "no-such-package": "error",
    }
    assert ended.code == 5


def test_the_configured_ones_are_read_without_names(machine: Machine) -> None:
    assert list(readings(track(machine, "pypi", "-f", "json"))) == ["one"]
    assert list(readings(track(machine, "all", "-f", "json"))) == ["one"]


@pytest.mark.parametrize(
    ("condition", "code"),
    [("releases > 0", 5), ("releases > 1", 5), ("error", 5), ("partial", 5), ("never", 5)],
)
def test_unread_outranks_a_condition_that_holds(machine: Machine, condition: str, code: int) -> None:
    assert track(machine, "pypi", "--fail-on", condition).code == code


def test_a_condition_that_holds_names_the_targets(machine: Machine) -> None:
    ended = track(machine, "pypi", "one", "two", "--fail-on", "releases >= 1")
    assert "colter: releases >= 1: pypi:one, pypi:two" in ended.err
    assert "pypi:one" not in track(machine, "pypi", "one", "--fail-on", "vulnerabilities >= 0", "-q").err


@pytest.mark.parametrize("format_", ["table", "text", "jsonl", "csv", "markdown", "openmetrics"])
def test_every_format_has_the_version_or_the_releases(machine: Machine, format_: str) -> None:
    assert "1.2.3" in track(machine, "pypi", "-f", format_).out


def test_what_was_read_is_kept_and_what_is_not_to_be_kept_is_not(machine: Machine) -> None:
    track(machine, "pypi", "one", "--no-store")
    track(machine, "pypi", "one", "--dry-run")
    assert json.loads(machine.inside("status", "-f", "json").out)["targets"] == []
    track(machine, "pypi", "one")
    (target,) = json.loads(machine.inside("status", "-f", "json").out)["targets"]
    assert target["target"] == "pypi:one"
    assert target["values"]["releases"]["value"] == 1
    assert "nothing is known yet" not in machine.inside("status").err


def test_status_of_nothing_says_what_to_do(machine: Machine) -> None:
    ended = machine.inside("status")
    assert (ended.code, ended.out) == (0, "")
    assert "hint: colter track all" in ended.err


def test_a_refused_server_is_told_and_nothing_is_a_zero(machine: Machine) -> None:
    machine.configure("pypi: {index_url: 'http://127.0.0.1:1/simple/', stats_url: 'http://127.0.0.1:1/'}\n")
    ended = machine.inside("track", "pypi", "one", "-f", "json", "--timeout", "20s")
    assert ended.code == 5
    assert '"values": {}' in ended.out or ended.out == ""
    assert "127.0.0.1" in ended.err


def test_with_v_the_round_is_told_and_with_vv_every_request(machine: Machine) -> None:
    assert "colter.app.history.keeper: round " not in track(machine, "pypi", "one").err
    ended = track(machine, "pypi", "one", "-v")
    assert "INFO colter.app.history.keeper: round " in ended.err
    assert ": 1 reading (1 partial) in " in ended.err
    assert "DEBUG" not in ended.err
    ended = track(machine, "pypi", "one", "-vv")
    assert "DEBUG colter.net.http: GET http://127.0.0.1:" in ended.err
    assert "DEBUG colter.app.cycle: pypi:one is partial" in ended.err


def test_a_refused_token_is_renewed_where_it_stands(machine: Machine) -> None:
    with serve(lambda _: Told({"message": "Bad credentials"}, 401)) as server:
        machine.configure(f"github: {{api_url: '{server.url}', token: written, targets: [a/b]}}\n")
        written = machine.inside("track", "github")
        set_by_variable = machine.inside("track", "github", env={"COLTER_GITHUB__TOKEN": "another"})
    assert "hint: put in a valid token: colter config set github.token -\n" in written.err
    assert "hint: put in a valid token: it stands in the variable COLTER_GITHUB__TOKEN\n" in set_by_variable.err
