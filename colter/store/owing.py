"""What is owed to whom, counted."""

from collections.abc import Sequence
from typing import Any

from colter.core.model import Lane, Owing
from colter.store.moments import from_ms
from colter.store.plain import Execute

_OWED = """
SELECT outbox.lane, outbox.recipient, count(*), sum(coalesce(round.entries, 1)), min(outbox.created)
FROM outbox
LEFT JOIN round ON outbox.round_key = round.round_key
WHERE outbox.settled IS NULL
GROUP BY outbox.lane, outbox.recipient
"""
_KNOWN = """
SELECT lane, name, problem, failures, retry_at, asked, dropped, refused
FROM recipient
WHERE failures + dropped + refused > 0
"""


def read_owing(execute: Execute) -> list[Owing]:
    """Everybody who is owed something or with whom something is or was wrong, ordered by lane and name."""
    owed = {(lane, to): counts for lane, to, *counts in execute(_OWED, ())}
    known = {(lane, to): how for lane, to, *how in execute(_KNOWN, ())}
    return [_owing(*who, owed.get(who), known.get(who)) for who in sorted(owed.keys() | known.keys())]


def _owing(lane: Lane, to: str, owed: Sequence[Any] | None, known: Sequence[Any] | None) -> Owing:
    deliveries, entries, since = owed or (0, 0, None)
    problem, failures, retry_at, asked, dropped, refused = known or (None, 0, None, 0, 0, 0)
    return Owing(
        lane,
        to,
        deliveries,
        int(entries),
        None if since is None else from_ms(since),
        problem,
        failures,
        None if retry_at is None else from_ms(retry_at),
        bool(asked),
        dropped,
        refused,
    )
