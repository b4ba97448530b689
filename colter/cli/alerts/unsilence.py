"""`colter alerts unsilence`: hear of it again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.context import Context
from colter.cli.lines import harmless
from colter.core.errors import UsageError

if TYPE_CHECKING:
    from colter.core.model import Silence

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="What was silenced, as it was written then.")
]
All = Annotated[bool, typer.Option("--all", help="Everything.")]


def command(ctx: typer.Context, names: Names = None, *, all_: All = False) -> None:
    """Hear again of what was silenced.

    `colter alerts list` shows what is silent, and by what name.

    Examples:
      colter alerts unsilence api
      colter alerts unsilence @prod
      colter alerts unsilence --all
    """
    context = Context.of(ctx)
    if bool(names) is all_:
        raise UsageError("what?", hint="names as in `colter alerts list`, or --all")
    ended = context.run(lambda: _unsilence(context, names))
    for each in ended:
        context.write(harmless(f"{each.name}: no longer silent") + "\n")
    if not ended:
        context.say("colter: nothing was silenced")


async def _unsilence(context: Context, names: list[str] | None) -> "Sequence[Silence]":
    from colter.app.alerting.silencing import end

    async with context.open_runtime() as runtime:
        return await end(runtime.store, names, context.clock.now())
