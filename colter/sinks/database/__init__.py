"""The history in a database that many machines share: SQLite, PostgreSQL, MySQL or MariaDB."""

from colter.sinks.database.address import Server, address
from colter.sinks.database.sink import Database

__all__ = ["Database", "Server", "address"]
