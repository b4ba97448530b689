"""`colter track`: read repositories and packages once."""

import typer

from colter.cli.track import everything, github, pypi

app = typer.Typer(rich_markup_mode=None)
app.command("github")(github.command)
app.command("pypi")(pypi.command)
app.command("all")(everything.command)
