"""Runs the servers that tests drive: on a free loopback port, in a folder of their own, ended with the test."""

import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.needing import lacking
from tests.servers.asking import ask

LOOPBACK = "127.0.0.1"
LOOKS_PER_SECOND = 50
_OURS = (10_000, 32_768)
"""Ports that no connection on its way out begins at: Linux takes those from 32768 on, others from 49152."""


def _ports() -> Iterator[int]:
    """Every so many-th of them, as many as there are test processes, from any on."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    this = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ours = range(_OURS[0] + this, _OURS[1], processes)
    begin = random.SystemRandom().randrange(len(ours))
    return itertools.cycle([*ours[begin:], *ours[:begin]])


_PORTS = _ports()


def server_program(name: str) -> str:
    """The path of a program, also from where Debian keeps servers away from a user's PATH."""
    versioned = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_numbers, reverse=True)
    folders = [os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", *map(str, versioned)]
    return shutil.which(name, path=os.pathsep.join(folders)) or lacking(name)


def free_port() -> int:
    """A loopback port that nobody listens on, and none of those that the kernel gives to whoever asks for any.

    No other call gets it, here or in another test process: whoever asked for it may take a while to listen there.
    """
    while True:
        port = next(_PORTS)
        with suppress(OSError), socket.create_server((LOOPBACK, port)):
            return port


@contextmanager
def running(
    argv: Sequence[str],
    ready: Callable[[], bool],
    *,
    cwd: Path | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
    seconds: int = 60,
) -> Iterator[None]:
    """Run a program until the block ends, which begins once `ready()` says so.

    `user`: whose rights it gets, for root only. Ended by `stop`, after ten seconds by SIGKILL.

    Raises:
        RuntimeError: it ended before it was ready; with the last of its output.
        TimeoutError: it was not ready in time; likewise.
    """
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            [*_dies_with_us(), *argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            start_new_session=True,
        )
        try:
            for _ in range(seconds * LOOKS_PER_SECOND):
                if server.poll() is not None:
                    raise RuntimeError(f"{argv[0]} ended with status {server.returncode}:\n{_last(log.fileno())}")
                if ready():
                    break
                time.sleep(1 / LOOKS_PER_SECOND)
            else:
                raise TimeoutError(f"{argv[0]} is not ready after {seconds} s:\n{_last(log.fileno())}")
            yield
        finally:
            _end(server, stop)


def once(argv: Sequence[str], *, cwd: Path, user: str | None = None) -> None:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed; with its output.
    """
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]} ended with status {done.returncode}:\n{done.stdout.decode(errors='replace')}")


def http_ready(url: str) -> Callable[[], bool]:
    """Ready when the address answers with 2xx."""

    def ready() -> bool:
        try:
            return ask(url).status // 100 == 2
        except OSError:
            return False

    return ready


def tcp_ready(port: int) -> Callable[[], bool]:
    """Ready when the port takes a connection."""

    def ready() -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return True
        return False

    return ready


def _dies_with_us() -> list[str]:
    """On Linux: no server outlives a test process that was killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _end(server: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    server.send_signal(stop)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _last(log: int) -> str:
    """The end of what it has printed."""
    size = os.fstat(log).st_size
    return os.pread(log, 4000, max(0, size - 4000)).decode(errors="replace")


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]
