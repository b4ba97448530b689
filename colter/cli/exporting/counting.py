"""`--dry-run`: how much would be sent or written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.window import WindowOptions
from colter.core.units import format_amount

if TYPE_CHECKING:
    from colter.app.delivering.transfer import HistoryWindow
    from colter.core.model import Owing


def count_history(context: Context, window: WindowOptions) -> None:
    """Say how many measurements the window has."""
    asked = window.read(context.clock.now(), ())
    context.say(f"colter: {format_amount(context.run(lambda: _count(context, asked)), 'measurement')}")


def count_owed(context: Context, sinks: Sequence[str]) -> None:
    """Say how many measurements are owed to these sinks, or to all."""
    owing = [each for each in context.run(lambda: _owing(context)) if each.lane == "sink" and each.deliveries]
    for each in owing:
        if not sinks or each.to in sinks:
            context.say(f"colter: {each.to}: {format_amount(each.entries, 'measurement')} owed")
    if not owing:
        context.say("colter: nothing is owed")


async def _count(context: Context, asked: "HistoryWindow") -> int:
    from colter.app.delivering.transfer import count_entries

    async with context.open_runtime() as runtime:
        return await count_entries(runtime.store, asked)


async def _owing(context: Context) -> "Sequence[Owing]":
    async with context.open_runtime() as runtime:
        return await runtime.store.owing()
