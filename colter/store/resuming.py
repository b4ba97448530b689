"""Migrations on MySQL look before they change anything.

There every such statement stands at once, and a step that was interrupted begins again.
"""

from typing import Any

from alembic.ddl.mysql import MySQLImpl
from sqlalchemy import Column, Index, Inspector, Table, inspect
from sqlalchemy.schema import Constraint


class ResumingImpl(MySQLImpl):
    """Takes the place of alembic's own; what it does not look for must be harmless twice."""

    __dialect__ = "mysql"

    def create_table(self, table: Table, **kw: Any) -> None:
        """Unless it is there."""
        if not self._found().has_table(table.name):
            super().create_table(table, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:
        """Unless it is there."""
        if not self._has_index(index):
            super().create_index(index, **kw)

    def drop_index(self, index: Index, **kw: Any) -> None:
        """If it is there."""
        if self._has_index(index):
            super().drop_index(index, **kw)

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Unless it is there."""
        if column.name not in {each["name"] for each in self._found().get_columns(table_name)}:
            super().add_column(table_name, column, **kw)

    def drop_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """If it is there."""
        if column.name in {each["name"] for each in self._found().get_columns(table_name)}:
            super().drop_column(table_name, column, **kw)

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Unless it is there; only foreign keys are ever added."""
        if const.name not in {each["name"] for each in self._found().get_foreign_keys(const.table.name)}:
            super().add_constraint(const, **kw)

    def _has_index(self, index: Index) -> bool:
        table = index.table
        return table is not None and index.name in {each["name"] for each in self._found().get_indexes(table.name)}

    def _found(self) -> Inspector:
        """What is there now: an inspector remembers, so a new one each time."""
        return inspect(self.bind)
