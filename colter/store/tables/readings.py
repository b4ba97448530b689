"""What was read of repositories and packages."""

from sqlalchemy import BigInteger, Column, Date, Double, Index, Integer, String, Text, UniqueConstraint, text

from colter.store.columns import Moment
from colter.store.tables.making import NAME, Id, ref, table

metric = table(
    "metric",
    Column("id", Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("name", String(NAME), nullable=False),
    Column("help", Text, nullable=False),
    Column("prometheus", String(NAME), nullable=False),
    Column("measurement", String(NAME), nullable=False),
    Column("field", String(NAME), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("labels", Text, nullable=False),
    Column("heading", String(NAME), nullable=False),
    UniqueConstraint("source", "name"),
)

reading = table(
    "reading",
    Column("id", Id, primary_key=True),
    ref("round_id", "round.id"),
    ref("target_id", "target.id"),
    Column("at", Moment, nullable=False),
    ref("problem_id", "phrase.id", nullable=True),
    ref("info_id", "phrase.id", nullable=True),
    ref("missing_id", "phrase.id", nullable=True),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Index("ix_reading_round_id_position", "round_id", "position", unique=True),
    Index(None, "target_id", "at"),
)

sample = table(
    "sample",
    ref("reading_id", "reading.id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    ref("metric_id", "metric.id"),
    ref("labels_id", "phrase.id", nullable=True),
    Column("value", Double, nullable=False),
    clustered=True,
)

event = table(
    "event",
    Column("id", Id, primary_key=True),
    ref("target_id", "target.id"),
    Column("kind", String(64), nullable=False),
    Column("event_key", String(NAME), nullable=False),
    Column("title", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("url", Text, nullable=False),
    ref("reading_id", "reading.id"),
    UniqueConstraint("target_id", "kind", "event_key"),
    Index(None, "reading_id"),
)

daily_count = table(
    "daily_count",
    ref("target_id", "target.id", primary_key=True),
    Column("series", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    ref("round_id", "round.id", nullable=True),
    Index(None, "round_id"),
    clustered=True,
)

mark = table(
    "mark",
    ref("target_id", "target.id", primary_key=True),
    Column("name", String(NAME), primary_key=True),
    Column("value", Text, nullable=False),
    clustered=True,
)
