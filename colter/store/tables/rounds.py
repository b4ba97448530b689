"""Rounds, what they looked at, and texts that many rows repeat."""

from sqlalchemy import Column, Integer, String, Text, UniqueConstraint, text

from colter.store.columns import Moment
from colter.store.tables.making import NAME, Id, ref, table

round_ = table(
    "round",
    Column("id", Id, primary_key=True),
    Column("round_key", String(NAME), nullable=False, unique=True),
    Column("started", Moment, nullable=False),
    Column("finished", Moment, nullable=False, index=True),
    Column("machine", String(NAME), nullable=False, server_default=text("''")),
    Column("complete", String(NAME), nullable=False, server_default=text("''")),
    Column("entries", Integer, nullable=False, server_default=text("0")),
)

target = table(
    "target",
    Column("id", Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("name", String(NAME), nullable=False),
    Column("identity", String(NAME)),
    UniqueConstraint("source", "identity"),
)

target_name = table(
    "target_name",
    Column("source", String(32), primary_key=True),
    Column("name", String(NAME), primary_key=True),
    ref("target_id", "target.id"),
    clustered=True,
)

phrase = table(
    "phrase",
    Column("id", Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    Column("body", Text, nullable=False),
)
