"""How far upkeep has come."""

from sqlalchemy import Column, String

from colter.store.tables.making import Id, table

# Each task of it, with the last round that it has seen.
upkeep = table(
    "upkeep",
    Column("task", String(32), primary_key=True),
    Column("round_id", Id, nullable=False, autoincrement=False),
    clustered=True,
)
