"""What results come to in stretches of time."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from colter.store.columns import Moment
from colter.store.tables.making import Id, ref, table


def _tally(name: str) -> Table:
    """What the results of one endpoint come to in one stretch of time."""
    counts = ("up", "degraded", "down", "unknown", "outages", "blips")
    times = ("up_ms", "degraded_ms", "down_ms", "blip_ms", "maintenance_ms")
    return table(
        name,
        ref("target_id", "target.id", primary_key=True),
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
running_tally = table(
    "running_tally",
    ref("target_id", "target.id", primary_key=True),
    Column("round_id", Id, nullable=False, autoincrement=False),  # the last one that is counted, results or not
    Column("memory", Text, nullable=False),
    clustered=True,
)

outage = table(
    "outage",
    ref("target_id", "target.id", primary_key=True),
    Column("started", Moment, primary_key=True),
    Column("ended", Moment),
    Column("reason", String(32)),
    Column("looks", Integer, nullable=False),
    clustered=True,
)
