"""Databases to write into, one of each kind, and how to look at what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, inspect, make_url, text

from colter.core.model import Entry, Round
from colter.core.secret import Secret
from colter.sinks.database import Database, address
from colter.store.read.results import Outcomes
from colter.store.read.rounds import read_rounds
from colter.store.tables import metadata
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.store.making import FOR_EVER, METRICS

SERVERS = ("postgresql", "mariadb")
KINDS = ("sqlite", *SERVERS)


@dataclass(frozen=True)
class Place:
    """A database that was empty at first."""

    kind: str
    secret: Secret

    @property
    def url(self) -> URL:
        return address(self.secret)

    def sink(self) -> Database:
        return Database(self.url)

    def engine(self) -> Engine:
        """A plain way in, past Colter."""
        return _engine(self)

    def has(self, table: str) -> bool:
        """Whether there is a table or a view of this name."""
        return inspect(self.engine()).has_table(table)

    def rows(self, query: str) -> Sequence[dict[str, Any]]:
        """What a query brings."""
        with self.engine().connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def run(self, *statements: str) -> None:
        """Change something past Colter."""
        with self.engine().begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def rounds(self) -> list[Round]:
        """Everything, as the history reads it."""

        def read(connection: Connection) -> list[Round]:
            return read_rounds(connection, METRICS, Outcomes(), *FOR_EVER)

        with self.engine().connect() as connection:
            return read(connection)

    def told(self) -> list[object]:
        """All that is known, without the numbers of rows."""
        return [self.rounds(), *(sorted(map(repr, self.rows(query))) for query in NEWEST)]

    def empty(self) -> None:
        """Throw all rows away."""
        self.run(*(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)))


@cache
def _engine(place: Place) -> Engine:
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}[place.kind]
    return create_engine(make_url(place.secret.reveal()).set(drivername=driver), poolclass=NullPool)


NEWEST = (
    "SELECT * FROM endpoint_status",
    "SELECT * FROM endpoint_history",
    "SELECT * FROM repository_metrics",
    (
        "SELECT target.name, last_reading.at, reading.at, good.at FROM last_reading"
        " JOIN target ON target.id = last_reading.target_id JOIN reading ON reading.id = reading_id"
        " LEFT JOIN reading AS good ON good.id = good_reading_id"
    ),
    (
        "SELECT target.name, metric.name, last_number.at, value, previous FROM last_number"
        " JOIN target ON target.id = target_id JOIN metric ON metric.id = metric_id"
    ),
)


def on_postgres(server: Postgres, database: str) -> Place:
    return Place("postgresql", Secret(server.url(database)))


def on_mariadb(server: MariaDB, database: str) -> Place:
    login = f"{server.user}:{quote(server.password)}"
    return Place("mariadb", Secret(f"mariadb://{login}@{server.host}:{server.port}/{database}"))


def entries(*rounds: Round) -> list[Entry]:
    return [entry for done in rounds for entry in done.entries]


def seen(moment: object) -> datetime | None:
    """A time out of a view, whatever the database makes of it."""
    if moment is None:
        return None
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    assert isinstance(found, datetime)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
