"""What was found of endpoints."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Text

from colter.store.columns import Moment
from colter.store.tables.making import Id, ref, table

outcome = table(
    "outcome",
    Column("id", Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    ref("target_id", "target.id"),
    Column("url", Text, nullable=False),
    Column("group_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32)),
    Column("status_code", SmallInteger),
    Column("http_version", String(16)),
    Column("ip", String(64)),
    Column("redirects", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("certificate_expires", Moment),
)

# Clustered by round, so that rows are only ever appended: full pages, and no second index to keep.
probe_result = table(
    "probe_result",
    ref("round_id", "round.id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    ref("outcome_id", "outcome.id"),
    Column("at_offset_ms", BigInteger, nullable=False),
    Column("latency_us", BigInteger),
    Column("resolve_us", BigInteger),
    Column("connect_us", BigInteger),
    Column("tls_us", BigInteger),
    Column("processing_us", BigInteger),
    Column("transfer_us", BigInteger),
    Column("size", BigInteger),
    Column("detail", Text),  # not in the outcome: `the answer took 1234 ms` is another one each time
    clustered=True,
)

# Old rounds that hold nothing but results, many in one; the row has the number of its first round.
pack = table(
    "pack",
    Column("id", Id, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("body", LargeBinary(2**24 - 1), nullable=False),
    Index(None, "since", "until"),
)
