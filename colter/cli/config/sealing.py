"""`colter config seal|reseal|passwd|rekey`: the vault and what is sealed in it."""

from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.config.opening import NewPasswordFile, changed_password, new_password, open_config
from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.config.file import ConfigFile


def seal(ctx: typer.Context) -> None:
    """Encrypt every secret that stands in clear text; makes the vault, with a new master password, if there is none.

    \b
    Examples:
      colter config seal
    """  # noqa: D301  typer wants the control character
    from colter.config.file import vault_line
    from colter.config.schema.secretref import Form
    from colter.config.vault import vault

    context = Context.of(ctx)
    file = open_config(context)
    secrets, header = file.secrets(Form.CLEAR), vault_line(file.settings())
    if secrets:
        opened = context.unlocker(header) if header else vault.create(new_password(context))
        file.write(file.with_sealed(secrets, opened))
    context.say(f"{len(secrets)} sealed")


def reseal(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="The secret, such as influxdb.token.")],
    was: Annotated[
        str | None,
        typer.Option("--was", metavar="ADDRESS", help="The destination it was sealed for; none: type it anew."),
    ] = None,
) -> None:
    """Seal one secret for a destination that was changed outside of Colter. Changes by `config set` need no reseal.

    \b
    Examples:
      colter config reseal influxdb.token
      colter config reseal influxdb.token --was http://old.example.com:8086
    """  # noqa: D301  typer wants the control character
    from colter.config.schema.keys import parse_key
    from colter.core.errors import UsageError
    from colter.core.secret import Secret

    context = Context.of(ctx)
    file = open_config(context)
    path = parse_key(key, file.document.data)
    ref = file.settings().secret(path)
    if ref is None:
        raise UsageError(f"{key}: no secret stands here", hint="colter config show")
    header = _header(file)
    if was is None:
        context.say(f"{key} will be sealed for {ref.audience}")
        secret = Secret(context.ask(key, hidden=True))
    else:
        secret = context.unlocker(header).open(ref.path, _destination(was), ref.raw)
    file.write(file.with_secret(path, secret))


def passwd(ctx: typer.Context, new_password_file: NewPasswordFile = None) -> None:
    """Change the master password: one line of the file changes, and every session ends.

    Whoever has an old copy of the file can still open it with the old password: change the secrets themselves, too.

    \b
    Examples:
      colter config passwd
    """  # noqa: D301  typer wants the control character
    from colter.config.file import VAULT
    from colter.config.vault import vault
    from colter.config.yaml.edit import set_value

    context = Context.of(ctx)
    file = open_config(context)
    header = _header(file)
    opened = vault.open_vault(header, context.unlocker.password("Current master password"))
    fresh = changed_password(context, new_password_file)
    file.write(set_value(file.document, VAULT, vault.change_password(opened, fresh).header))
    context.say("the master password was changed")


def rekey(ctx: typer.Context) -> None:
    """Make a new data key and seal every secret with it, under the same master password.

    \b
    Examples:
      colter config rekey
    """  # noqa: D301  typer wants the control character
    from colter.config.schema.secretref import Form
    from colter.config.vault import vault

    context = Context.of(ctx)
    file = open_config(context)
    password = context.unlocker.password("Master password")
    vault.open_vault(_header(file), password)
    secrets = file.secrets(Form.SEALED)
    file.write(file.with_sealed(secrets, vault.create(password)))
    context.say(f"{len(secrets)} sealed with a new key")


def _header(file: "ConfigFile") -> str:
    from colter.config.file import vault_line
    from colter.core.errors import ConfigError

    header = vault_line(file.settings())
    if header is None:
        raise ConfigError(f"{file.path}: there is no vault yet", hint="colter config seal makes one")
    return header


def _destination(address: str) -> str:
    from colter.config.schema.destination import origin

    return origin(address) if "://" in address else address
