"""`--dry-run`: how much would be sent or written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.window import Window
from colter.core.units import format_amount

if TYPE_CHECKING:
    from colter.app.delivering.transfer import Asked
    from colter.core.model import Owing


def count_history(context: Context, window: Window) -> None:
    """Say how many measurements the window has."""
    asked = window.asked(context.clock.now(), ())
    context.say(f"colter: {format_amount(context.run(lambda: _count(context, asked)), 'measurement')}")


def count_owed(context: Context, sinks: Sequence[str]) -> None:
    """Say how many measurements are owed to these sinks, or to all."""
    owing = [each for each in context.run(lambda: _owing(context)) if each.lane == "sink" and each.deliveries]
    for each in owing:
        if not sinks or each.to in sinks:
            context.say(f"colter: {each.to}: {format_amount(each.entries, 'measurement')} owed")
    if not owing:
        context.say("colter: nothing is owed")


async def _count(context: Context, asked: "Asked") -> int:
    from colter.app.delivering.transfer import count_entries
    from colter.app.runtime import open_runtime

    async with open_runtime(context.settings, context.clock, state_dir=context.state_dir) as runtime:
        return await count_entries(runtime.store, asked)


async def _owing(context: Context) -> "Sequence[Owing]":
    from colter.app.runtime import open_runtime

    async with open_runtime(context.settings, context.clock, state_dir=context.state_dir) as runtime:
        return await runtime.store.owing()
