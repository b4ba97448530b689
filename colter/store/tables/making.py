"""How a table is made, so that SQLite, PostgreSQL and MySQL/MariaDB can all hold it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={  # so that a later migration can name what it changes, on every database
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
NAME = 255
"""Longest name of a target, a round or an event."""
Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself in INTEGER columns only."""


def table(name: str, *parts: SchemaItem, clustered: bool = False) -> Table:
    """A table; a clustered one lies on the disk in the order of its primary key, as on MySQL all do."""
    # What only MySQL is told stands in the migrations, which make the tables: here it would import what speaks to it.
    return Table(name, metadata, *parts, sqlite_with_rowid=not clustered)


def ref(name: str, to: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    """A column with the number of a row of another table, such as `target.id`."""
    return Column(name, Id, ForeignKey(to), primary_key=primary_key, nullable=nullable, autoincrement=False)
