"""What all commands that measure have in common: what is measured is kept and exported, as the options say."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colter.cli.context import Context
from colter.cli.delivery_progress import DeliveryProgress
from colter.cli.options import split_commas
from colter.cli.outcome import Seen

if TYPE_CHECKING:
    from colter.app.runtime import Runtime

_PATIENCE = timedelta(seconds=30)
"""How long a command goes on with a sink that takes nothing; what is owed then waits for the next one."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """When a command does upkeep of the history: counting, packing, deleting what is old."""

    least: int
    """So many measurements must wait for it."""
    patience: timedelta
    """For so long at most; what is left waits for the next time."""


_IF_MUCH = Upkeep(5_000, timedelta(seconds=0.5))
"""A history that only cron jobs feed must not wait for a daemon that never comes."""
ALWAYS = Upkeep(0, timedelta(seconds=5))


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where measurements go beside the screen."""

    sinks: tuple[str, ...]
    keep: bool

    def hides_result(self, context: Context, format_: str | None, file: Path | None) -> bool:
        """With `-q -o SINK` and nothing else that asks for it, the result is for the sink alone."""
        return bool(self.sinks) and context.options.quiet and format_ is None and file is None


def read_destinations(output: Sequence[str] | None, *, dry_run: bool, no_store: bool) -> Destinations:
    """As `-o`, `--dry-run` and `--no-store` say."""
    return Destinations(() if dry_run else split_commas(output or ()), keep=not (dry_run or no_store))


@asynccontextmanager
async def measuring(
    context: Context, destinations: Destinations, seen: Seen[Any], *, upkeep: Upkeep = _IF_MUCH
) -> "AsyncIterator[Runtime]":
    """An open runtime; when the work in it is done, the sinks are brought what they are owed.

    Then the history is taken care of, as `upkeep` says, unless there is a daemon that does.

    Raises:
        ConfigError: a sink is not set up; nothing was measured.
    """
    from colter.app.alerting.lock import Lock
    from colter.app.registry import check_sinks
    from colter.app.runtime import open_runtime

    check_sinks(destinations.sinks, context.settings)
    state_dir = context.state_dir if destinations.keep else None
    async with open_runtime(
        context.settings, context.clock, state_dir=state_dir, sinks=destinations.sinks, alerts=True, if_full="forget"
    ) as runtime:
        seen.problems = runtime.problems
        yield runtime
        await deliver(context, runtime, destinations.sinks)
        if destinations.keep and Lock(context.state_dir, context.clock).daemon() is None:
            await runtime.tend(upkeep.patience, least=upkeep.least)


async def deliver(context: Context, runtime: "Runtime", sinks: Sequence[str], patience: timedelta = _PATIENCE) -> None:
    """Bring sinks what they are owed, and show how it goes."""
    await runtime.deliver(sinks, patience=patience, arrived=DeliveryProgress(context))
