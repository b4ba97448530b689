"""`colter alerts silence`: hear nothing of something for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.lines import harmless
from colter.cli.render.moments import local
from colter.cli.window import read_time
from colter.core.errors import UsageError

if TYPE_CHECKING:
    from colter.app.alerting.silencing import Silenced

_LONGEST_NOTE = 200


def time(text: str) -> datetime:
    """A time as an option's value."""
    try:
        return read_time(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"expected a time such as 2026-05-04T18:00Z, got {text!r}") from None


Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...", help="Endpoints, @TAG, or targets such as 'github:me/*', where * stands for anything."
    ),
]
For = Annotated[
    timedelta | None,
    typer.Option("--for", metavar="DURATION", parser=options.limit, help="How long: 30m, 2h, 1d12h; a year at most."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=time, help="Until then: 2026-05-04, 2026-05-04T18:00+02:00."),
]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", show_default=False, help="Why; the list shows it.")]


def command(ctx: typer.Context, names: Names, for_: For = None, until: Until = None, note: Note = "") -> None:
    """Hear nothing of something for a while.

    Measuring goes on. It holds at once, for a running daemon too; what is silent already is silent until the new time
    instead. When it is over, you are told how things stand if that differs from what you were told last.

    Examples:
      colter alerts silence api --for 2h
      colter alerts silence @prod --until 2026-05-04T18:00+02:00 --note 'new switches'
      colter alerts silence 'github:me/*' --for 1d
    """
    from colter.core.text import clean

    context = Context.of(ctx)
    now = context.clock.now()
    ends = _end(now, for_, until)
    done = context.run(lambda: _silence(context, list(dict.fromkeys(names)), ends, clean(note, _LONGEST_NOTE), now))
    for each in done:
        before = f" (before: until {local(each.before.ends)})" if each.before else ""
        context.write(harmless(f"{each.now.name}: silent until {local(each.now.ends)}{before}") + "\n")


def _end(now: datetime, for_: timedelta | None, until: datetime | None) -> datetime:
    from colter.app.alerting.silencing import LONGEST

    if (for_ is None) is (until is None):
        raise UsageError("for how long?", hint="either --for 2h or --until 2026-05-04T18:00Z")
    length = for_ if until is None else until - now
    if length is None or length <= timedelta(0):
        raise UsageError("--until: that time is over", hint=f"now it is {local(now)}")
    if length > LONGEST:
        raise UsageError(
            f"a silence lasts {LONGEST.days} days at most",
            hint="take what nobody wants to hear of out of the configuration",
        )
    return now + length


async def _silence(
    context: Context, names: Sequence[str], ends: datetime, note: str, now: datetime
) -> "Sequence[Silenced]":
    from colter.app.alerting.silencing import begin
    from colter.app.naming import nameable

    async with context.open_runtime() as runtime:
        known = nameable(context.settings.config, [status.target for status in await runtime.status()])
        for name in names:
            known.meant(name)
        return await begin(runtime.store, names, ends, note, now)
