"""`colter alerts`: what fires, what is silent, and the channels over which somebody is told."""

import typer

from colter.cli.alerts import list as list_
from colter.cli.alerts import silence, simulate, test, unsilence

app = typer.Typer(rich_markup_mode=None)
app.command("list")(list_.command)
app.command("test")(test.command)
app.command("simulate")(simulate.command)
app.command("silence")(silence.command)
app.command("unsilence")(unsilence.command)
