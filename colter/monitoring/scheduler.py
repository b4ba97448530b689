"""The loop: what Colter's daemon does, in the event loop of another program."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pydantic import ConfigDict, validate_call

from colter.app.registry import configured_sinks
from colter.app.runtime import Runtime, open_runtime
from colter.app.watching.daemon import run_daemon
from colter.app.watching.plan import read_watch_plan
from colter.config.rhythm import longest_pause
from colter.core.clock import SystemClock
from colter.core.errors import ConfigError
from colter.core.units import format_amount
from colter.monitoring.config import DatabaseConfig, EmailConfig, MonitorConfig
from colter.monitoring.settings import make_settings

log = logging.getLogger(__name__)

_AT_ONCE = timedelta(0)
_LAST_WORDS = timedelta(seconds=4)
"""How long the end may take."""


@validate_call(config=ConfigDict(hide_input_in_errors=True))
async def scheduling_loop(monitor_config: MonitorConfig, email_config: EmailConfig, db_config: DatabaseConfig) -> None:
    """Watch all endpoints until this is cancelled: each at once, and then by `check_interval`.

    What the database or the mail server do not take is kept in memory, and tried again. At the end it is tried once
    more, for a few seconds at most; what is lost then is logged.

    Raises:
        ValueError: something in the configurations cannot be used.
    """
    clock = SystemClock()
    with _as_value_errors():
        settings = make_settings(monitor_config, email_config, db_config)
        plan = read_watch_plan(settings, soon=_AT_ONCE)
    sinks = configured_sinks(settings)
    async with open_runtime(settings, clock, state_dir=None, sinks=sinks, rhythm=longest_pause(plan.every)) as runtime:
        with _as_value_errors():
            await runtime.take_charge()
        try:
            await run_daemon(plan, runtime, clock)
        finally:
            await _deliver_rest(runtime)


async def _deliver_rest(runtime: Runtime) -> None:
    # Not `asyncio.timeout`: before Python 3.11.3 it does not work in a task that was cancelled, as this one was.
    work = asyncio.create_task(runtime.deliver(patience=_AT_ONCE))
    _, late = await asyncio.wait([work], timeout=_LAST_WORDS.total_seconds())
    if late:
        log.debug("not everything could be brought within %s", _LAST_WORDS)
        work.cancel()
        await asyncio.wait([work])
    for owing in await runtime.store.owing():
        if owing.deliveries:
            what = "measurement" if owing.lane == "sink" else "notification"
            why = owing.problem or "there was no time left"
            log.warning("%s: %s lost: %s", owing.to, format_amount(owing.entries, what), why)


@contextmanager
def _as_value_errors() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ValueError(str(error)) from error
