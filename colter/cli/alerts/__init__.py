"""`colter alerts`: the channels over which somebody is told."""

import typer

from colter.cli.alerts import test

app = typer.Typer(rich_markup_mode=None)
app.command("test")(test.command)
