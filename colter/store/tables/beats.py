"""What jobs have reported."""

from sqlalchemy import BigInteger, Column, Integer, SmallInteger, String, Text

from colter.store.columns import Moment
from colter.store.tables.making import NAME, table

# Two rows for each job: its last start, and its last end.
beat = table(
    "beat",
    Column("endpoint", String(NAME), primary_key=True),
    Column("ended", SmallInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ran_ms", BigInteger),
    Column("exit_code", Integer),
    Column("said", Text, nullable=False),
    clustered=True,
)
