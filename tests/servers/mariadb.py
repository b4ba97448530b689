"""A MariaDB of its own, with a user whose password works from 127.0.0.1."""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pymysql

from tests.servers.process import LOOPBACK, free_port, once, running, server_program

SMALL = [
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=1M",
]
TRADED_FOR_SPEED = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin"]


@dataclass(frozen=True)
class MariaDB:
    """Where it listens and who may log in; the user may do everything."""

    port: int
    host: str = LOOPBACK
    user: str = "colter"
    password: str = "maria's word"  # an apostrophe and a blank, for those who forget to quote
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def url(self, database: str) -> str:
        """Without the name of a driver, which SQLAlchemy wants after `mysql`."""
        place = f"{self.user}:{quote(self.password)}@{self.host}:{self.port}"
        return f"mysql://{place}/{database}?charset=utf8mb4"

    def connect(self, database: str | None = None) -> "pymysql.Connection":
        """A connection that commits by itself; `with` closes it."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )

    def new_database(self) -> str:
        """The name of an empty utf8mb4 database that nobody else uses."""
        name = f"colter_{next(self._numbers)}"
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name


@contextmanager
def mariadb() -> Iterator[MariaDB]:
    """Start it; needs Debian's mariadb-server-core and mariadb-client-core."""
    server_program("my_print_defaults")  # mariadb-install-db calls it, and it is in the other package
    install, server = server_program("mariadb-install-db"), server_program("mariadbd")
    with tempfile.TemporaryDirectory(prefix="colter-my-") as name:
        folder = Path(name)
        common = ["--no-defaults", f"--datadir={folder / 'data'}", *SMALL]
        if os.geteuid() == 0:
            common.append("--user=root")  # it runs as root only if that is said
        once([install, *common, "--skip-test-db", "--skip-name-resolve"], cwd=folder)
        port = free_port()
        mine = MariaDB(port)
        word = mine.password.replace("'", "''")
        (folder / "first.sql").write_text(
            f"CREATE USER '{mine.user}'@'{LOOPBACK}' IDENTIFIED BY '{word}';\n"
            f"GRANT ALL ON *.* TO '{mine.user}'@'{LOOPBACK}' WITH GRANT OPTION;\n"
        )
        argv = [server, *common, *TRADED_FOR_SPEED, f"--bind-address={LOOPBACK}", f"--port={port}"]
        argv += [f"--socket={folder / 'socket'}", f"--init-file={folder / 'first.sql'}", "--skip-name-resolve"]
        with running(argv, _takes_logins(mine), cwd=folder):
            yield mine


def _takes_logins(server: MariaDB) -> Callable[[], bool]:
    """Its port opens before the user is made."""

    def ready() -> bool:
        try:
            server.connect().close()
        except pymysql.OperationalError:
            return False
        return True

    return ready
