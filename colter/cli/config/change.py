"""`colter config set|unset|edit`: changes that leave every other byte as it was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.config.opening import open_config
from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.config.file import ConfigFile
    from colter.config.yaml.document import Document

Key = Annotated[str, typer.Argument(help="Such as probe.timeout or endpoints.api.url.")]


def set_key(
    ctx: typer.Context,
    key: Key,
    value: Annotated[str | None, typer.Argument(help="The value; - reads it from stdin; none: you are asked.")] = None,
) -> None:
    """Set one key. A secret is sealed when the file has a vault; give none on the command line, where others see it.

    \b
    Examples:
      colter config set probe.timeout 5s
      colter config set endpoints.api.timeout 2s
      colter config set endpoints.shop.url https://shop.example.org
      colter config set pypi.packages requests,httpx
      colter config set github.token
      pass show github | colter config set github.token -
    """  # noqa: D301  typer wants the control character
    from colter.config.schema.keys import is_secret, parse_key
    from colter.config.schema.typed import read_value
    from colter.config.yaml.edit import set_value

    context = Context.of(ctx)
    file = open_config(context)
    path = parse_key(key, file.document.data)
    secret = is_secret(path)
    if value == "-":
        text = context.streams.stdin.read().rstrip("\r\n")
    else:
        text = context.ask(key, hidden=secret) if value is None else value
    if secret:
        file.write(_with_secret(context, file, path, text, from_argv=value not in (None, "-")))
    else:
        file.write(set_value(file.document, path, read_value(path, text, context.env)))


def unset_key(ctx: typer.Context, key: Key) -> None:
    """Take one key or one endpoint out; its default counts then.

    \b
    Examples:
      colter config unset probe.timeout
      colter config unset endpoints.api
    """  # noqa: D301  typer wants the control character
    from colter.config.schema.keys import find_place, parse_key
    from colter.config.yaml.edit import unset_value

    file = open_config(Context.of(ctx))
    path = parse_key(key, file.document.data)
    find_place(path)
    file.write(unset_value(file.document, path))


def edit(ctx: typer.Context) -> None:
    """Open a copy in $VISUAL, $EDITOR or vi; it replaces the file only when it is right. Secrets stay sealed.

    \b
    Examples:
      colter config edit
      EDITOR=nano colter config edit
    """  # noqa: D301  typer wants the control character
    import shutil
    import tempfile

    context = Context.of(ctx)
    file = open_config(context, broken=True)
    folder = Path(tempfile.mkdtemp(prefix="colter-"))  # mode 0700
    draft = folder / "config.yaml"
    try:
        changed = _edited(context, file, draft)
    except BaseException:  # Ctrl-C too: nothing is lost, and nothing is left behind
        if draft.exists() and draft.read_bytes() != file.document.encoded():
            context.warn(f"your changes are kept in {draft}; the configuration is as it was")
        else:
            shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
    context.say(f"{file.path}: {'changed' if changed else 'nothing was changed'}")


def _edited(context: Context, file: "ConfigFile", draft: Path) -> bool:
    from colter.cli.outcome import tell_error
    from colter.config.yaml.document import load_document
    from colter.core.errors import ConfigError

    draft.write_bytes(file.document.encoded())
    draft.chmod(0o600)
    while True:
        _run_editor(context, draft)
        if draft.read_bytes() == file.document.encoded():
            return False
        try:
            file.write(load_document(draft))
        except ConfigError as error:
            if context.no_input:
                raise
            tell_error(error, context)
            if context.ask("Edit again? [Y/n]").strip().lower() in ("n", "no"):
                raise
        else:
            return True


def _run_editor(context: Context, draft: Path) -> None:
    import shlex
    import shutil
    import subprocess

    from colter.core.errors import UsageError

    usual = None if context.no_input else shutil.which("vi")  # as git and crontab do
    editor = context.env.get("VISUAL") or context.env.get("EDITOR") or usual
    if not editor:
        raise UsageError("no editor is set", hint="EDITOR=nano colter config edit")
    try:
        code = subprocess.run([*shlex.split(editor), str(draft)], check=False).returncode  # noqa: S603  the user's own
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {editor!r} cannot be started: {error}") from error
    if code:
        raise UsageError(f"the editor ended with {code}; nothing was changed")


def _with_secret(
    context: Context, file: "ConfigFile", path: tuple[str, ...], text: str, *, from_argv: bool
) -> "Document":
    from colter.config.yaml.edit import set_value
    from colter.core.secret import Secret

    if from_argv and "${" in text:
        return set_value(file.document, path, text)
    if from_argv:
        context.warn("a secret on the command line is seen by others and kept by the shell; leave it out, or use -")
    document = file.with_secret(path, Secret(text))
    if file.settings(document).config.vault is None:
        context.warn(f"{'.'.join(path)}: kept in clear text; `colter config seal` encrypts it")
    return document
