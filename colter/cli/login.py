"""`colter login`: the master password once, for thirty minutes."""

import typer

from colter.cli.context import Context


def command(ctx: typer.Context) -> None:
    """Ask for the master password once, for 30 minutes.

    Other commands of the same user on this machine then ask nothing. `colter logout` ends it at once. Without a
    terminal the password comes from --password-command, --password-file or COLTER_MASTER_PASSWORD.

    \b
    Examples:
      colter login
      colter login --password-command "pass show colter"
    """  # noqa: D301  typer wants the control character
    from colter.config.paths import LEGACY_NAME
    from colter.core.errors import ConfigError

    context = Context.of(ctx)
    header = context.settings.config.vault
    if header is None:
        path = context.settings.path
        way = "import legacy" if path and path.name == LEGACY_NAME else "init"
        where = path or "no configuration"
        raise ConfigError(f"{where}: no vault, so there is nothing to unlock", hint=f"colter config {way} creates one")
    until = context.unlocker.login(header).astimezone()
    context.say(f"unlocked until {until:%H:%M}")
