"""How much is kept and how long, the same in every store."""

from datetime import timedelta

LONGEST_LEASE = timedelta(minutes=5)
"""A right to deliver that lasts longer than this was given by a clock that has since been set back."""
AHEAD = timedelta(minutes=10)
"""What is dated so much later than now was seen by a clock that has since been set back: it is the newest no more."""
MOST_REFUSALS = 10_000
"""Refusals kept altogether; the oldest go first."""
MOST_DEAD_LETTERS = 1_000
"""Notifications that were given up, kept altogether; the oldest go first."""
ARRIVED_KEPT = timedelta(days=30)
"""Notifications that have arrived are kept so long; longer, where an open incident needs them."""
SILENCES_KEPT = timedelta(days=30)
"""Silences that are over are kept so long."""
MOST_TRANSFERS = 100
"""Exports that were begun and are not done, kept altogether; those of the oldest windows go first."""
