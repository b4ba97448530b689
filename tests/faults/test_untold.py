"""F4: nobody takes what is logged: the disk is full, stderr is closed, its reader has left. The work is the same."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM, Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.small_disk import on_small_disk
from tests.watching.daemons import endpoints, until

PLACES = {
    "stderr closed": '"$colter" {command} 2>&-; echo $?',
    "stderr full": '"$colter" {command} 2>/dev/full; echo $?',
    "stdout closed": '"$colter" {command} >&-; echo $?',
    "a reader of stderr who leaves": '"$colter" {command} 2>&1 >/dev/null | true; echo ${{PIPESTATUS[0]}}',
    "a reader of both who leaves": '"$colter" {command} 2>&1 | head -1; echo ${{PIPESTATUS[0]}}',
}
COMMANDS = {"-vv probe --no-store tcp://127.0.0.1:1 --log-format json": 10, "daemon -vv --once": 10, "daemon --x": 2}


@pytest.mark.parametrize("place", PLACES)
def test_where_nobody_can_be_told_the_exit_code_is_the_same(machine: Machine, place: str) -> None:
    machine.configure("endpoints: ['tcp://127.0.0.1:1']\n")
    done = machine.shell("; ".join(PLACES[place].format(command=command) for command in COMMANDS))
    said = done.out + done.err
    assert [int(code) for code in re.findall(r"^(\d+)$", said, re.MULTILINE)] == [*COMMANDS.values()]
    assert "Traceback" not in said
    assert "Logging error" not in said


FULL_LOG = """
mkdir -p "$disk/home"
printf 'endpoints: ["tcp://127.0.0.1:1"]\\nlog: {file: %s/home/logs/colter.log, level: debug}\\n' "$disk" >"$told"
chmod 600 "$told"
cat /dev/zero >"$disk/filler" 2>/dev/null
"$colter" -c "$told" --state "$state" daemon --once -q 2>"$told.err"; echo $?
rm "$disk/filler"
"$colter" -c "$told" --state "$state" daemon --once -q 2>>"$told.err"; echo $?
cat "$told.err"
ls -s "$disk/home/logs/colter.log" | cut -d ' ' -f 1
"""


def test_a_log_on_a_full_disk_disturbs_nobody_and_goes_on_when_there_is_room(machine: Machine) -> None:
    disk = machine.home / "disk"
    names = {"disk": disk, "told": machine.home / "config.yaml", "state": machine.home / "state", "colter": PROGRAM}
    env = {**machine.environment, **{name: str(value) for name, value in names.items()}}
    done = on_small_disk("1m", disk, ["bash", "-c", FULL_LOG], env=env)
    *codes, blocks = done.stdout.split()
    assert codes == ["10", "10"]
    assert int(blocks) > 0
    assert done.stderr == ""


@contextmanager
def started(folder: Path, place: str, log: str) -> Iterator[tuple[subprocess.Popen[bytes], EndpointServer]]:
    """A daemon with a log and a stderr that are no good, and what it watches."""
    folder.mkdir()
    machine = Machine(folder)
    with EndpointServer(reply(500)) as web:
        machine.configure(f"{endpoints(one=web.url())}log: {{file: {log}, level: debug}}\n")
        daemon = ["bash", "-c", f'exec "$0" daemon -vv --listen off {place}', str(PROGRAM)]
        with subprocess.Popen(daemon, stderr=subprocess.PIPE, env=machine.environment) as process:
            assert process.stderr
            process.stderr.readline()
            process.stderr.close()
            try:
                yield process, web
            finally:
                process.kill()


def test_a_daemon_goes_on_and_ends_as_it_would(tmp_path: Path) -> None:
    places = {"closed": "2>&-", "full": "2>/dev/full", "left": "", "stdout": ">/dev/full"}
    with ExitStack() as stack:
        at_work = {
            name: stack.enter_context(started(tmp_path / name, place, "/dev/full")) for name, place in places.items()
        }
        for name, (process, web) in at_work.items():
            until(partial(_is_asked, web))
            assert process.poll() is None, name
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(300) for name, (process, _) in at_work.items()} == dict.fromkeys(places, 143)


def _is_asked(web: EndpointServer) -> bool:
    return len(web.requests) >= 3
