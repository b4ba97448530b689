"""The proxy does to connections what it is told, and nothing else."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest

from tests.servers.postgres import Postgres
from tests.servers.toxics import Proxy, Toxic

ONCE_MORE = b"and once more"


@dataclass
class Echo:
    """A server that gives everything back, and what it was given."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def echo() -> Iterator[Echo]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Echo(listener.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):  # the listener is shut down
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        while piece := connection.recv(65536):
                            server.heard.append(piece)
                            connection.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def said(port: int, text: bytes) -> bytes:
    """What comes back, up to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(text)
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError as error:  # so this call tells of a reset
            raise ConnectionResetError from error
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_it_passes_everything_while_nothing_is_ordered() -> None:
    text = bytes(range(256)) * 10_000
    with echo() as server, Proxy(server.port) as proxy:
        assert said(proxy.port, text) == text
        assert proxy.connections == 1


@pytest.mark.parametrize(
    ("toxic", "arrives"),
    [
        pytest.param(Toxic(cut_request_after=3), b"abc", id="cut-request"),
        pytest.param(Toxic(cut_answer_after=0), b"abcdef", id="cut-answer"),
        pytest.param(Toxic(lose_answer_to=b"de"), b"abcdef", id="lose-answer"),
        pytest.param(Toxic(lose_answer_to=b""), b"abcdef", id="lose-any-answer"),
    ],
)
def test_a_cut_is_a_reset_for_as_many_connections_as_ordered(toxic: Toxic, arrives: bytes) -> None:
    with echo() as server, Proxy(server.port) as proxy:
        proxy.behave(toxic, times=2)
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                said(proxy.port, b"abcdef")
        assert said(proxy.port, ONCE_MORE) == ONCE_MORE
        assert b"".join(server.heard) == arrives * 2 + ONCE_MORE


def test_an_answer_can_break_off() -> None:
    with echo() as server, Proxy(server.port) as proxy:
        proxy.behave(Toxic(cut_answer_after=4))
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=300) as connection:
            connection.sendall(b"abcdef")
            with suppress(ConnectionResetError):  # the reset may overtake what the client has not read yet
                assert connection.recv(4) == b"abcd"
                connection.recv(1)
                pytest.fail("there was more")


def test_only_the_answer_to_a_certain_text_is_lost() -> None:
    with echo() as server, Proxy(server.port) as proxy:
        proxy.behave(Toxic(lose_answer_to=b"COMMIT"))
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=300) as connection:
            connection.sendall(b"INSERT COM")
            assert connection.recv(100) == b"INSERT COM"
            connection.sendall(b"MIT")
            with pytest.raises(ConnectionResetError):
                connection.recv(100)


def test_a_server_that_is_down_refuses_and_comes_back_on_its_port() -> None:
    with echo() as server, Proxy(server.port) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=300) as connection:
            connection.sendall(b"a")
            connection.recv(1)
            proxy.refuse()
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                said(proxy.port, b"a")
        proxy.accept()
        assert said(proxy.port, ONCE_MORE) == ONCE_MORE
        assert proxy.connections == 2


def test_a_hanging_connection_stays_silent_until_it_is_reset() -> None:
    with echo() as server, Proxy(server.port) as proxy:
        proxy.behave(Toxic(hang=True), times=1)
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.1) as connection:
            connection.sendall(b"a")
            with pytest.raises(TimeoutError):
                connection.recv(1)
            assert said(proxy.port, ONCE_MORE) == ONCE_MORE
            proxy.reset()
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
        assert server.heard == [ONCE_MORE]


@pytest.mark.parametrize(
    "toxic",
    [
        pytest.param(Toxic(latency=timedelta(seconds=0.2)), id="latency"),
        pytest.param(Toxic(bytes_per_second=10), id="throttle"),
    ],
)
def test_a_slow_connection_loses_nothing(toxic: Toxic) -> None:
    with echo() as server, Proxy(server.port) as proxy:
        proxy.behave(toxic)
        begun = time.perf_counter()
        assert said(proxy.port, b"abc") == b"abc"
        assert time.perf_counter() - begun >= 0.2


def test_a_lost_commit_is_a_commit(postgres: Postgres) -> None:
    database = postgres.new_database()
    with psycopg.connect(postgres.url(database)) as direct:
        direct.execute("CREATE TABLE kept (number INTEGER)")
    with Proxy(postgres.port) as proxy:
        proxy.behave(Toxic(lose_answer_to=b"COMMIT"))
        connection = psycopg.connect(postgres.url(database), port=proxy.port)
        connection.execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
        connection.close()
    with psycopg.connect(postgres.url(database)) as direct:
        assert direct.execute("SELECT number FROM kept").fetchall() == [(1,)]
