"""`colter forget`: refused while something still needs it, asked for, and then nothing of it is left."""

import asyncio
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from colter.app.history.opening import DATABASE
from colter.core.model import Holding, Target
from colter.store.sql import SqlStore
from tests.cli.running import PROGRAM, Machine
from tests.export.filling import fill
from tests.export.histories import METRICS
from tests.fakes.clock import FakeClock
from tests.store.making import STARS, answer, done, look
from tests.watching.daemons import log_of, until

CONFIG = """
endpoints: ["https://web.example.org/"]
pypi: {packages: [Left_Pad]}
github: {targets: ["me/*", "!me/sandbox"]}
"""
API = Target("probe", "api")


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    made = Machine(tmp_path_factory.mktemp("machine"))
    made.configure(CONFIG)
    rounds = [
        done(str(number), answer(number, "api"), answer(number, "web.example.org"), minutes=number)
        for number in range(30)
    ]
    read = [done(name, look(40, name, values={STARS: 1}), minutes=40) for name in ("me/app", "me/sandbox")]
    fill(made, [*rounds, *read])
    return made


def holding(machine: Machine, target: Target) -> Holding | None:
    async def look_up() -> Holding | None:
        store = SqlStore(machine.home / "state" / "colter" / DATABASE, FakeClock(), METRICS)
        await store.open()
        try:
            return await store.holding(target)
        finally:
            await store.close()

    return asyncio.run(look_up())


def looks(machine: Machine, target: Target) -> int:
    found = holding(machine, target)
    return found.results if found else 0


def test_a_target_that_is_not_configured_is_forgotten(machine: Machine) -> None:
    ended = machine.process("forget", "probe:api", "github:me/sandbox", "--yes")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "probe:api: 30 results: forgotten\ngithub:me/sandbox: 1 reading: forgotten\n",
        "",
    )
    assert "probe:api" not in machine.inside("status", "-f", "jsonl").out
    assert holding(machine, API) is None
    assert holding(machine, Target("probe", "web.example.org")) == Holding(Target("probe", "web.example.org"), 0, 30)


def test_its_name_alone_will_do(machine: Machine) -> None:
    assert machine.inside("forget", "api", "-y").out == "probe:api: 30 results: forgotten\n"


def test_a_dry_run_says_what_would_go(machine: Machine) -> None:
    ended = machine.inside("forget", "probe:api", "probe:api", "--dry-run")
    assert (ended.code, ended.out) == (0, "probe:api: 30 results: would be forgotten\n")
    assert holding(machine, API) == Holding(API, 0, 30)


@pytest.mark.parametrize(
    ("name", "place"),
    [("probe:web.example.org", "endpoints"), ("web.example.org", "endpoints"), ("github:me/app", "github.targets")],
)
def test_what_is_still_configured_is_refused_and_nothing_goes(machine: Machine, name: str, place: str) -> None:
    ended = machine.inside("forget", "probe:api", name, "--yes")
    assert (ended.code, ended.out) == (2, "")
    assert f"is still configured: {place}\n  hint: take it out of the configuration first" in ended.err
    assert holding(machine, API) == Holding(API, 0, 30)
    assert machine.inside("forget", name, "--yes", "--force").code == 0


def test_what_a_sink_has_not_taken_is_refused(machine: Machine) -> None:
    fill(machine, [done("owed", answer(50, "api"), minutes=50)], owed_to=["influx"])
    ended = machine.inside("forget", "probe:api", "--yes")
    assert ended.code == 6
    assert ended.err == (
        "colter: probe:api: not all of it has reached influx yet\n"
        "  hint: `colter export` brings it there; with --force, what is owed of it is given up\n"
    )
    assert machine.inside("forget", "probe:api", "--yes", "--force").out == "probe:api: 31 results: forgotten\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("probe:apo", "did you mean 'probe:api'?"),
        ("apo", "did you mean 'api'?"),
        ("pypi:unknown", "known are: github:me/app, github:me/sandbox, probe:api, probe:web.example.org"),
    ],
)
def test_what_nobody_knows_is_named_with_what_is_near(machine: Machine, name: str, hint: str) -> None:
    ended = machine.inside("forget", name, "--yes")
    assert (ended.code, ended.err) == (2, f"colter: nothing is known of '{name}'\n  hint: {hint}\n")


def test_where_nobody_can_be_asked_it_must_be_said(machine: Machine) -> None:
    ended = machine.process("forget", "probe:api")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == ("colter: forget: nobody can be asked whether that is meant\n  hint: --yes says that it is\n")
    assert holding(machine, API)


@pytest.mark.parametrize(
    ("typed", "left"), [("y\n", None), ("\n", Holding(API, 0, 30)), ("what\nno\n", Holding(API, 0, 30))]
)
def test_on_a_terminal_it_asks(machine: Machine, typed: str, left: Holding | None) -> None:
    shown, code = _on_a_terminal(machine, typed)
    assert code == 0
    assert "probe:api: 30 results" in shown
    assert "Forget all of it, for good? [y/N]" in shown
    assert ("expected y or n" in shown) == ("what" in typed)
    assert ("nothing was forgotten" in shown) == (left is not None)
    assert holding(machine, API) == left


def test_the_question_can_be_interrupted(machine: Machine) -> None:
    shown, code = _on_a_terminal(machine, "", number=signal.SIGTERM)
    assert code in (143, -signal.SIGTERM)
    assert "forgotten" not in shown
    assert holding(machine, API)


def test_it_works_beside_a_daemon(machine: Machine) -> None:
    """Which has looked at it before, and does not know that it is gone."""
    both = "tcp://127.0.0.1:1", "tcp://127.0.0.1:9"
    config = CONFIG.replace(
        "endpoints: [", f'daemon: {{listen: "off"}}\nprobe: {{interval: 1s}}\nendpoints: [{", ".join(both)}, '
    )
    machine.configure(config)
    stays, gone = (Target("probe", url.removeprefix("tcp://")) for url in both)
    with subprocess.Popen([PROGRAM, "daemon"], env=machine.environment, stderr=subprocess.PIPE, text=True) as daemon:
        until(lambda: looks(machine, gone))
        machine.configure(config.replace(f"{both[1]}, ", ""))
        until(lambda: "the configuration is in use" in log_of(machine))
        before = looks(machine, stays)
        until(lambda: looks(machine, stays) > before + 1)  # so what was on its way by then has been kept
        assert machine.process("forget", str(gone), "--yes").code == 0
        assert holding(machine, gone) is None
        machine.configure(config)
        until(lambda: looks(machine, gone))
        daemon.terminate()
        _, said = daemon.communicate(timeout=300)
    assert daemon.returncode == 143, said
    assert "Traceback" not in said
    assert "failed" not in said


def _on_a_terminal(machine: Machine, typed: str, number: signal.Signals | None = None) -> tuple[str, int]:
    pid, terminal = pty.fork()
    if not pid:
        os.execve(PROGRAM, ["colter", "forget", "probe:api"], machine.environment)
    shown, asked = b"", 0
    for part in _parts(terminal):
        shown += part
        if shown.count(b"[y/N]") == asked:
            continue
        asked += 1
        if number is not None:
            os.kill(pid, number)
        else:
            line, _, typed = typed.partition("\n")
            os.write(terminal, f"{line}\n".encode())
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _parts(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # how Linux tells the end of a terminal
        while part := os.read(terminal, 1000):
            yield part
