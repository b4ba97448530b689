"""`colter forget`: nothing is known any more of what is not watched any more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.context import Context
from colter.cli.lines import harmless
from colter.core.errors import UsageError
from colter.core.units import format_amount

if TYPE_CHECKING:
    from colter.core.model import Holding

Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE:NAME...",
        help="Targets as `colter status` shows them: probe:api, pypi:requests, github:owner/name.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be forgotten, and forget nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Also what is still configured, or owed to a sink.")]


def command(
    ctx: typer.Context, names: Targets, *, yes: Yes = False, dry_run: DryRun = False, force: Force = False
) -> None:
    """Forget targets that are not watched any more.

    All of their history goes: results, readings, uptime, outages, and what is remembered of alerts about them. What
    sinks and channels were told stays with these. A daemon may go on beside it.

    Examples:
      colter forget probe:old-api
      colter forget pypi:left-pad github:me/sandbox --dry-run
      colter forget probe:api --force --yes
    """
    context = Context.of(ctx)
    found = context.run(lambda: _find(context, names, force=force))
    if dry_run:
        context.write("".join(f"{_told(holding)}: would be forgotten\n" for holding in found))
    elif yes or _agreed(context, found):
        context.run(lambda: _forget(context, found))


async def _find(context: Context, names: Sequence[str], *, force: bool) -> "Sequence[Holding]":
    from colter.app.history.forgetting import check, find
    from colter.app.watched_targets import WatchedTargets

    settings = context.settings
    async with context.open_runtime() as runtime:
        found = await find(runtime.store, names)
    watched = WatchedTargets(settings.config)
    for holding in found if not force else ():
        check(watched, holding)
    return found


async def _forget(context: Context, found: "Sequence[Holding]") -> None:
    from colter.cli.completing.names import keep_targets

    async with context.open_runtime() as runtime:
        for holding in found:
            gone, total = 0, holding.readings + holding.results
            async for more in runtime.store.forget(holding.target):
                gone += more
                context.progress.show(harmless(f"{holding.target}: {gone:,} of {total:,} measurements forgotten"))
            context.write(f"{_told(holding)}: forgotten\n")
        left = [status.target for status in await runtime.store.status()]
    keep_targets(context.settings, context.state_dir, left)


def _agreed(context: Context, found: "Sequence[Holding]") -> bool:
    if context.no_input:
        raise UsageError("forget: nobody can be asked whether that is meant", hint="--yes says that it is")
    for holding in found:
        context.warn(_told(holding))
    agreed = context.agrees("Forget all of it, for good?")
    if not agreed:
        context.say("colter: nothing was forgotten")
    return agreed


def _told(holding: "Holding") -> str:
    """Such as `probe:api: 43,200 results`."""
    amounts = [(holding.readings, "reading"), (holding.results, "result")]
    told = " and ".join(format_amount(count, what) for count, what in amounts if count)
    return harmless(f"{holding.target}: {told or 'no measurements'}")
