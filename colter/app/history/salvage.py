"""A damaged history: a daemon moves it aside and begins a new one. Nothing of the old one is deleted."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from colter.app.alerting.lock import Lock
from colter.core.clock import Clock
from colter.core.errors import DamagedError, StateError
from colter.store.sql import SqlStore

log = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=30)
"""How long to wait for commands to end."""
_BESIDE = ("-wal", "-shm", "")
"""The log goes first: left beside a new history, it would be read into that."""


async def open_or_begin_anew(store: SqlStore, path: Path, clock: Clock) -> str | None:
    """Open the history after a look at all of it; a damaged one is moved aside first.

    Returns:
        What there is to tell about that; None: all is sound.

    Raises:
        BusyError: it is damaged, and another Colter is at work with it.
        StateError: it cannot be used or moved.
    """
    if await _damage(store) is None:
        return None
    lock = Lock(path.parent, clock)
    if not await lock.acquire(_PATIENCE, for_life=True):
        raise lock.busy()
    try:
        damage = await _damage(store)
        if damage is None:  # another daemon was quicker
            return None
        aside = _move_aside(path, clock.now())
        log.error("%s: it was moved to %s, and a new history begins", damage, aside)
        await store.open()
    finally:
        lock.release()
    return f"it was moved to {aside.name}, and a new one begins"


async def _damage(store: SqlStore) -> DamagedError | None:
    """Open it and look through it. If it is damaged, it is closed again, and the reason returned."""
    try:
        await store.open()
        await store.examine()
        for read in (store.alert_states, store.silences, store.last_beats, store.status, store.owing):
            await read()  # what cannot be understood would end every daemon anew
    except DamagedError as error:
        await store.close()
        return error
    return None


def _move_aside(path: Path, now: datetime) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{now:%Y-%m-%dT%H%M%SZ}")
    for end in _BESIDE:
        try:
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StateError(
                f"{path} is damaged and cannot be moved: {error.strerror}", hint="move it away by hand"
            ) from error
    return aside
