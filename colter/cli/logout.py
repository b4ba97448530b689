"""`colter logout`: ends the session before its thirty minutes are over."""

from typing import Annotated

import typer

from colter.cli.context import Context


def command(
    ctx: typer.Context,
    all_vaults: Annotated[bool, typer.Option("--all", help="End the sessions of all configurations.")] = False,
) -> None:
    """Forget the master password.

    Ends the session of this configuration; harmless when there is none.

    \b
    Examples:
      colter logout
      colter logout --all
    """  # noqa: D301  typer wants the control character
    context = Context.of(ctx)
    sessions = context.unlocker.sessions
    if sessions is None:
        context.say("no session is kept on a CI machine (CI is set)")
        return
    vault_id = _vault_id(context)
    vault_ids = {vault_id} if vault_id else set()
    if all_vaults or vault_id is None:
        vault_ids |= sessions.vault_ids()
    ended = [sessions.end(each) for each in sorted(vault_ids)]
    for warning in {end.warning for end in ended if end.warning}:
        context.warn(f"warning: {warning}")
    context.say("session ended" if any(end.found for end in ended) else "there was no session")


def _vault_id(context: Context) -> str | None:
    """Of the configuration; None when it has none, or is broken: that must not keep a session alive."""
    from colter.config.vault.header import parse_header
    from colter.core.errors import ColterError

    try:
        header = context.settings.config.vault
        return parse_header(header).vault_id if header else None
    except ColterError as error:
        context.warn(f"warning: {error}; all sessions are ended")
        return None
