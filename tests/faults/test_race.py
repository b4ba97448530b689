"""F21: of many daemons that start at once for one state directory, one wins, and the others say so and end."""

import os
import resource
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from tests.cli.running import PROGRAM, Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.full import FULL
from tests.watching.daemons import daemon, ended, endpoints, until
from tests.withheld import withheld

STARTS = 50 if FULL else 6
PATIENCE = 300
SOON = 1
"""Second in which it neither works nor wants to."""


def test_exactly_one_wins_and_the_others_end_with_7(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with EndpointServer(reply()) as web, ExitStack() as stack:
        machine.configure(endpoints(fine=web.url()))
        all_at_once = [stack.enter_context(daemon(machine)) for _ in range(STARTS)]
        until(lambda: sum(process.poll() is not None for process in all_at_once) >= STARTS - 1, PATIENCE)
        until(lambda: web.requests)
        (winner,) = [process for process in all_at_once if process.poll() is None]
        losers = [process for process in all_at_once if process is not winner]
        said = {process.communicate()[1] for process in losers}
        assert {process.returncode for process in losers} == {7}, said
        assert all(each.startswith("colter: another Colter") for each in said), said
        code, told, idle = run(machine, "daemon")
        assert (code, idle < SOON) == (7, True)
        assert f"(process {winner.pid})" in told
        assert ended(winner)[0] == 143


def run(machine: Machine, *argv: str) -> tuple[int, str, float]:
    """A command: its exit code, what it says on stderr, and for how many seconds it wanted no processor."""
    begun, worked = time.perf_counter(), _worked()
    command = subprocess.Popen(
        [PROGRAM, *argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=machine.environment, text=True
    )
    with withheld(command.pid) as waited:
        _, told = command.communicate(timeout=PATIENCE)
        took = time.perf_counter() - begun
    return command.returncode, told, took - waited.seconds - (_worked() - worked)


def _worked() -> float:
    """Seconds for which those had a processor that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_number_that_another_process_has_by_now_keeps_nobody_from_starting(tmp_path: Path) -> None:
    """Only the kernel's lock counts; the number in the file is there for people."""
    machine = Machine(tmp_path)
    lock = tmp_path / "state" / "colter" / "alerts.lock"
    with EndpointServer(reply()) as web:
        machine.configure(endpoints(fine=web.url()))
        assert machine.process("probe", "-q").code == 0
        lock.write_text(f"{os.getpid()} for life\n")
        looks = len(web.requests)
        with daemon(machine) as first:
            until(lambda: len(web.requests) > looks)
            assert lock.read_text() == f"{first.pid} for life\n"
            lock.write_text(f"{os.getpid()} for life\n")
            assert machine.process("daemon").code == 7
            assert ended(first)[0] == 143
