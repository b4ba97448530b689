"""Where alerts stand, and who wants to hear nothing."""

from sqlalchemy import Column, Integer, String, Text

from colter.store.columns import Moment
from colter.store.tables.making import NAME, ref, table

alert_state = table(
    "alert_state",
    ref("target_id", "target.id", primary_key=True),
    Column("rule", String(NAME), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("tally", Integer, nullable=False),
    Column("incident", String(NAME)),
    Column("sequence_no", Integer, nullable=False),
    Column("memory", Text),  # not `NOT NULL`: MySQL has no default for a text, which rows of before would need
    clustered=True,
)

silence = table(
    "silence",
    Column("silence_key", String(NAME), primary_key=True),
    Column("name", String(NAME), nullable=False),
    Column("begins", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("note", Text, nullable=False),
    clustered=True,
)
