"""A PostgreSQL of its own, without a password."""

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.servers.process import LOOPBACK, free_port, once, running, server_program

TRADED_FOR_SPEED = ["fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=50"]


@dataclass(frozen=True)
class Postgres:
    """Where it listens; the user needs no password."""

    port: int
    host: str = LOOPBACK
    user: str = "colter"
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def url(self, database: str = "postgres") -> str:
        """For psycopg; SQLAlchemy's begins with `postgresql+psycopg://` instead."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database}"

    def new_database(self) -> str:
        """The name of an empty database that nobody else uses."""
        name = f"colter_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name


@contextmanager
def postgres(pem: bytes | None = None) -> Iterator[Postgres]:
    """Start it; Debian's versioned folders are searched too, the newest first. `pem`: key and certificate for TLS."""
    initdb, server = server_program("initdb"), server_program("postgres")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    # Not under pytest's tmp_path: that is closed to other users, and a socket's path must stay under 108 bytes.
    with tempfile.TemporaryDirectory(prefix="colter-pg-") as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user, user)
        data = str(folder / "data")
        made = ["--username=colter", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        once([initdb, f"--pgdata={data}", *made], cwd=folder, user=user)
        port = free_port()
        argv = [server, "-D", data, "-h", LOOPBACK, "-p", str(port), "-k", name]
        argv += [part for setting in TRADED_FOR_SPEED for part in ("-c", setting)]
        if pem is not None:
            argv += ["-c", "ssl=on", "-c", f"ssl_cert_file={_kept(folder, pem, user)}"]
            argv += ["-c", f"ssl_key_file={folder / 'server.pem'}"]
        # SIGQUIT does not wait for clients that are still connected; its files are thrown away anyhow.
        with running(argv, _takes_logins(port), cwd=folder, user=user, stop=signal.SIGQUIT):
            yield Postgres(port)


def _kept(folder: Path, pem: bytes, user: str | None) -> Path:
    file = folder / "server.pem"
    file.touch(0o600)  # it refuses a key that others can read
    file.write_bytes(pem)
    if user is not None:
        shutil.chown(file, user, user)
    return file


def _takes_logins(port: int) -> Callable[[], bool]:
    """A port that is open is not enough: for a moment it answers that it is starting up."""

    def ready() -> bool:
        try:
            psycopg.connect(Postgres(port).url()).close()
        except psycopg.OperationalError:
            return False
        return True

    return ready
