"""Proxies on loopback: CONNECT (RFC 9110, 9.3.6) with or without a login, and SOCKS 5 (RFC 1928)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.fakes.talking import talking


@dataclass
class Proxy:
    """What it was asked."""

    port: int = 0
    heads: list[str] = field(default_factory=list)
    """Of CONNECT requests, whole."""
    places: list[tuple[str, int]] = field(default_factory=list)
    """What SOCKS clients wanted to be connected to."""


@contextmanager
def connect_proxy(login: str | None = None) -> Iterator[Proxy]:
    """Connects to 127.0.0.1, whatever host is named. `login`: the `Proxy-Authorization` that it wants."""
    proxy = Proxy()

    def script(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        proxy.heads.append(head.decode())
        if login and f"Proxy-Authorization: {login}" not in proxy.heads[-1]:
            client.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            return
        port = int(head.split()[1].rpartition(b":")[2])
        try:
            server = socket.create_connection(("127.0.0.1", port))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Not there\r\nContent-Length: 0\r\n\r\n")
            return
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        _join(client, server)

    with talking(script) as proxy.port:
        yield proxy


@contextmanager
def socks_proxy() -> Iterator[Proxy]:
    """Connects to 127.0.0.1, whatever host is named."""
    proxy = Proxy()

    def script(client: socket.socket) -> None:
        client.recv(100)
        client.sendall(b"\5\0")
        request = client.recv(300)
        proxy.places.append((request[5:-2].decode(), int.from_bytes(request[-2:], "big")))
        try:
            server = socket.create_connection(("127.0.0.1", proxy.places[-1][1]))
        except OSError:
            client.sendall(b"\5\5\0\1\0\0\0\0\0\0")
            return
        client.sendall(b"\5\0\0\1\0\0\0\0\0\0")
        _join(client, server)

    with talking(script) as proxy.port:
        yield proxy


def _join(one: socket.socket, other: socket.socket) -> None:
    with other:
        back = threading.Thread(target=_pump, args=(other, one), daemon=True)
        back.start()
        _pump(one, other)
        back.join(5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65_536):
            sink.sendall(part)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
