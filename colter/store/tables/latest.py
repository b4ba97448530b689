"""The newest of everything, so that nobody has to look for it."""

from sqlalchemy import Column, Double, Index, Integer, String

from colter.store.columns import Moment
from colter.store.tables.making import ref, table

last_reading = table(
    "last_reading",
    ref("target_id", "target.id", primary_key=True),
    Column("at", Moment, nullable=False),
    ref("reading_id", "reading.id"),
    ref("good_reading_id", "reading.id", nullable=True),
    Index(None, "reading_id"),
    Index(None, "good_reading_id"),
)

last_number = table(
    "last_number",
    ref("target_id", "target.id", primary_key=True),
    ref("metric_id", "metric.id", primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Double, nullable=False),
    Column("previous", Double),
    clustered=True,
)

last_result = table(
    "last_result",
    ref("target_id", "target.id", primary_key=True),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    ref("round_id", "round.id"),
    Column("position", Integer, nullable=False),
    Index(None, "round_id"),
)
