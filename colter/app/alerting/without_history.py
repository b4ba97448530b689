"""Tells every channel once that the history is lost or cannot be used: by way of an outbox in memory."""

import logging
from contextlib import AsyncExitStack
from datetime import timedelta

from colter.app.alerting.alerting import open_alerting
from colter.app.settings_in_use import SettingsInUse
from colter.app.workshop import Workshop
from colter.config.settings import Settings
from colter.core.alerting.own_events import OwnEvent
from colter.core.clock import Clock
from colter.store.passing import PassingStore

log = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=5)
"""With a channel that does not take it at once."""


async def tell_without_history(settings: Settings, clock: Clock, kind: OwnEvent, what: str) -> None:
    """Tell every channel. One that does not take it within seconds is named in the log, and is not told later.

    Args:
        settings: say which channels there are.
        clock: the time.
        kind: the kind of what has happened.
        what: what has happened, clean.
    """
    async with AsyncExitStack() as stack:
        store = PassingStore(clock)
        workshop = Workshop(SettingsInUse(settings, ()), store, clock, stack)
        alerting = open_alerting(settings.config, store, clock, None, make=workshop.notifier, rhythm=None)
        stack.push_async_callback(alerting.close)
        await alerting.take_charge()
        await alerting.happened(kind, what)
        for problem in await alerting.tell(_PATIENCE):
            log.error("nobody could be told of it there: %s", problem)
