"""The tables of the history: one schema that SQLite, PostgreSQL and MySQL/MariaDB can all hold.

Hence: no reserved words of any of them as names, a length for every text in a key (utf8mb4 allows 768 characters),
times and counts in 64 bits. Repeated texts are kept once (`phrase`, `outcome`), so that a probe result is a row of
small numbers. What each table is for is told in docs/history.md.
"""

from colter.store.tables.alerts import alert_state, silence
from colter.store.tables.beats import beat
from colter.store.tables.deliveries import outbox, recipient, refusal, transfer
from colter.store.tables.latest import last_number, last_reading, last_result
from colter.store.tables.making import NAME, metadata
from colter.store.tables.progress import upkeep
from colter.store.tables.readings import daily_count, event, mark, metric, reading, sample
from colter.store.tables.replies import cache
from colter.store.tables.results import outcome, pack, probe_result
from colter.store.tables.rounds import phrase, round_, target, target_name
from colter.store.tables.tallies import daily_tally, hourly_tally, outage, running_tally

__all__ = [
    "NAME",
    "alert_state",
    "beat",
    "cache",
    "daily_count",
    "daily_tally",
    "event",
    "hourly_tally",
    "last_number",
    "last_reading",
    "last_result",
    "mark",
    "metadata",
    "metric",
    "outage",
    "outbox",
    "outcome",
    "pack",
    "phrase",
    "probe_result",
    "reading",
    "recipient",
    "refusal",
    "round_",
    "running_tally",
    "sample",
    "silence",
    "target",
    "target_name",
    "transfer",
    "upkeep",
]
