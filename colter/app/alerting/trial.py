"""For `colter alerts test`: sends channels a message that says it is only a test."""

import asyncio
import logging
import platform
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from colter.app.cycle import bug
from colter.core.clock import Clock
from colter.core.errors import ColterError, LockedError
from colter.core.message import Message, MessageKind
from colter.core.ports import Notifier

log = logging.getLogger(__name__)


def trial_message(channel: str, clock: Clock) -> Message:
    """What a channel is sent, with a key of its own every time."""
    return Message(
        key=f"test:{secrets.token_hex(16)}:{channel}",
        kind=MessageKind.TEST,
        title=f"Test from colter on {platform.node()}",
        at=clock.now(),
        lines=[
            f"This is only a test of the channel {channel}.",
            "Nothing has happened, and there is nothing to do.",
        ],
    )


async def try_channels(
    names: Sequence[str], make: Callable[[str], Awaitable[Notifier]], clock: Clock
) -> Mapping[str, ColterError | None]:
    """Send each channel a test, all at once; nothing is kept, and nothing is tried again.

    Args:
        names: of the channels.
        make: makes a channel by its name.
        clock: the time.

    Returns:
        By channel why it did not take it, or None.
    """
    async with AsyncExitStack() as stack:
        # First all are made: that may ask for the master password, and meanwhile no deadline of another one may run.
        made = [(name, await _made(name, make, stack)) for name in names]
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(_try(name, notifier, clock)) for name, notifier in made}
        return {name: task.result() for name, task in tasks.items()}


async def _made(name: str, make: Callable[[str], Awaitable[Notifier]], stack: AsyncExitStack) -> Notifier | ColterError:
    try:
        notifier = await make(name)
    except LockedError as error:  # it does not say what was locked
        return LockedError(f"{name}: {error}", hint=error.hint)
    except ColterError as error:
        return error
    except Exception as error:  # the plugin border: a bug in one channel must not cost the others their test
        return bug(name, error)
    stack.push_async_callback(notifier.close)
    return notifier


async def _try(name: str, notifier: Notifier | ColterError, clock: Clock) -> ColterError | None:
    if isinstance(notifier, ColterError):
        return notifier
    try:
        await notifier.send(trial_message(name, clock))
    except ColterError as error:
        log.info("%s: has not taken a test: %s", name, error)
        return error
    except Exception as error:  # the same border
        return bug(name, error)
    log.info("%s: has taken a test", name)
    return None
