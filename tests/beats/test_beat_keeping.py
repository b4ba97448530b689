"""What jobs report is kept; and whatever keeps Colter from it, the job is not lost."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.history.opening import DATABASE
from colter.core.clock import SystemClock
from tests.beats.wrapping import CONFIG, reported, start, state
from tests.cli.running import PROGRAM, Machine
from tests.fakes.clock import FakeClock
from tests.faults.small_disk import on_small_disk
from tests.full import FULL
from tests.watching.daemons import until


def test_a_run_is_kept_with_its_exit_code_and_its_time(machine: Machine) -> None:
    done = machine.process("beat", "backup", "--log", "all of it", "--", "sh", "-c", "sleep 0.05; exit 3")
    assert (done.code, done.out, done.err) == (3, "", "")
    *_, (kind, code, ran, said) = reported(machine)
    assert (kind, code, said) == ("failure", 3, "all of it")
    assert ran is not None
    assert 50 <= ran < 30_000


def test_a_cron_line_says_nothing_of_its_own(machine: Machine) -> None:
    machine.configure(CONFIG + "github: {token: in-clear-text}\n")
    told = {**machine.environment, "PATH": "/usr/bin:/bin"}
    line = ["/bin/sh", "-c", f"{PROGRAM} beat backup -- sh -c 'exit 0'"]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=told, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert [kind for kind, *_ in reported(machine)][-1:] == ["success"]


def test_a_running_job_is_known_to_run_and_its_killed_wrapper_leaves_it_alone(machine: Machine) -> None:
    with start(machine, "backup", "--", "sh", "-c", "echo $$; read line") as wrapped:
        assert wrapped.stdout
        job = int(wrapped.stdout.readline())
        until(lambda: reported(machine))
        assert [kind for kind, *_ in reported(machine)] == ["start"]
        wrapped.kill()
        wrapped.wait(300)
        os.kill(job, signal.SIGCONT)  # it is still there
        assert wrapped.stdin
        wrapped.stdin.close()
    clock = FakeClock(SystemClock().now())
    assert "runs for the first time" in machine.inside("probe", "backup", clock=clock).out
    clock.advance(timedelta(minutes=31))
    done = machine.inside("probe", "backup", clock=clock)
    assert done.code == 10
    assert "beat_overrun" in done.out


def test_a_killed_job_has_failed(machine: Machine) -> None:
    done = machine.process("beat", "backup", "--", "sh", "-c", "kill -9 $$")
    assert done.code == 137
    assert [row[:2] for row in reported(machine)][-1:] == [("failure", 137)]
    assert "with exit code 137" in machine.inside("probe", "backup", clock=SystemClock()).out


def test_a_job_that_cannot_be_started_has_failed(machine: Machine) -> None:
    done = machine.process("beat", "backup", "--", "nosuch")
    assert (done.code, done.err) == (127, "colter: nosuch: No such file or directory\n")
    assert reported(machine) == [("failure", 127, None, "nosuch: No such file or directory")]


def test_jobs_that_end_at_once_and_a_daemon_do_not_disturb_each_other(machine: Machine) -> None:
    names = [f"job{number}" for number in range(3)]
    machine.configure("endpoints:\n" + "".join(f"  - {{name: {name}, heartbeat: {{every: 1h}}}}\n" for name in names))
    wrapped = [start(machine, name, "--", "true") for name in names]
    while any(each.poll() is None for each in wrapped):
        assert machine.inside("probe", clock=SystemClock()).code == 0  # as a daemon does, round after round
    assert [each.communicate() for each in wrapped] == [("", "")] * len(names)
    assert machine.inside("probe", clock=SystemClock()).code == 0


def damaged(machine: Machine) -> None:
    (state(machine) / DATABASE).write_bytes(b"no database, and longer than a header of one is" * 10)


def in_the_way(machine: Machine) -> None:
    shutil.rmtree(state(machine))
    state(machine).write_text("a file")


def misspelt(machine: Machine) -> None:
    machine.configure("endpoints: [\n")


def elsewhere(machine: Machine) -> None:
    machine.env["COLTER_CONFIG"] = "/nowhere/colter.yaml"


def unconfigured(machine: Machine) -> None:
    machine.configure("log: {level: info}\n")


@pytest.mark.parametrize(
    ("trouble", "said", "kept"),
    [
        (damaged, "is not a Colter database", False),
        (in_the_way, "is not a directory", False),
        (misspelt, "config.yaml:", True),
        (elsewhere, "/nowhere/colter.yaml", True),
        (unconfigured, "no heartbeat is called 'backup'", False),
    ],
    ids=["damaged history", "no directory", "broken configuration", "no configuration", "unknown name"],
)
def test_the_job_is_never_lost(machine: Machine, trouble: Callable[[Machine], None], said: str, kept: bool) -> None:
    trouble(machine)
    done = machine.process("beat", "backup", "--", "sh", "-c", "echo done; exit 7")
    assert (done.code, done.out) == (7, "done\n")
    assert done.err.startswith("colter: ")
    assert done.err.count(said) == 1
    assert "Traceback" not in done.err
    if kept:
        assert [row[:2] for row in reported(machine)][-1:] == [("failure", 7)]


def test_nobody_is_asked_for_a_password(machine: Machine, tmp_path: Path) -> None:
    machine.configure("vault: colter-vault:v1:damaged\ngithub: {token: 'enc:v1:AAAA'}\n" + CONFIG)
    asked = tmp_path / "asked"
    machine.env["COLTER_PASSWORD_COMMAND"] = f"touch {asked}"
    done = machine.process("beat", "backup", "--", "sh", "-c", "exit 7")
    assert (done.code, done.err) == (7, "")
    assert [row[:2] for row in reported(machine)][-1:] == [("failure", 7)]
    assert not asked.exists()


def test_on_a_full_disk_the_job_runs_and_its_exit_code_counts(machine: Machine) -> None:
    disk = machine.home / "disk"
    script = (
        f'cat /dev/zero > {disk}/filler 2>/dev/null; "$1" --state {disk}/state beat backup -- sh -c "echo done; exit 7"'
    )
    done = on_small_disk("1m", disk, ["sh", "-c", script, "sh", PROGRAM], machine.environment)
    assert (done.returncode, done.stdout) == (7, "done\n")
    assert "no space left" in done.stderr


if FULL:  # it waits for the lock as long as a beat does

    def test_a_locked_history_holds_up_neither_the_job_nor_its_exit_code_for_ever(machine: Machine) -> None:
        machine.inside("beat", "backup")
        with closing(sqlite3.connect(state(machine) / DATABASE, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            done = machine.process("beat", "backup", "--", "sh", "-c", "echo done; exit 7")
        assert (done.code, done.out) == (7, "done\n")
        assert "is locked by another process" in done.err


def test_what_is_told_without_a_job_is_kept_or_told_to_have_failed(machine: Machine) -> None:
    assert machine.inside("beat", "backup", "--start", "-q").code == 0
    assert machine.inside("beat", "backup", "--fail", "--log", "\x1b[31mred\n").code == 0
    assert reported(machine) == [("start", None, None, ""), ("failure", None, 0, "[31mred")]
    done = machine.inside("beat", "backups")
    assert (done.code, done.err) == (
        2,
        "colter: beat: no heartbeat is called 'backups'\n  hint: did you mean 'backup'?\n",
    )
    misspelt(machine)
    assert machine.inside("beat", "backup").code == 3
    assert [kind for kind, *_ in reported(machine)] == ["start", "success"]
    (state(machine) / DATABASE).write_bytes(b"no database, and longer than a header of one is" * 10)
    assert machine.inside("beat", "backup").code == 3
