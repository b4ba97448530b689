"""`colter config init`: the guided way to a configuration."""

from typing import TYPE_CHECKING, Any

import typer

from colter.cli.config.opening import new_password, open_config
from colter.cli.config.questions import TOPICS, Question, Topic
from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.config.file import ConfigFile


def command(ctx: typer.Context) -> None:
    """Create the configuration, or complete it: asks only for the sections that are missing.

    Makes the vault with a master password. Nothing is written before the last answer.

    \b
    Examples:
      colter config init
      colter -c ./colter.yaml config init
    """  # noqa: D301  typer wants the control character
    from dataclasses import replace

    from colter.config.file import vault_line
    from colter.core.errors import UsageError

    context = Context.of(ctx)
    if context.no_input:
        raise UsageError(
            "config init asks questions, and there is nobody to answer",
            hint="write the file yourself and run: colter config check; or: colter config set KEY VALUE",
        )
    file = draft = open_config(context)
    if vault_line(file.settings()) is None:  # and what is there must be right before it is completed
        draft = _with_vault(context, draft)
    for topic in TOPICS:
        if not file.document.data.get(topic.section) and context.agrees(topic.offer):
            draft = _with_section(context, draft, topic)
    replace(file, unlock=draft.unlock).write(draft.document)
    context.say(f"{file.path}: written; `colter config check` and `colter config edit` do the rest")


def _with_vault(context: Context, file: "ConfigFile") -> "ConfigFile":
    from dataclasses import replace

    from colter.config.file import VAULT
    from colter.config.vault import vault
    from colter.config.yaml.edit import set_value

    context.say("The master password protects the secrets in the file. Nobody can recover it.")
    opened = vault.create(new_password(context))
    return replace(file, document=set_value(file.document, VAULT, opened.header), unlock=lambda _: opened)


def _with_section(context: Context, file: "ConfigFile", topic: Topic) -> "ConfigFile":
    from dataclasses import replace

    from colter.config.yaml.edit import set_value
    from colter.core.secret import Secret

    document, secrets = file.document, []
    for question in topic.questions:
        path = (topic.section, question.key) if question.key else (topic.section,)
        value = _answer(context, path, question)
        if value and question.hidden:
            secrets.append((path, Secret(value)))
        elif value:
            document = set_value(document, path, value)
    for path, secret in secrets:  # last: where a secret may be sent stands in the other answers
        document = file.with_secret(path, secret, document)
    return replace(file, document=document)


def _answer(context: Context, path: tuple[str, ...], question: Question) -> Any:
    """What the user wants for one key, checked; nothing when it is left out."""
    from colter.config.schema.typed import check_value, read_value
    from colter.core.errors import UsageError

    suggested = f" [{question.default}]" if question.default else ""
    while True:
        text = context.ask(f"  {question.prompt}{suggested}", hidden=question.hidden).strip() or question.default
        if not text and not question.required:
            return ""
        value = text if question.hidden else read_value(path, text, context.env)
        try:
            check_value(path, value, context.env)
        except UsageError as error:
            context.warn(f"  {error}")
        else:
            return value
