"""Connections to the database: one for each batch, so that none can have gone stale meanwhile."""

import errno
import os
import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from colter.core.errors import Answer, DeliveryError

_SSL = ("ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_check_hostname")
_NO = frozenset({"0", "false", "no", "off"})


def connections(url: URL) -> AsyncEngine:
    """Where to get them; nothing is connected yet.

    Raises:
        OSError: a certificate cannot be read, or the file of SQLite not be made.
    """
    match url.get_backend_name():
        case "postgresql":
            return _engine(url, isolation_level="READ COMMITTED")
        case "mysql":
            arguments: dict[str, Any] = {"charset": "utf8mb4", "sql_mode": "TRADITIONAL"}
            if any(key in url.query for key in _SSL):
                arguments["ssl"] = _tls(url)
            engine = _engine(
                url.difference_update_query(_SSL), isolation_level="READ COMMITTED", connect_args=arguments
            )
            if "ssl" in arguments:
                event.listen(engine.sync_engine, "connect", _demand_tls)
            return engine
        case _:
            _make_private(url.database or "")
            # isolation_level None: the driver must not begin or end any transaction by itself.
            engine = _engine(url, connect_args={"isolation_level": None, "timeout": 5})
            event.listen(engine.sync_engine, "connect", _set_up_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine


def _engine(url: URL, **options: Any) -> AsyncEngine:
    return create_async_engine(url, poolclass=NullPool, hide_parameters=True, **options)


def _tls(url: URL) -> ssl.SSLContext:
    words = {key: str(url.query[key]) for key in _SSL if key in url.query}
    # Read here, because OpenSSL does not say which file is not there.
    authorities = Path(words["ssl_ca"]).read_text(encoding="ascii") if "ssl_ca" in words else None
    context = ssl.create_default_context(cadata=authorities)
    context.check_hostname = words.get("ssl_check_hostname", "true").lower() not in _NO
    if "ssl_cert" in words:
        context.load_cert_chain(words["ssl_cert"], words.get("ssl_key"))
    return context


def _demand_tls(connection: Any, _record: object) -> None:
    """The driver goes on in the clear with a server that offers no TLS, or seems to."""
    if connection.driver_connection._writer.get_extra_info("ssl_object") is None:  # noqa: SLF001  no other way to ask
        raise DeliveryError(
            "the server of the database does not speak TLS",
            answer=Answer.PAUSE,
            hint="let it speak TLS, or take ssl out of database.url",
        )


def _make_private(path: str) -> None:
    """History tells the names of private projects: a new file is its owner's.

    What cannot be opened is found out here: a driver's thread that fails to open a file may outlive the event loop.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        # Not by opening it: to close it again would drop the locks that SQLite may hold on it in this process.
        if not Path(path).is_file() or not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, "not a file that can be written", path) from None


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
