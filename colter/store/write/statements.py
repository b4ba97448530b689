"""INSERT in the words of each database, for rows that stand in the order of the table's columns.

Written out by SQLAlchemy once, and used past its parameter handling, which would take longer than SQLite itself.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table, case, make_url
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

_Changes = Mapping[str, ColumnElement[Any]]
_New = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]


@cache
def appending(table: Table, database: str) -> str:
    """Adds a row."""
    return _written(table.insert(), database)


@cache
def replacing(table: Table, database: str) -> str:
    """Adds a row, or overwrites the one with the same primary key."""
    rest = [name for name in _names(table) if name not in _keys(table)]
    return _written(_merging(table, database, _keys(table), lambda new: {name: new[name] for name in rest}), database)


@cache
def raising(table: Table, number: str, database: str) -> str:
    """Adds a row, or overwrites the one with the same primary key if that has a smaller number."""
    rest = [name for name in _names(table) if name not in (*_keys(table), number)]
    old = table.c

    def larger(new: _New) -> _Changes:
        # The number comes last: on MySQL the next assignment already sees what this one has changed.
        return {name: case((new[number] > old[number], new[name]), else_=old[name]) for name in (*rest, number)}

    return _written(_merging(table, database, _keys(table), larger), database)


@cache
def adding(table: Table, keys: tuple[str, ...], database: str) -> str:
    """Adds a row, numbered by the database, unless these keys are there; it has all columns but the id."""
    # Set to itself: MySQL's INSERT IGNORE would also keep silent about values that it changes.
    statement = _merging(table, database, keys, lambda _: {"id": table.c.id})
    return _written(statement, database, [name for name in _names(table) if name != "id"])


def _merging(table: Table, database: str, keys: Sequence[str], changes: Callable[[_New], _Changes]) -> Insert:
    match database:
        case "postgresql":
            from sqlalchemy.dialects.postgresql import insert as postgresql  # noqa: PLC0415  for those who have one

            of_postgresql = postgresql(table)
            return of_postgresql.on_conflict_do_update(index_elements=keys, set_=changes(of_postgresql.excluded))
        case "mysql":
            from sqlalchemy.dialects.mysql import insert as mysql  # noqa: PLC0415  the same

            of_mysql = mysql(table)
            return of_mysql.on_duplicate_key_update(list(changes(of_mysql.inserted).items()))
        case _:
            from sqlalchemy.dialects.sqlite import insert as sqlite  # noqa: PLC0415  beside its like

            of_sqlite = sqlite(table)
            return of_sqlite.on_conflict_do_update(index_elements=keys, set_=changes(of_sqlite.excluded))


def _written(statement: Insert, database: str, columns: Sequence[str] | None = None) -> str:
    dialect: Any = make_url(f"{database}://").get_dialect()
    style = "qmark" if database == "sqlite" else "format"
    return str(statement.compile(dialect=dialect(paramstyle=style), column_keys=columns))


def _names(table: Table) -> Sequence[str]:
    return list(table.columns.keys())


def _keys(table: Table) -> Sequence[str]:
    return list(table.primary_key.columns.keys())
