"""How much is kept and how long, the same in every store."""

from datetime import timedelta

LONGEST_LEASE = timedelta(minutes=5)
"""A right to deliver that lasts longer than this was given by a clock that has since been set back."""
MOST_REFUSALS = 10_000
"""Refusals kept altogether; the oldest go first."""
