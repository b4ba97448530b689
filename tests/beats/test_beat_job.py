"""`colter beat NAME -- COMMAND`: the job runs as if nobody stood between, and its exit code is the exit code."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.beats.wrapping import reported, start
from tests.cli.running import PROGRAM, Ended, Machine
from tests.needing import program


def wrapped_in(machine: Machine, *argv: str | Path, stdin: str = "") -> Ended:
    return machine.process("beat", "backup", "--", *map(str, argv), stdin=stdin)


@pytest.mark.parametrize(
    "line", ["sh -c 'exit 3'", "sh -c 'kill -9 $$'", "nosuch", "./folder", "./text", "./script 5"], ids=str
)
def test_the_exit_code_is_that_of_the_job_as_a_shell_has_it(machine: Machine, line: str) -> None:
    (machine.home / "folder").mkdir()
    (machine.home / "text").write_text("exit 4\n")
    (machine.home / "script").write_text("exit $1\n")
    (machine.home / "script").chmod(0o755)
    words = shlex.split(line)
    plain = subprocess.run(["bash", "-c", f"{line}; exit $?"], capture_output=True, check=False, cwd=machine.home)
    with start(machine, "backup", "--", *words, cwd=machine.home) as wrapped:
        _, err = wrapped.communicate(timeout=300)
    assert wrapped.returncode == plain.returncode
    assert err.startswith("colter: ") == (plain.returncode in (126, 127))
    assert "Traceback" not in err


def test_input_and_output_are_those_of_the_job(machine: Machine) -> None:
    script = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1]); print('aside', file=sys.stderr)"
    data = bytes(range(256)) * 1000
    done = subprocess.run(
        [PROGRAM, "beat", "backup", "--", sys.executable, "-c", script],
        input=data,
        capture_output=True,
        env=machine.environment,
        check=True,
    )
    assert (done.stdout, done.stderr) == (data[::-1], b"aside\n")


def test_files_directory_and_environment_are_those_of_the_caller(machine: Machine) -> None:
    job = """sh -c 'echo "$MINE $PWD $(umask) $0 $*" >&9' a "b  c" --help"""
    done = machine.shell(f'exec 9>&1 1>/dev/null; cd / && umask 027 && MINE=1 exec "$colter" beat backup -- {job}')
    assert (done.code, done.out) == (0, "1 / 0027 a b  c --help\n")


def test_a_job_whose_reader_has_left_ends_as_it_would_alone(machine: Machine) -> None:
    done = machine.shell('"$colter" beat backup -- yes | head -1; echo "${PIPESTATUS[0]}"')
    assert done.out == "y\n141\n"


def test_signals_reach_the_job(machine: Machine) -> None:
    names = ("HUP", "INT", "QUIT", "TERM", "USR1", "USR2")
    traps = "; ".join(f"trap 'echo {name}' {name}" for name in names)
    job = f"{traps}; echo ready; while read line; do echo $line; done; exit 9"
    with start(machine, "backup", "--", "bash", "-c", job) as wrapped:
        assert wrapped.stdin
        assert wrapped.stdout
        assert wrapped.stdout.readline() == "ready\n"
        for name in names:
            wrapped.send_signal(signal.Signals[f"SIG{name}"])
            assert wrapped.stdout.readline() == f"{name}\n"
        wrapped.stdin.close()
        assert wrapped.wait(300) == 9


def test_a_signal_during_the_first_imports_is_not_lost(machine: Machine) -> None:
    with start(machine, "backup", "--", "sh", "-c", "echo ready; kill -TERM $PPID; exec sleep 60") as wrapped:
        assert wrapped.wait(300) == 143


def test_ctrl_c_reaches_the_job_once(machine: Machine) -> None:
    program("bash")
    job = "trap 'n=$((n+1)); echo got $n' INT; echo ready; read line; read line; echo total $n"
    wrapped = pexpect.spawn(
        str(PROGRAM),
        ["beat", "backup", "--", "bash", "-c", job],
        env=machine.environment,
        encoding="utf-8",
        timeout=300,
    )
    wrapped.expect("ready")
    wrapped.sendintr()
    wrapped.expect("got 1")
    wrapped.sendline("a")
    wrapped.sendline("b")
    wrapped.expect("total 1")
    wrapped.expect(pexpect.EOF)
    wrapped.close()
    assert wrapped.exitstatus == 0


def test_a_caller_who_ignores_the_end_of_its_children_changes_nothing(machine: Machine) -> None:
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ignoring, PROGRAM, "beat", "backup", "--", "sh", "-c", "exit 6"],
        env=machine.environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 6


def test_a_signal_that_the_caller_ignores_is_ignored_by_the_job(machine: Machine) -> None:
    done = machine.shell("trap '' INT; \"$colter\" beat backup -- sh -c 'kill -INT $$; echo alive'")
    assert (done.code, done.out) == (0, "alive\n")


def test_the_job_begins_before_anything_heavy_is_imported() -> None:
    look = "import sys, colter.cli.main, colter.cli.beat, colter.cli.beating.wrap; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert not {"pydantic", "sqlalchemy", "yaml", "asyncio", "apscheduler", "cryptography"} & set(done.stdout.split())


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
def test_a_variable_that_is_not_set_is_no_job_that_went_well(machine: Machine, shell: str) -> None:
    lines = ['"$colter" beat backup -- $JOB', '"$colter" beat backup -- "$JOB" --all']
    for line in lines:
        asked = [program(shell), "-c", line]
        env = {**machine.environment, "colter": str(PROGRAM)}
        done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 2
        assert done.stderr.startswith("colter: beat: there is no command after `--`\n")
    assert reported(machine) == []


def test_options_of_the_job_are_its_own(machine: Machine) -> None:
    done = wrapped_in(machine, "echo", "-n", "--help", "-v", "--")
    assert (done.code, done.out) == (0, "--help -v --")


@pytest.mark.parametrize(
    "argv", [("--start", "--fail"), ("--success", "--", "true"), ("--fail", "--start", "--", "true")]
)
def test_one_thing_is_reported_at_a_time(machine: Machine, argv: tuple[str, ...]) -> None:
    done = machine.inside("beat", "backup", *argv)
    assert done.code == 2
    assert "expected one of them" in done.err
    assert reported(machine) == []
