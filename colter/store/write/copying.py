"""PostgreSQL's own way to take many rows: COPY brings twice as many probe results a second as INSERT."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.util import await_only


def copy_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append rows; only under `AsyncConnection.run_sync`. Errors are those of psycopg, as they are."""
    await_only(_copy(connection.connection.driver_connection, table, rows))


async def _copy(driver: Any, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = ", ".join(table.columns.keys())
    async with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
