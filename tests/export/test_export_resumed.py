"""An export that was interrupted goes on where it was, when the same command is typed again."""

import fcntl
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from colter.cli.main import run
from colter.core.model import Round
from colter.sinks.line_protocol import lines
from tests.cli.running import PROGRAM, Machine
from tests.export.filling import database, fill
from tests.export.histories import long
from tests.fakes.clock import START, FakeClock
from tests.servers.toxics import Proxy, Toxic
from tests.servers.victoriametrics import VictoriaMetrics
from tests.watching.daemons import until

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("format_", ["csv", "openmetrics"])
def test_killed_at_any_moment_the_file_is_in_the_end_the_same_byte_for_byte(machine: Machine, format_: str) -> None:
    fill(machine, long(12, 10))
    whole, path = machine.home / "whole", machine.home / "killed" / "history"
    path.parent.mkdir()
    assert machine.process("export", "-f", format_, "--file", str(whole)).code == 0
    state = str(database(machine).parent)
    argv = [sys.executable, "-m", "tests.export.killed_at", state, str(path), format_, str(whole)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "going on where the same command ended: 60 of 120" in done.stdout
    assert int(done.stdout.splitlines()[-1].split()[0]) >= 10  # before and after each of four pages and the rename


def numbers(rounds: Iterable[Round]) -> int:
    """How many fields they have in line protocol, in which nothing of a `long` history is escaped."""
    pages = [lines(entry) for done in rounds for entry in done.entries]
    return sum(len(line.split(b" ")[1].split(b",")) for page in pages for line in page)


def test_killed_while_it_sends_it_goes_on_and_everything_is_there(
    old_machine: Machine, year: Sequence[Round], victoria: VictoriaMetrics
) -> None:
    argv = [str(PROGRAM), "export", "--since", "2026-02-01", "-o", "influx"]
    with Proxy(victoria.port) as proxy:
        old_machine.configure(f'influxdb: {{url: "http://127.0.0.1:{proxy.port}", org: o, bucket: b}}')
        proxy.behave(Toxic(latency=timedelta(minutes=5)))  # what is written is there, and nobody is told so
        with subprocess.Popen(argv, env=old_machine.environment, stderr=subprocess.PIPE, text=True) as killed:
            until(victoria.count)
            killed.send_signal(signal.SIGKILL)
        proxy.behave(Toxic())
        done = old_machine.process(*argv[1:])
    assert done.code == 0, done.err
    found = {(one.name, *sorted(one.labels.items()), at) for one in victoria.export() for at, _ in one.samples}
    assert len(found) == numbers(done for done in year if done.finished >= datetime(2026, 2, 1, tzinfo=UTC))


def test_the_window_of_a_resumed_export_is_that_of_the_first_time(machine: Machine) -> None:
    """More was stored since, but the file that was begun gets what was asked for then; the next one gets all."""
    fill(machine, long(12, 10))
    path = machine.home / "history.om"
    obstacle = path.with_name("history.om.part.sorted")
    obstacle.mkdir()
    assert machine.inside("export", "--file", str(path)).code == 6
    obstacle.rmdir()
    fill(machine, long(1, 10, until=START + timedelta(hours=1), every=timedelta(minutes=10)))
    assert stars_after(machine, path, hours=2) == 60
    assert stars_after(machine, path, hours=2) == 70


def stars_after(machine: Machine, path: Path, *, hours: int) -> int:
    context = machine.context()
    context.clock = FakeClock(START + timedelta(hours=hours))
    assert run(["export", "--file", str(path)], context) == 0
    return path.read_text().count("colter_github_repo_stars{")


def test_another_server_is_another_request(machine: Machine, victoria: VictoriaMetrics) -> None:
    """A half-done export to one server must not begin in the middle in another."""
    fill(machine, long(12, 10))
    machine.configure('influxdb: {url: "http://127.0.0.1:1", org: o, bucket: b}')
    command = ("export", "--since", "365d", "-o", "influx", "--timeout", "1s")
    first = machine.inside(*command)
    assert first.code == 6
    assert "run the same command again to go on" in first.err
    machine.configure(f'influxdb: {{url: "{victoria.url}", org: o, bucket: b}}')
    second = machine.inside(*command)
    assert second.code == 0, second.err
    assert "going on" not in second.err
    assert victoria.count() == numbers(long(12, 10))


def test_an_interrupted_export_says_how_to_go_on(old_machine: Machine) -> None:
    argv = [str(PROGRAM), "export", "--file", str(old_machine.home / "history.csv")]
    with subprocess.Popen(argv, env=old_machine.environment, stderr=subprocess.PIPE, text=True) as running:
        part = old_machine.home / "history.csv.part"
        while not (part.exists() and part.stat().st_size > 100):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert running.returncode == 130
    assert "interrupted at" in said
    assert "of 73,000; the same command goes on from there" in said
    assert part.exists()
    assert not part.with_suffix("").exists()


def test_two_exports_into_the_same_file_do_not_mix(machine: Machine) -> None:
    fill(machine, long(2, 2))
    with (machine.home / "history.csv.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = machine.inside("export", "--file", str(machine.home / "history.csv"))
    assert done.code == 6
    assert "another export is writing it" in done.err


def test_a_sink_that_comes_back_is_waited_for(machine: Machine) -> None:
    """The file of the sink is locked at first; the clock of the test moves on while the command waits."""
    fill(machine, long(2, 2))
    path = machine.home / "sink.jsonl"
    machine.configure(f"file: {{path: {path}}}")
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        clock = _Unlocking(other)
        context = machine.context()
        context.clock = clock
        assert run(["export", "--since", "365d", "-o", "file"], context) == 0
    assert len(path.read_text().splitlines()) == 4
    assert clock.slept


class _Unlocking(FakeClock):
    """Lets go of a lock after the command has given up on it for the first time."""

    def __init__(self, held: IO[str]) -> None:
        super().__init__()
        self._held = held

    async def sleep(self, length: timedelta) -> None:
        if length >= timedelta(seconds=1):  # not the breaks of the sink itself
            fcntl.flock(self._held, fcntl.LOCK_UN)
        await super().sleep(length)
