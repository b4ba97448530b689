"""`colter config path|show|check|schema|get`: what there is, and whether it is right."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from colter.cli.context import Context

if TYPE_CHECKING:
    from datetime import datetime

    from colter.config.settings import Settings

Reveal = Annotated[bool, typer.Option("--reveal", help="Show secrets in clear text; asks for the master password.")]


def path(ctx: typer.Context) -> None:
    """Print the path of the configuration file: the one that is read, or the one that would be created.

    \b
    Examples:
      colter config path
      $EDITOR "$(colter config path)"
    """  # noqa: D301  typer wants the control character
    from colter.config.paths import new_config_path

    context = Context.of(ctx)
    context.write(f"{context.config_path or new_config_path(context.options.config, context.env)}\n")


def show(
    ctx: typer.Context,
    reveal: Reveal = False,
    effective: Annotated[
        bool, typer.Option("--effective", help="Every key, with its default and what variables hold.")
    ] = False,
) -> None:
    """Print the configuration as YAML, with what the environment sets, and dots for secrets.

    \b
    Examples:
      colter config show
      colter config show --effective
      colter config show --reveal
    """  # noqa: D301  typer wants the control character
    from colter.config.schema import shown
    from colter.config.yaml.scalars import write_block

    context = Context.of(ctx)
    settings = context.settings
    say = (lambda ref: settings.reveal(ref).reveal()) if reveal else shown.mask
    if effective:
        data = shown.effective(settings.config, say)
    else:
        data = shown.as_written(settings.data, {ref.path: say(ref) for ref in settings.config.secrets})
    context.write("".join(f"{line}\n" for line in write_block(data, 2)))


def check(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Another file than the one in use.")] = None,
) -> None:
    """Check the configuration and tell everything that is wrong with it, each with its place. Opens no sealed secret.

    \b
    Examples:
      colter config check
      colter config check draft.yaml
    """  # noqa: D301  typer wants the control character
    from colter.app.alerting.unmatched import find_unmatched
    from colter.app.watching.preflight import preflight
    from colter.config.schema.problems import refuse
    from colter.config.settings import load_settings

    context = Context.of(ctx)
    settings = load_settings(file or context.options.config, context.env, context.unlocker, context.unlocker.password)
    problems = preflight(settings)
    told = set(map(str, problems))
    for line in settings.warnings:
        if line not in told:
            context.warn(line)
    for loc, message in find_unmatched(settings.config):
        context.warn(settings.line(loc, message))
    if problems:
        hints = {problem.hint: None for problem in problems if problem.hint}
        raise refuse(map(str, problems), len(problems), hint="; ".join(hints) or None)
    config = settings.config
    counts = {
        "targets": len(config.github.targets),
        "packages": len(config.pypi.packages),
        "endpoints": len(config.endpoints),
        "secrets": len(config.secrets),
    }
    found = ", ".join(f"{count} {what}" for what, count in counts.items())
    context.write(f"{settings.path or 'no configuration file'}: good ({found})\n")
    for line in _next_looks(settings, context.clock.now()):
        context.say(f"colter: {line}")


def _next_looks(settings: "Settings", now: "datetime") -> Iterator[str]:
    """When the daemon will read what it reads by the clock."""
    from colter.app.registry import configured_sources
    from colter.config.cron import schedule
    from colter.config.rhythm import ByClock, own_rhythms, read_rhythm
    from colter.core.units import timestamp

    daemon = settings.config.daemon
    own, common = own_rhythms(settings.config), read_rhythm(daemon.every, daemon.tz)
    for plan in configured_sources(settings):
        rhythm = own.get(plan.source, common)
        if isinstance(rhythm, ByClock):
            due = schedule(rhythm.expression, rhythm.tz).after(now)
            yield f"the daemon reads {plan.source} by the clock, {rhythm}: next at {timestamp(due)}"


def schema(ctx: typer.Context) -> None:
    """Print the JSON Schema of the configuration, for editors.

    \b
    Examples:
      colter config schema > colter.schema.json
    """  # noqa: D301  typer wants the control character
    import json

    from colter.config.schema.config import Config

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    Context.of(ctx).write(json.dumps({**dialect, **Config.model_json_schema()}, indent=2) + "\n")


def get(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="Such as probe.timeout or endpoints.api.url.")],
    reveal: Reveal = False,
) -> None:
    """Print the value of one key: as it is written, or else its default. Secrets are dots.

    \b
    Examples:
      colter config get probe.timeout
      colter config get endpoints.api.url
      colter config get github.token --reveal
    """  # noqa: D301  typer wants the control character
    from colter.config.schema import shown
    from colter.config.schema.keys import find_place, parse_key, require_items

    context = Context.of(ctx)
    settings = context.settings
    say = (lambda ref: settings.reveal(ref).reveal()) if reveal else shown.mask
    where = parse_key(key, settings.data)
    if ref := settings.secret(where):
        context.write(f"{say(ref)}\n")
        return
    find_place(where)
    written = shown.as_written(settings.data, {ref.path: shown.mask(ref) for ref in settings.config.secrets})
    effective = shown.effective(settings.config)
    require_items(where, effective)
    value = _found(written, where)
    context.write(f"{_as_line(_found(effective, where) if value is None else value)}\n")


def _found(data: Any, where: Sequence[str]) -> Any:
    from colter.config.schema.items import look_up

    try:
        return look_up(data, where)
    except KeyError:
        return None


def _as_line(value: Any) -> str:
    from colter.config.yaml.scalars import write_inline

    return value if isinstance(value, str) else write_inline(value)
