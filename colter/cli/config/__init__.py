"""`colter config`: create, check, show and change the configuration."""

import typer

from colter.cli.config import change, create, importing, sealing, show

app = typer.Typer(rich_markup_mode=None)
app.command("init")(create.command)
app.command("path")(show.path)
app.command("show")(show.show)
app.command("check")(show.check)
app.command("schema")(show.schema)
app.command("get")(show.get)
app.command("set")(change.set_key)
app.command("unset")(change.unset_key)
app.command("edit")(change.edit)
app.command("seal")(sealing.seal)
app.command("reseal")(sealing.reseal)
app.command("passwd")(sealing.passwd)
app.command("rekey")(sealing.rekey)
app.add_typer(importing.app, name="import", help="Take over another tool's configuration.")
