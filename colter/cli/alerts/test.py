"""`colter alerts test`: a message to a channel that says it is only a test."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from colter.cli.context import Context
from colter.cli.lines import harmless
from colter.cli.outcome import tell_error
from colter.core.errors import Answer, ColterError, ConfigError, DeliveryError, ExitCode, worst

Channel = Annotated[str | None, typer.Argument(metavar="CHANNEL", help="Its name in the configuration; none: all.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")]


def command(ctx: typer.Context, channel: Channel = None, *, dry_run: DryRun = False) -> ExitCode:
    """Send a channel, or all of them, a message that says it is only a test.

    Says which have taken it. When one has not, it says why and ends with exit code 6; nothing is tried again.

    Examples:
      colter alerts test ops
      colter alerts test
      colter alerts test ops --dry-run
    """
    context = Context.of(ctx)
    names = _names(context, channel)
    if dry_run:
        _show(context, names)
        return ExitCode.OK
    problems = context.run(lambda: _test(context, names))
    for name, problem in problems.items():
        if problem:
            tell_error(_with_hint(name, problem), context)
        else:
            context.write(harmless(f"{name}: sent") + "\n")
    return worst(problem.exit_code for problem in problems.values() if problem)


def _names(context: Context, channel: str | None) -> list[str]:
    from colter.app.registry import check_channel

    if channel is not None:
        check_channel(channel, context.settings)
        return [channel]
    if not (names := list(context.settings.config.channels)):
        raise ConfigError("alerts.channels: there is none, so there is nothing to test", hint="docs/channels.md")
    return names


def _show(context: Context, names: Sequence[str]) -> None:
    from colter.app.alerting.trial import trial_message

    for name in names:
        message = trial_message(name, context.clock)
        lines = [f"{name}: {message.title}", *(f"  {line}" for line in message.lines)]
        context.write(harmless("\n".join(lines)) + "\n")


async def _test(context: Context, names: Sequence[str]) -> Mapping[str, ColterError | None]:
    from colter.app.runtime import open_runtime

    # Of a test nothing is kept: it works beside whatever holds the state directory, and on a full disk.
    async with open_runtime(context.settings, context.clock, state_dir=None) as runtime:
        return await runtime.test_channels(names)


def _with_hint(name: str, problem: ColterError) -> ColterError:
    if problem.hint or not isinstance(problem, DeliveryError):
        return problem
    again = f"try again: colter alerts test {shlex.quote(name)}"
    hint = again if problem.answer is Answer.RETRY else "docs/channels.md says what is sent, and what an answer means"
    return DeliveryError(str(problem), hint=hint)
