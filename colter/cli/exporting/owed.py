"""`colter export` without a window: delivers now what sinks have not taken yet."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.delivery_progress import DeliveryProgress
from colter.cli.outcome import tell_error
from colter.core.errors import ColterError, ConfigError, ExitCode, worst
from colter.core.units import format_amount

if TYPE_CHECKING:
    from colter.core.model import Owing


def deliver_owed(context: Context, sinks: Sequence[str], patience: timedelta) -> ExitCode:
    """Deliver what is owed to these, or to every sink that is set up; says what has arrived and what has not."""
    from colter.app.registry import check_sinks, configured_sinks

    names = sinks or configured_sinks(context.settings)
    check_sinks(names, context.settings)
    if not names:
        raise ConfigError(
            "no sink is set up, so there is nothing to deliver to",
            hint="docs/exports.md; or write the history into a file: colter export --file history.jsonl",
        )
    progress = DeliveryProgress(context)
    problems: list[ColterError] = []
    owing = context.run(lambda: _deliver(context, names, patience, progress, problems))
    for name in names:
        _tell(context, name, progress.counts.get(name), owing.get(name))
    for problem in problems:
        tell_error(problem, context)
    left = [ExitCode.UNDELIVERED for name in names if name in owing and owing[name].deliveries]
    return worst([*left, *(problem.exit_code for problem in problems)])


async def _deliver(
    context: Context, names: Sequence[str], patience: timedelta, progress: DeliveryProgress, problems: list[ColterError]
) -> "dict[str, Owing]":
    async with context.open_runtime() as runtime:
        await runtime.deliver(names, patience=patience, arrived=progress)
        problems += runtime.problems
        return {owing.to: owing for owing in await runtime.store.owing() if owing.lane == "sink"}


def _tell(context: Context, name: str, arrived: int | None, owing: "Owing | None") -> None:
    """`arrived`: how many entries; 0: a display has taken the newest state; None: nothing."""
    sent = "nothing" if arrived is None else format_amount(arrived, "measurement") if arrived else "the newest state"
    left = f"{owing.entries:,} still owed" if owing and owing.deliveries else "nothing is owed any more"
    context.say(f"colter: {name}: {sent} sent, {left}")
