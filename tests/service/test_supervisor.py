"""A service manager is told when the daemon is ready, that it lives, that it reloads, and that it ends."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from colter.app.watching.systemd import Supervisor
from colter.core.clock import SystemClock
from tests.cli.running import Machine
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import daemon, ended, endpoints, until

SECOND = timedelta(seconds=1)


class Manager:
    """What systemd is to a service: a socket that is written to."""

    def __init__(self, named: str) -> None:
        self.named = named
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(named.replace("@", "\0", 1))
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """Everything that it was told until now, each message in one piece."""
        while True:
            try:
                self.heard.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self.heard

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


@contextmanager
def manager(folder: Path, kind: str = "path") -> Iterator[Manager]:
    with Manager(f"{folder}/notify" if kind == "path" else f"@colter-test-{os.getpid()}-{folder.name}") as made:
        yield made


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_it_is_told_how_the_daemon_is_from_the_start_to_the_end(machine: Machine, tmp_path: Path, kind: str) -> None:
    with EndpointServer(reply()) as web, manager(tmp_path, kind) as told:
        machine.configure(endpoints(fine=web.url()))
        machine.env.update(NOTIFY_SOCKET=told.named, WATCHDOG_USEC="400000")
        with daemon(machine) as process:
            until(lambda: told.listen().count("WATCHDOG=1") >= 5)
            until(lambda: bool(web.requests))
            assert ended(process)[:2] == (143, "")
        heard = [message for message in told.listen() if message != "WATCHDOG=1"]
    assert heard == ["READY=1\nSTATUS=watching 1 endpoint and 0 sources", "STOPPING=1\nSTATUS=ending"]


def test_a_daemon_that_is_ready_can_be_told_to_reload_at_once(machine: Machine, tmp_path: Path) -> None:
    with EndpointServer(reply()) as web, manager(tmp_path) as told:
        machine.configure(endpoints(fine=web.url()))
        machine.env["NOTIFY_SOCKET"] = told.named
        with daemon(machine, "--listen", "off") as process:
            until(told.listen)

            def reloads() -> bool:
                process.send_signal(signal.SIGHUP)
                return any(message.startswith("RELOADING=1\nMONOTONIC_USEC=") for message in told.listen())

            until(reloads)
            until(lambda: told.listen()[-1] == "READY=1")
            assert ended(process)[0] == 143


def test_a_daemon_that_cannot_start_is_never_ready(machine: Machine, tmp_path: Path) -> None:
    with manager(tmp_path) as told:
        machine.env["NOTIFY_SOCKET"] = told.named
        assert machine.process("daemon").code == 3
        assert told.listen() == []


def test_a_daemon_that_is_stopped_in_its_tracks_says_nothing_until_it_goes_on(machine: Machine, tmp_path: Path) -> None:
    with EndpointServer(reply()) as web, manager(tmp_path) as told:
        machine.configure(endpoints(fine=web.url()))
        machine.env.update(NOTIFY_SOCKET=told.named, WATCHDOG_USEC="200000")
        with daemon(machine) as process:
            until(lambda: "WATCHDOG=1" in told.listen())
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            before = len(told.listen())
            with pytest.raises(AssertionError):
                until(lambda: len(told.listen()) > before, patience=1)
            process.send_signal(signal.SIGCONT)
            until(lambda: len(told.listen()) > before)
            assert ended(process)[0] == 143


def test_a_loop_that_hangs_is_not_said_to_live(tmp_path: Path) -> None:
    clock = FakeClock()
    lives = [True, True, False, False, True]

    async def live(supervisor: Supervisor) -> None:
        over = asyncio.Event()

        def is_alive(_: float) -> bool:
            if not lives:
                over.set()
            return bool(lives) and lives.pop(0)

        async with supervisor.attended("", is_alive):
            await over.wait()

    with manager(tmp_path) as told:
        asyncio.run(live(Supervisor({"NOTIFY_SOCKET": told.named, "WATCHDOG_USEC": "30000000"}, clock)))
        assert told.listen().count("WATCHDOG=1") == 3
    assert set(clock.slept) == {15 * SECOND}


def test_while_it_reloads_it_is_not_ready_and_then_it_is_whatever_came_of_it(tmp_path: Path) -> None:
    with manager(tmp_path) as told:
        supervisor = Supervisor({"NOTIFY_SOCKET": told.named}, FakeClock())
        with supervisor.reloading():
            assert told.listen() == ["RELOADING=1\nMONOTONIC_USEC=1000000000"]
        with pytest.raises(KeyError), supervisor.reloading():
            raise KeyError
        assert [message.partition("\n")[0] for message in told.listen()] == ["RELOADING=1", "READY=1"] * 2


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "", "WATCHDOG_USEC": "1"},
        {"NOTIFY_SOCKET": "vsock:2:1234", "WATCHDOG_USEC": "1"},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"NOTIFY_SOCKET": "@colter-nobody-listens"},
        {"NOTIFY_SOCKET": "/" + "x" * 200},
        {"NOTIFY_SOCKET": "/dev/null", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/dev/null", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"},
    ],
    ids=["none", "empty", "vsock", "no file", "nobody", "too long", "no number", "another's watchdog"],
)
def test_without_anybody_who_listens_the_work_is_done_all_the_same(environment: Mapping[str, str]) -> None:
    async def live() -> str:
        async with Supervisor(environment, SystemClock()).attended("busy", lambda _: True):
            with Supervisor(environment, SystemClock()).reloading():
                return "done"

    assert asyncio.run(live()) == "done"
