"""Connections of the APIs, where an address leads nowhere."""

import asyncio
import socket
from concurrent.futures import Future

import pytest

from colter.net import backend
from colter.net.dns import Resolver
from colter.net.http import Http, Request
from tests.fakes.clock import FakeClock
from tests.fakes.rawserver import RawServer, raw_server


class TwoAddresses(Resolver):
    """Finds a silent address first, as on a machine whose IPv6 leads nowhere."""

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[str, ...]]":
        found: Future[tuple[str, ...]] = Future()
        found.set_result(("127.0.0.2", "127.0.0.1"))
        return found


def test_an_address_that_says_nothing_does_not_cost_the_whole_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "_PATIENCE", 0.2)

    def answer(connection: socket.socket, _: RawServer) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async def ask(port: int) -> bytes:
        async with Http(FakeClock(), TwoAddresses()) as http:
            return (await http.send(Request(f"http://example.org:{port}/", attempts=1))).body

    with (
        raw_server(answer) as server,
        socket.create_server(("127.0.0.2", server.port), backlog=0) as silent,
        # A full queue: the kernel drops the next handshakes without a word.
        socket.create_connection(silent.getsockname()),
    ):
        assert asyncio.run(ask(server.port)) == b"ok"


@pytest.mark.parametrize(
    ("found", "tried"),
    [
        (("::1", "::2", "192.0.2.1"), ["::1", "192.0.2.1", "::2"]),
        (("192.0.2.1", "::1", "::2", "192.0.2.2"), ["192.0.2.1", "::1", "192.0.2.2", "::2"]),
        (("192.0.2.1",), ["192.0.2.1"]),
    ],
)
def test_the_families_of_addresses_take_turns(found: tuple[str, ...], tried: list[str]) -> None:
    assert backend._alternating(found) == tried
