"""`colter alerts simulate`: what would have been sent, by these rules, of what was measured."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.window import Moment, Until, WindowOptions, since_option

if TYPE_CHECKING:
    from colter.app.alerting.simulate import Replayed
    from colter.app.alerting.simulated_channels import Sent
    from colter.app.delivering.transfer import HistoryWindow
    from colter.app.runtime import Runtime
    from colter.core.model import Target

_BACK = Moment("30d", back=timedelta(days=30))

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="Only what is about these endpoints, @TAG, or targets such as 'github:me/*'; none: all.",
    ),
]
Since = Annotated[Moment | None, since_option("30d")]
Format = Annotated[str | None, options.format_option(options.LIST_FORMATS)]


def command(
    ctx: typer.Context,
    names: Names = None,
    *,
    since: Since = None,
    until: Until = None,
    format_: Format = None,
    file: options.File = None,
) -> None:
    """Show what would have been sent.

    The history is replayed through the rules as they are now; nothing is sent, and nothing kept. With another
    configuration (-c) it tells beforehand what a change of the rules would bring.

    Examples:
      colter alerts simulate
      colter alerts simulate --since 7d api @prod
      colter alerts simulate -c stricter.yaml -f json
    """
    from colter.cli.render.output import check_file, choose_format, deliver

    context = Context.of(ctx)
    chosen = choose_format(context, format_, file, options.LIST_FORMATS)
    check_file(file)
    asked = WindowOptions(since or _BACK, until, ()).read(context.clock.now(), ())
    sent, done = context.run(lambda: _simulate(context, asked, names or ()))
    deliver(context, _page(context, chosen, asked, sent, done), file)
    _say(context, sent, done)


async def _simulate(
    context: Context, asked: "HistoryWindow", names: Sequence[str]
) -> "tuple[Sequence[Sent], Replayed]":
    from colter.app.alerting import simulate
    from colter.app.alerting.plan import read_plan
    from colter.app.delivering.transfer import count_entries

    done = simulate.Replayed()
    async with context.open_runtime() as runtime:
        window = simulate.Scope(asked.since, asked.until, await _wanted(context, runtime, names))
        total = await count_entries(runtime.store, asked)

        def show() -> None:
            context.progress.show(f"replayed {done.looks:,} of {total:,}")

        plan = read_plan(context.settings.config)
        async with aclosing(simulate.simulate(runtime.store, plan, window, done, show)) as replay:
            sent = [each async for each in replay]
    context.progress.clear()
    return sent, done


async def _wanted(context: Context, runtime: "Runtime", names: Sequence[str]) -> "frozenset[Target] | None":
    from colter.app.naming import nameable

    if not names:
        return None
    known = nameable(context.settings.config, [status.target for status in await runtime.status()])
    return frozenset().union(*map(known.meant, names))


def _page(context: Context, format_: str, asked: "HistoryWindow", sent: "Sequence[Sent]", done: "Replayed") -> str:
    from colter.cli.render import machine, simulated, tables

    match format_:
        case "table" | "markdown":
            return tables.drawn(context, format_, simulated.sheets(sent))
        case "json":
            return machine.document(simulated.document(asked.since, asked.until, sent, done))
    return machine.rows(format_, [simulated.record(each) for each in sent], simulated.flat)


def _say(context: Context, sent: "Sequence[Sent]", done: "Replayed") -> None:
    from colter.cli.render import simulated

    if not done.looks:
        context.say("colter: nothing was measured in that time\n  hint: colter probe; colter track all")
        return
    context.say(f"colter: {simulated.summary(sent, done)}")
