"""Ctrl-C and SIGTERM: what was seen by then is kept, and said."""

import asyncio
import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.registry import TrackPlan
from colter.app.runtime import open_runtime
from colter.config.settings import load_settings
from colter.config.vault.vault import create
from colter.core.model import Reading
from colter.core.secret import Secret
from tests.cli.index import answer_packages
from tests.cli.running import PROGRAM, Machine
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, hang, reply
from tests.watching.daemons import until


def half(visit: Visit) -> None:
    """Knows the package `one`, answers for `/up`, and hangs at everything else."""
    if "one" in visit.path:
        answer_packages("one")(visit)
    else:
        (reply() if visit.path == "/up" else hang)(visit)


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with EndpointServer(half) as server:
        yield server


def start(machine: Machine, *argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=machine.environment, text=True
    )


def kept(machine: Machine) -> list[str]:
    return [target["target"] for target in json.loads(machine.inside("status", "-f", "json").out)["targets"]]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_results_that_were_there_are_kept_and_told(
    machine: Machine, server: EndpointServer, number: signal.Signals, code: int
) -> None:
    machine.configure(
        f"endpoints: [{{name: fine, url: '{server.url('/up')}'}},"
        f" {{name: stuck, url: '{server.url('/stuck')}', timeout: 50s}}]\n"
    )
    process = start(machine, "probe", "-f", "jsonl")
    assert process.stdout
    assert json.loads(process.stdout.readline())["endpoint"] == "fine"
    process.send_signal(number)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (code, "")
    assert err == "colter: interrupted; results until then: 1, kept in the history\n"
    assert kept(machine) == ["probe:fine"]


@pytest.mark.parametrize(("format_", "shown"), [("table", True), ("json", False)])
def test_a_table_shows_what_was_there_and_a_document_is_not_halved(
    machine: Machine, server: EndpointServer, format_: str, shown: bool
) -> None:
    process = start(machine, "probe", server.url("/up"), "--count", "500", "--interval", "1h", "-f", format_)
    until(lambda: kept(machine))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert ("200" in out) is shown
    assert "interrupted; results until then: 1" in err


def test_readings_that_were_there_are_kept(machine: Machine, server: EndpointServer, tmp_path: Path) -> None:
    path = machine.configure(f"pypi: {{index_url: '{server.url('/simple/')}', stats_url: '{server.url('/stats/')}'}}\n")
    clock = FakeClock()

    async def interrupted() -> list[str]:
        task = asyncio.current_task()
        assert task

        def interrupt(reading: Reading) -> None:
            assert reading.target.name == "one"
            task.cancel()

        settings = load_settings(path, {}, lambda _: pytest.fail("nothing is locked"))
        async with open_runtime(settings, clock, state_dir=tmp_path / "kept") as runtime:
            plan = TrackPlan("pypi", targets=("one", "two"))
            with pytest.raises(asyncio.CancelledError):
                await runtime.track([plan], timeout=timedelta(minutes=1), emit=interrupt)
            task.uncancel()
            return [str(status.target) for status in await runtime.status()]

    assert asyncio.run(interrupted()) == ["pypi:one"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_question_for_the_password_can_be_interrupted(machine: Machine, number: signal.Signals, code: int) -> None:
    vault = create(Secret("a long enough sentence"))
    sealed = vault.seal(("github", "token"), "https://api.github.com", Secret("a-token"))
    machine.configure(f"vault: {vault.header}\ngithub: {{token: {sealed}, targets: [one/two]}}\n")
    asked = b""
    pid, terminal = pty.fork()
    if not pid:
        os.execve(PROGRAM, ["colter", "track", "github", "--no-store"], machine.environment)
    while b"password" not in asked:
        asked += os.read(terminal, 1000)
    os.kill(pid, number)
    with suppress(OSError):  # how Linux tells the end of a terminal
        while os.read(terminal, 1000):
            pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code
