"""Counts what was measured but is not counted yet, so that a report is complete up to the last look."""

from collections.abc import Callable

from colter.core.errors import StateError
from colter.core.ports import Store
from colter.core.uptime.pace import Paces

_STEP = 20_000
"""Most results at once: so often it is told how far it is, and may be interrupted."""

Counted = Callable[[int, int], None]
"""Told how many results were counted by now, and how many there are to count, more or less."""


async def count_up(store: Store, paces: Paces, counted: Counted) -> StateError | None:
    """Count until everything is counted; harmless beside a daemon that does the same.

    Args:
        store: the history.
        paces: what a look at an endpoint stands for.
        counted: told how far it is.

    Returns:
        Why not everything could be counted; what was counted by then stands.
    """
    total = 0
    try:
        waiting = await store.uncounted()
        while done := await store.roll_up(paces, most=_STEP):
            total += done
            counted(total, max(waiting, total))
    except StateError as error:
        return error
    return None
