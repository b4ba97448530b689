"""What the commands of `colter config` begin with: the file, and passwords."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.config.file import ConfigFile
    from colter.core.secret import Secret


NewPasswordFile = Annotated[
    Path | None, typer.Option("--new-password-file", metavar="FILE", help="Read the new one from a private file.")
]


def open_config(context: Context, *, broken: bool = False) -> "ConfigFile":
    """The file that is to be changed; it need not exist yet, and with `broken` it need not be YAML.

    Raises:
        ConfigError: it is the predecessor's, or cannot be read.
    """
    from colter.config.file import open_file
    from colter.config.paths import LEGACY_NAME, default_config_path, legacy_config_path, new_config_path
    from colter.core.errors import ConfigError

    path = new_config_path(context.options.config, context.env)
    unnamed = path == default_config_path(context.env) and not path.exists()
    in_use = legacy_config_path(context.env) if unnamed else path
    if in_use.name == LEGACY_NAME and in_use.exists():
        raise ConfigError(
            f"{in_use}: the predecessor's file is only read, never changed", hint="colter config import legacy"
        )
    return open_file(path, context.env, context.unlocker, context.unlocker.password, broken=broken)


def new_password(context: Context) -> "Secret":
    """A new master password, typed twice; or from a source that needs nobody.

    Raises:
        LockedError: there is none, and nobody to ask.
        UsageError: typed differently, or too short.
    """
    return context.unlocker.given() or ask_new_password(context)


def changed_password(context: Context, file: Path | None) -> "Secret":
    """The password that takes the place of another: from a private file, or typed twice."""
    from colter.config.password import password_from_file
    from colter.config.vault.password_policy import require_length
    from colter.core.errors import LockedError

    if file is None and context.no_input:
        raise LockedError(
            "a new master password is needed, and there is nobody to ask", hint="--new-password-file FILE"
        )
    if file is None:
        return ask_new_password(context)
    password = password_from_file(file)
    require_length(password)
    return password


def ask_new_password(context: Context) -> "Secret":
    """A new master password, typed twice."""
    from colter.config.vault.password_policy import advice, require_length
    from colter.core.errors import UsageError
    from colter.core.secret import Secret

    password = Secret(context.ask("New master password", hidden=True))
    require_length(password)
    if Secret(context.ask("The same again", hidden=True)) != password:
        raise UsageError("the two passwords differ; nothing was changed")
    if weak := advice(password):
        context.say(weak)
    return password
