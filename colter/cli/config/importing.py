"""`colter config import legacy`: the predecessor's configuration, sealed anew."""

from pathlib import Path
from typing import Annotated

import typer

from colter.cli.config.opening import NewPasswordFile, changed_password
from colter.cli.context import Context

app = typer.Typer(rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Take over another tool's configuration."""


@app.command("legacy")
def legacy(
    ctx: typer.Context,
    old: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Its configuration [~/.colter_config.yaml].")
    ] = None,
    salt: Annotated[Path | None, typer.Option("--salt", metavar="FILE", help="Its salt [beside it].")] = None,
    new_password_file: NewPasswordFile = None,
) -> None:
    """Make a new configuration of the predecessor's: the same values, its secrets in a vault. Its files stay.

    \b
    Examples:
      colter config import legacy
      colter config import legacy --salt backup/.colter_salt.bin backup/.colter_config.yaml
    """  # noqa: D301  typer wants the control character
    from dataclasses import replace

    from colter.config.file import open_file
    from colter.config.legacy import SALT_NAME
    from colter.config.paths import legacy_config_path, new_config_path
    from colter.config.schema.secretref import Form
    from colter.config.vault import vault
    from colter.core.errors import ConfigError

    context = Context.of(ctx)
    old_path = old or legacy_config_path(context.env)
    new_path = new_config_path(context.options.config, context.env)
    if new_path.exists():
        raise ConfigError(f"{new_path}: is there already", hint="choose another with -c, or move it away")
    if not old_path.exists():
        raise ConfigError(f"{old_path}: there is no such file", hint="colter config import legacy FILE")
    # A variable that sets a key would keep what the file says from being brought over.
    env = {name: value for name, value in context.env.items() if not name.startswith(("COLTER_", "GITHUB_TOKEN"))}
    file = open_file(old_path, env, context.unlocker, context.unlocker.password)
    file = replace(file, salt=salt or old_path.with_name(SALT_NAME))
    secrets = file.secrets(Form.FERNET, Form.CLEAR)  # before anybody has to think of a new password
    opened = vault.create(changed_password(context, new_password_file))
    replace(file, path=new_path).write(file.with_sealed(secrets, opened))
    context.say(f"{new_path}: made of {old_path}, {len(secrets)} secrets sealed; the old files are as they were")
