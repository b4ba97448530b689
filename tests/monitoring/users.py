"""Users of Clockwerk who have moved: each with servers of their own, and the documented code."""

import ast
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colter.core.secret import Secret
from tests.database.places import Place, on_mariadb, on_postgres
from tests.fakes.endpoints import EndpointServer
from tests.monitoring.clockwerk import AWAIT, CONFIGURE, moved, watching
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.process import LOOPBACK
from tests.servers.smtp import MailServer

_HISTORY = "SELECT endpoint, state, status_code, latency_ms FROM endpoint_history ORDER BY looked_at"


@dataclass(frozen=True)
class User:
    name: str
    mails: MailServer
    values: dict[str, Any]
    """What is written instead of the values in the documented code."""
    place: Place | None = None
    """Where results go."""
    encrypted: bool = False
    """Whether mails come encrypted."""

    @property
    def paths(self) -> tuple[str, str]:
        """Of the two endpoints."""
        return f"/{self.name}/api", f"/{self.name}/slow"

    def code(self, web: EndpointServer) -> str:
        """What makes the configurations."""
        values = {"check_interval": 1, "smtp_host": LOOPBACK, "smtp_port": self.mails.port, **self.values}
        return watching(moved(CONFIGURE, **values), *map(web.url, self.paths))

    def awaited(self, web: EndpointServer) -> Coroutine[Any, Any, None]:
        """The documented code for a loop that runs already."""
        names: dict[str, Any] = {}
        exec(self.code(web), names)
        code = compile(moved(AWAIT), "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        found: Coroutine[Any, Any, None] = eval(code, names)
        return found

    @property
    def told(self) -> list[str]:
        """Subjects of mails, without server and user."""
        return sorted(str(mail.letter["subject"]).partition(f"/{self.name}/")[2] for mail in self.mails.taken)

    @property
    def served(self) -> bool:
        """Whether its database has something: on a busy machine its tables take longer than an end may take."""
        return self.place is None or (self.place.has("endpoint_history") and bool(self.place.rows(_HISTORY)))

    def rows(self, path: str) -> Sequence[dict[str, Any]]:
        """What is in the database of one endpoint, oldest first."""
        assert self.place
        return [row for row in self.place.rows(_HISTORY) if row["endpoint"].endswith(path)]


def on_sqlite_file(mails: MailServer, file: Path) -> User:
    """The other values of the database are those of the example: they do not matter."""
    return User("sqlite", mails, {"db_name": str(file)}, Place("sqlite", Secret(f"sqlite:///{file}")))


def with_postgres(mails: MailServer, server: Postgres, *, port: int | None = None) -> User:
    """`port` of what stands before the server."""
    name = server.new_database()
    values: dict[str, Any] = {"db_driver": "PostgreSQL", "db_name": name, "db_user": server.user}
    values |= {"db_host": server.host, "db_port": port or server.port}
    return User("postgres", mails, values, on_postgres(server, name), encrypted=True)


def with_mariadb(mails: MailServer, server: MariaDB) -> User:
    name = server.new_database()
    values: dict[str, Any] = {
        "db_driver": "mysql",
        "db_name": name,
        "db_user": server.user,
        "db_password": server.password,
    }
    values |= {"db_host": server.host, "db_port": server.port}
    return User("mariadb", mails, values, on_mariadb(server, name))


def overheard(mails: MailServer) -> User:
    """Somebody stands before the mail server, with a certificate that nobody trusts."""
    return User("overheard", mails, {"db_activation": False})
