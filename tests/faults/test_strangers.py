"""Strangers at the daemon's door: whatever they do there, it goes on measuring, and others are answered."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from tests.cli.running import Machine
from tests.daemon_web.listening import Listening, listening
from tests.fakes.endpoints import EndpointServer, hang, reply
from tests.servers.process import LOOPBACK
from tests.watching.daemons import until
from tests.withheld import Withheld

TOKEN = "0123456789abcdef"
BEGINNINGS = (
    b"",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /beat/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n",
    b"POST /beat/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /probe?target=dead HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /" + b"a" * 100_000,
)


def pester(served: Listening, beginning: bytes, over: threading.Event) -> None:
    """Begin, never end, and come back whenever cut off."""
    while not over.is_set():
        with suppress(OSError), socket.create_connection((LOOPBACK, served.port), timeout=5) as line:
            line.sendall(beginning)
            while not over.wait(0.2):
                line.sendall(b"1\r\n")


def test_they_do_not_keep_it_from_measuring_nor_from_answering(tmp_path: Path) -> None:
    machine, over = Machine(tmp_path), threading.Event()
    with EndpointServer(reply()) as web, EndpointServer(hang) as dead:
        endpoints = [
            {"name": "fine", "url": web.url(), "interval": "1s"},
            {"name": "dead", "url": dead.url(), "interval": "1h"},
            {"name": "job", "heartbeat": {"every": "1d", "token": TOKEN}},
        ]
        machine.configure(json.dumps({"endpoints": endpoints}))
        with listening(machine) as served, ThreadPoolExecutor(5 * len(BEGINNINGS)) as pool:
            busy = Withheld(int((tmp_path / "state" / "colter" / "alerts.lock").read_text().split()[0]))
            for beginning in BEGINNINGS * 5:
                pool.submit(pester, served, beginning, over)
            try:
                over.wait(1)
                looks = len(web.requests)
                for path in ("/healthz", "/readyz", "/probe?target=fine", f"/beat/{TOKEN}"):
                    until(partial(served.answers, path))
                until(lambda: len(web.requests) > looks + 3)
                late = patiently(served, "colter_looks_late_total")
                busy.look()
            finally:
                over.set()
    assert late <= busy.seconds  # each of them by more than one


def patiently(served: Listening, name: str) -> float:
    """One number of `/metrics`, of whoever gets in among so many."""
    until(lambda: served.answers("/metrics"))
    while True:
        with suppress(OSError):
            return served.number(name, kind="probe")
