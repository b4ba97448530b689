"""The tables of the history: one schema that SQLite, PostgreSQL and MySQL/MariaDB can all hold.

Hence: no reserved words of any of them as names, a length for every text in a key (utf8mb4 allows 768 characters),
times and counts in 64 bits. Repeated texts are kept once (`phrase`, `outcome`), so that a probe result is a row of
small numbers. What each table is for is told in docs/history.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from colter.store.columns import Moment

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

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself in INTEGER columns only


def _table(name: str, *parts: SchemaItem, clustered: bool = False) -> Table:
    """A table; a clustered one lies on the disk in the order of its primary key, as on MySQL all do."""
    return Table(
        name,
        metadata,
        *parts,
        sqlite_with_rowid=not clustered,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def _ref(name: str, to: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, _Id, ForeignKey(to), primary_key=primary_key, nullable=nullable, autoincrement=False)


round_ = _table(
    "round",
    Column("id", _Id, primary_key=True),
    Column("round_key", String(NAME), nullable=False, unique=True),
    Column("started", Moment, nullable=False),
    Column("finished", Moment, nullable=False, index=True),
    Column("machine", String(NAME), nullable=False, server_default=text("''")),
    Column("complete", String(NAME), nullable=False, server_default=text("''")),
    Column("entries", Integer, nullable=False, server_default=text("0")),
)

target = _table(
    "target",
    Column("id", _Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("name", String(NAME), nullable=False),
    Column("identity", String(NAME)),
    UniqueConstraint("source", "identity"),
)

target_name = _table(
    "target_name",
    Column("source", String(32), primary_key=True),
    Column("name", String(NAME), primary_key=True),
    _ref("target_id", "target.id"),
    clustered=True,
)

metric = _table(
    "metric",
    Column("id", _Id, primary_key=True),
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

phrase = _table(
    "phrase",
    Column("id", _Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    Column("body", Text, nullable=False),
)

reading = _table(
    "reading",
    Column("id", _Id, primary_key=True),
    _ref("round_id", "round.id"),
    _ref("target_id", "target.id"),
    Column("at", Moment, nullable=False),
    _ref("problem_id", "phrase.id", nullable=True),
    _ref("info_id", "phrase.id", nullable=True),
    _ref("missing_id", "phrase.id", nullable=True),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Index("ix_reading_round_id_position", "round_id", "position", unique=True),
    Index(None, "target_id", "at"),
)

sample = _table(
    "sample",
    _ref("reading_id", "reading.id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _ref("metric_id", "metric.id"),
    _ref("labels_id", "phrase.id", nullable=True),
    Column("value", Double, nullable=False),
    clustered=True,
)

event = _table(
    "event",
    Column("id", _Id, primary_key=True),
    _ref("target_id", "target.id"),
    Column("kind", String(64), nullable=False),
    Column("event_key", String(NAME), nullable=False),
    Column("title", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("url", Text, nullable=False),
    _ref("reading_id", "reading.id"),
    UniqueConstraint("target_id", "kind", "event_key"),
    Index(None, "reading_id"),
)

daily_count = _table(
    "daily_count",
    _ref("target_id", "target.id", primary_key=True),
    Column("series", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    _ref("round_id", "round.id", nullable=True),
    Index(None, "round_id"),
    clustered=True,
)

mark = _table(
    "mark",
    _ref("target_id", "target.id", primary_key=True),
    Column("name", String(NAME), primary_key=True),
    Column("value", Text, nullable=False),
    clustered=True,
)

outcome = _table(
    "outcome",
    Column("id", _Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    _ref("target_id", "target.id"),
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
probe_result = _table(
    "probe_result",
    _ref("round_id", "round.id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _ref("outcome_id", "outcome.id"),
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

last_reading = _table(
    "last_reading",
    _ref("target_id", "target.id", primary_key=True),
    Column("at", Moment, nullable=False),
    _ref("reading_id", "reading.id"),
    _ref("good_reading_id", "reading.id", nullable=True),
    Index(None, "reading_id"),
    Index(None, "good_reading_id"),
)

last_number = _table(
    "last_number",
    _ref("target_id", "target.id", primary_key=True),
    _ref("metric_id", "metric.id", primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Double, nullable=False),
    Column("previous", Double),
    clustered=True,
)

last_result = _table(
    "last_result",
    _ref("target_id", "target.id", primary_key=True),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    _ref("round_id", "round.id"),
    Column("position", Integer, nullable=False),
    Index(None, "round_id"),
)

alert_state = _table(
    "alert_state",
    _ref("target_id", "target.id", primary_key=True),
    Column("rule", String(NAME), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("tally", Integer, nullable=False),
    Column("incident", String(NAME)),
    Column("sequence_no", Integer, nullable=False),
    Column("memory", Text),  # not `NOT NULL`: MySQL has no default for a text, which rows of before would need
    clustered=True,
)

outbox = _table(
    "outbox",
    Column("id", _Id, primary_key=True),
    Column("delivery_key", String(NAME), nullable=False, unique=True),
    Column("lane", String(16), nullable=False),
    Column("recipient", String(NAME), nullable=False),
    Column("due", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("round_key", String(NAME), ForeignKey("round.round_key")),
    Column("last_error", Text),
    Column("settled", Moment),
    Column("message", _Id),  # row of the first of those that arrived together
    Index(None, "lane", "recipient", "settled"),
    Index(None, "round_key"),  # looked through for every round that is packed or retired
)

recipient = _table(
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

refusal = _table(
    "refusal",
    Column("id", _Id, primary_key=True),
    Column("digest", String(32), nullable=False, unique=True),
    Column("recipient", String(NAME), nullable=False),
    Column("round_key", String(NAME), nullable=False),
    _ref("target_id", "target.id"),
    Column("at", Moment, nullable=False),
    Column("item", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

transfer = _table(
    "transfer",
    Column("transfer_key", String(767), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("after_key", String(NAME)),
    Column("sent", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    clustered=True,
)


def _tally(name: str) -> Table:
    """What the results of one endpoint come to in one stretch of time."""
    counts = ("up", "degraded", "down", "unknown", "outages", "blips")
    times = ("up_ms", "degraded_ms", "down_ms", "blip_ms", "maintenance_ms")
    return _table(
        name,
        _ref("target_id", "target.id", primary_key=True),
        Column("begins", Moment, primary_key=True),
        *(Column(count, Integer, nullable=False) for count in counts),
        *(Column(time, BigInteger, nullable=False) for time in times),
        Column("latency_sum_us", BigInteger, nullable=False),
        Column("fastest_us", BigInteger),
        Column("slowest_us", BigInteger),
        Column("sketch", LargeBinary(65535), nullable=False),
        clustered=True,
    )


hourly_tally = _tally("hourly_tally")
daily_tally = _tally("daily_tally")

# How far the counting of an endpoint has come: its last look, and what is not confirmed yet.
running_tally = _table(
    "running_tally",
    _ref("target_id", "target.id", primary_key=True),
    Column("round_id", _Id, nullable=False, autoincrement=False),  # the last one that is counted, results or not
    Column("memory", Text, nullable=False),
    clustered=True,
)

outage = _table(
    "outage",
    _ref("target_id", "target.id", primary_key=True),
    Column("started", Moment, primary_key=True),
    Column("ended", Moment),
    Column("reason", String(32)),
    Column("looks", Integer, nullable=False),
    clustered=True,
)

# Old rounds that hold nothing but results, many in one; the row has the number of its first round.
pack = _table(
    "pack",
    Column("id", _Id, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("body", LargeBinary(2**24 - 1), nullable=False),
    Index(None, "since", "until"),
)

# How far each task of upkeep has come: the last round that it has seen.
upkeep = _table(
    "upkeep",
    Column("task", String(32), primary_key=True),
    Column("round_id", _Id, nullable=False, autoincrement=False),
    clustered=True,
)

silence = _table(
    "silence",
    Column("silence_key", String(NAME), primary_key=True),
    Column("name", String(NAME), nullable=False),
    Column("begins", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("note", Text, nullable=False),
    clustered=True,
)

# Two rows for each job: its last start, and its last end.
beat = _table(
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

cache = _table(
    "cache",
    Column("cache_key", String(767), primary_key=True),
    Column("validator", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("fresh_until", Moment, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary(2**24 - 1), nullable=False),
    Index(None, "kept_at", "size"),
)
