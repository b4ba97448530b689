"""`colter daemon` as a process: what it keeps, what it says, and how it ends."""

import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from colter.core.clock import SystemClock
from tests.cli.index import serve_packages
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, hang, reply
from tests.faults.handlers import has_handler
from tests.watching.daemons import daemon, ended, endpoints, kept, states, until

LIMIT = 5  # seconds


def test_it_measures_until_it_is_ended_and_says_what_changes(machine: Machine) -> None:
    well = True

    def answer(visit: Visit) -> None:
        reply(200 if well or visit.path == "/fine" else 500)(visit)

    with EndpointServer(answer) as web:
        machine.configure(endpoints(fine=web.url("/fine"), moody=web.url("/moody")))
        with daemon(machine) as process:
            until(lambda: len(web.requests) >= 4)
            well = False
            until(lambda: "down" in states(machine, "moody"))
            well = True
            until(lambda: states(machine, "moody")[-1] == "up")
            code, said, seconds = ended(process)
    assert (code, seconds < LIMIT) == (143, True)
    assert [line.partition("watching.")[2] for line in said.splitlines()] == [
        "rounds: probe:moody is down: answered with status 500, expected 200-399",
        "rounds: probe:moody is up",
    ]
    assert set(states(machine, "fine")) == {"up"}


def test_packages_are_read_again_and_again(machine: Machine) -> None:
    with serve_packages("one") as index:
        machine.configure(
            f"pypi: {{packages: [one], index_url: '{index.url('/simple')}', stats_url: '{index.url()}'}}\n"
        )
        with daemon(machine, "--every", "1s") as process:
            until(lambda: len(kept(machine)) >= 3)
            assert ended(process)[:2] == (143, "")
    assert {record["target"] for record in kept(machine)} == {"pypi:one"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_probes_that_hang_do_not_keep_it(machine: Machine, number: signal.Signals, code: int) -> None:
    with EndpointServer(hang) as dead, EndpointServer(reply()) as web:
        machine.configure(endpoints(dead=dead.url(), fine=web.url()))
        with daemon(machine) as process:
            until(lambda: dead.requests and len(web.requests) >= 2)
            measured = len(web.requests)
            was, said, seconds = ended(process, number)
    assert (was, said, seconds < LIMIT) == (code, "", True)
    assert measured - 1 <= len(states(machine, "fine"))


def test_a_second_signal_ends_it_at_once(machine: Machine) -> None:
    """A history that somebody else holds makes the end slow."""
    with EndpointServer(reply()) as web:
        machine.configure(endpoints(fine=web.url()))
        with daemon(machine) as process:
            until(lambda: web.requests)
            with closing(sqlite3.connect(machine.home / "state" / "colter" / "state.db")) as history:
                history.execute("BEGIN IMMEDIATE")
                before = len(web.requests)
                until(lambda: len(web.requests) > before + 1)
                process.terminate()
                until(lambda: not has_handler(process.pid))  # the next one is the end
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.5)
                code, _, seconds = ended(process)
    assert (code, seconds < 1) == (-signal.SIGTERM, True)


def test_there_is_one_daemon_for_one_history(machine: Machine) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(endpoints(fine=web.url()))
        with daemon(machine) as first:
            until(lambda: web.requests)
            second = machine.process("daemon")
            assert (second.code, second.out) == (7, "")
            assert f"another Colter (process {first.pid}) decides" in second.err
            assert machine.process("probe", "-q").code == 0
            first.kill()
            first.wait()
            with daemon(machine) as next_:
                before = len(web.requests)
                until(lambda: len(web.requests) > before)
                assert ended(next_)[0] == 143


@pytest.mark.parametrize(
    ("path", "code"), [("/", 0), ("/down", 10), ("/slow", 0)], ids=["all is well", "one is down", "one is slow"]
)
def test_once_looks_once_and_ends_as_the_command_does(machine: Machine, path: str, code: int) -> None:
    def answer(visit: Visit) -> None:
        if visit.path == "/slow":
            visit.pause(0.3)
        reply(500 if visit.path == "/down" else 200)(visit)

    with EndpointServer(answer) as web:
        machine.configure(
            "probe: {confirm: 0, latency_threshold: 200ms}\n"
            f"endpoints: [{{name: fine, url: '{web.url()}'}}, {{name: other, url: '{web.url(path)}'}}]\n"
        )
        done = machine.inside("daemon", "--once", clock=SystemClock())
        assert (done.code, done.out, len(web.requests)) == (code, "", 2)
        assert done.err == ("colter: probe:other is down: answered with status 500, expected 200-399\n" if code else "")


def test_once_reads_everything_that_is_configured(machine: Machine) -> None:
    with EndpointServer(reply()) as web, serve_packages("one") as index:
        machine.configure(
            f"endpoints: ['{web.url('/fine')}', {{name: backup, heartbeat: {{every: 1d}}}}]\n"
            f"pypi: {{packages: [one], index_url: '{index.url('/simple')}', stats_url: '{index.url()}'}}\n"
        )
        done = machine.inside("daemon", "--once", clock=SystemClock())
    assert (done.code, done.out) == (5, "")  # how often it was downloaded is not known, and nothing of the backup
    assert re.fullmatch(r"colter: pypi:one: downloads_\*, data_timestamp not read: .*\n", done.err)
    assert {record["source"] for record in kept(machine)} == {"probe", "pypi"}
    assert len(kept(machine)) == 3


def test_once_brings_sinks_what_they_are_owed(machine: Machine, tmp_path: Path) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(f"{endpoints(fine=web.url())}file: {{path: '{tmp_path / 'all.jsonl'}'}}\n")
        assert machine.inside("daemon", "--once", "-o", "file", clock=SystemClock()).code == 0
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("configuration", "options", "says"),
    [
        ("", (), "nothing to watch"),
        ("endpoints: [https://example.org]", ("-o", "file"), "there is no section `file`"),
        ("probe: {online_check: [nonsense]}", (), "probe.online_check"),
    ],
    ids=["nothing", "no sink", "no address"],
)
def test_what_cannot_be_watched_is_told_at_once(
    machine: Machine, configuration: str, options: tuple[str, ...], says: str
) -> None:
    machine.configure(configuration)
    for once in ((), ("--once",)):
        done = machine.inside("daemon", *options, *once)
        assert done.code == 3
        assert says in done.err
