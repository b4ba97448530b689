"""What is owed to sinks and channels."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Text, text

from colter.store.columns import Moment
from colter.store.tables.making import NAME, Id, ref, table

outbox = table(
    "outbox",
    Column("id", Id, primary_key=True),
    Column("delivery_key", String(NAME), nullable=False, unique=True),
    Column("lane", String(16), nullable=False),
    Column("recipient", String(NAME), nullable=False),
    Column("due", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("round_key", String(NAME), ForeignKey("round.round_key")),
    Column("last_error", Text),
    Column("settled", Moment),
    Column("message", Id),  # row of the first of those that arrived together
    Index(None, "lane", "recipient", "settled"),
    Index(None, "round_key"),  # looked through for every round that is packed or retired
)

recipient = table(
    "recipient",
    Column("lane", String(16), primary_key=True),
    Column("name", String(NAME), primary_key=True),
    Column("holder", String(NAME)),
    Column("held_until", Moment),
    Column("problem", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", Moment),
    Column("asked", SmallInteger, nullable=False, server_default=text("0")),
    Column("dropped", BigInteger, nullable=False, server_default=text("0")),
    Column("refused", BigInteger, nullable=False, server_default=text("0")),
    clustered=True,
)

refusal = table(
    "refusal",
    Column("id", Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    Column("recipient", String(NAME), nullable=False),
    Column("round_key", String(NAME), nullable=False),
    ref("target_id", "target.id"),
    Column("at", Moment, nullable=False),
    Column("item", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

transfer = table(
    "transfer",
    Column("transfer_key", String(767), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("after_key", String(NAME)),
    Column("sent", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    clustered=True,
)
