"""`colter alerts list`: what fires, what is silent, what was not delivered."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.core.units import format_age, format_amount

if TYPE_CHECKING:
    from colter.app.alerting.overview import Overview

_WITH_SILENCES = ("table", "markdown")

Format = Annotated[str | None, options.format_option(options.LIST_FORMATS)]
All = Annotated[bool, typer.Option("--all", help="Also what has only begun to fail, and nobody is told of yet.")]
Undelivered = Annotated[
    bool, typer.Option("--undelivered", help="Notifications that have not arrived, and those that never will.")
]


def command(
    ctx: typer.Context,
    *,
    all_: All = False,
    undelivered: Undelivered = False,
    format_: Format = None,
    file: options.File = None,
) -> None:
    """Show what fires, since when, who was told, and what is silent.

    Read from the history, without any network and password. JSON has it all, undelivered notifications too.

    Examples:
      colter alerts list
      colter alerts list --all -f json
      colter alerts list --undelivered
    """
    from colter.cli.render.output import check_file, choose_format, deliver

    context = Context.of(ctx)
    chosen = choose_format(context, format_, file, options.LIST_FORMATS)
    check_file(file)
    overview = context.run(lambda: _survey(context))
    if not all_:
        overview = replace(overview, alerts=[alert for alert in overview.alerts if alert.open])
    deliver(context, _page(context, chosen, overview, undelivered=undelivered), file)
    if undelivered:
        if not overview.unheard:
            context.say("colter: everything was delivered")
    elif chosen != "json":
        _say_the_rest(context, overview, chosen)


async def _survey(context: Context) -> "Overview":
    from colter.app.alerting.overview import survey
    from colter.app.alerting.plan import read_plan
    from colter.app.history.opening import open_to_look

    settings, clock = context.settings, context.clock
    async with open_to_look(settings, clock, context.state_dir) as store:
        return await survey(store, read_plan(settings.config), clock.now())


def _page(context: Context, format_: str, overview: "Overview", *, undelivered: bool) -> str:
    from colter.cli.render import alerts as render
    from colter.cli.render import machine, tables

    match format_, undelivered:
        case "json", _:
            return machine.document(render.document(overview))
        case (("table" | "markdown"), False):
            return tables.drawn(context, format_, render.sheets(overview))
        case (("table" | "markdown"), True):
            return tables.drawn(context, format_, render.unheard_sheets(overview))
        case _, False:
            return machine.rows(format_, [render.alert_record(each) for each in overview.alerts], render.flat_alerts)
    return machine.rows(format_, [render.unheard_record(each) for each in overview.unheard], lambda records: records)


def _say_the_rest(context: Context, overview: "Overview", format_: str) -> None:
    """What the result has no place for."""
    if not overview.alerts:
        context.say("colter: nothing fires")
    if format_ not in _WITH_SILENCES:
        for each in overview.quiet:
            context.say(f"colter: {each.name}: silent for another {format_age(each.ends - overview.at)} ({each.kind})")
    if overview.unheard:
        given_up = sum(each.given_up for each in overview.unheard)
        waiting = format_amount(len(overview.unheard) - given_up, "notification")
        context.say(
            f"colter: {waiting} not delivered yet, {given_up} given up\n  hint: colter alerts list --undelivered"
        )
