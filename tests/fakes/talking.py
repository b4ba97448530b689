"""A TCP server that says what a script says, from the first byte on. All on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]
"""Is given a connection, which is closed when it returns; errors of sockets end it."""


@contextmanager
def talking(script: Script) -> Iterator[int]:
    """Serve every connection with the script; yields the port."""
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            script(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in (accepting, *threads):
                thread.join(5)


def says(*parts: bytes) -> Script:
    """Each part after something was heard, but the first at once; then it listens for ever."""

    def script(connection: socket.socket) -> None:
        for number, part in enumerate(parts):
            if number:
                connection.recv(65_536)
            connection.sendall(part)
        while connection.recv(65_536):
            pass

    return script


def leaves(*parts: bytes) -> Script:
    """The same, but it goes when all is said."""

    def script(connection: socket.socket) -> None:
        for number, part in enumerate(parts):
            if number:
                connection.recv(65_536)
            connection.sendall(part)

    return script


def drips(part: bytes) -> Script:
    """The same over and over again, as fast as it is taken."""

    def script(connection: socket.socket) -> None:
        while True:
            connection.sendall(part)

    return script
