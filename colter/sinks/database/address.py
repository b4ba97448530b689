"""Where the database is: an address out of the settings, in the words of SQLAlchemy, which hides its password."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from colter.core.errors import ConfigError
from colter.core.secret import Secret

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+aiomysql",
    "mariadb": "mysql+aiomysql",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A database by its parts; of SQLite only the name counts, which is the path of its file."""

    driver: Literal["sqlite", "postgresql", "mysql", "mariadb"]
    name: str
    host: str = "localhost"
    port: int | None = None
    user: str | None = None
    password: Secret | None = None


def address(where: Secret | Server) -> URL:
    """The address for SQLAlchemy, with the driver that Colter comes with.

    Args:
        where: the parts, or `postgresql://..`, `mysql://..`, `mariadb://..`, `sqlite:///path`; what stands behind
            a `?` goes to the driver.

    Raises:
        ConfigError: it is none of these.
    """
    url = _from_parts(where) if isinstance(where, Server) else _from_text(where)
    if url.get_backend_name() != "sqlite":
        return url
    if url.database in (None, "", ":memory:"):
        raise ConfigError("database: SQLite needs a file", hint="as in: sqlite:////var/lib/colter/shared.db")
    return url.set(database=str(Path(url.database or "").expanduser()))


def _from_parts(server: Server) -> URL:
    driver = _DRIVERS[server.driver]
    if server.driver == "sqlite":
        return URL.create(driver, database=server.name)
    return URL.create(
        driver,
        username=server.user,
        password=server.password.reveal() if server.password else None,
        host=server.host,
        port=server.port,
        database=server.name,
    )


def _from_text(text: Secret) -> URL:
    try:
        url = make_url(text.reveal())
    except (ArgumentError, ValueError):  # whose own words repeat the address
        raise ConfigError(
            "database.url: expected an address such as postgresql://user:password@host:5432/name",
            hint="characters such as @ : / in a password are written %40 %3A %2F",
        ) from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise ConfigError(
            f"database.url: {url.get_backend_name()} is not supported",
            hint="use sqlite, postgresql, mysql or mariadb",
        )
    if not url.database and not driver.startswith("sqlite"):
        raise ConfigError("database.url: expected the name of a database at its end")
    return url.set(drivername=driver)
