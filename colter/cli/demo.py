"""`colter demo`: the real commands, run in a sandbox of sample data."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from colter.cli.context import Context, Streams, Terminated
from colter.core.errors import ColterError, ExitCode

if TYPE_CHECKING:
    from colter.demo.sandbox import Sandbox

_LOOKS = ("COLUMNS", "LANG", "LC_ALL", "NO_COLOR", "TERM")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the tour."""

    command: str
    remark: str
    """What there is to see."""
    expected: ExitCode = ExitCode.OK
    next_day: bool = False
    """Whether a sample day passes before it."""


TOUR = (
    Step("colter track github", "Repositories, read from a sample GitHub."),
    Step("colter track pypi", "Packages, read from a sample package index and its download statistics."),
    Step(
        "colter probe",
        "Endpoints: fine ones, slow and broken ones, real TLS. It ends with exit code 10: some are down.",
        ExitCode.ALERT,
    ),
    Step("colter track all", "A day later: a repository got stars and an issue, a package a release.", next_day=True),
    Step("colter status", "All of it was kept: the last known of everything and what changed, without any network."),
)
_WELCOME = """\
Colter's demo. All data are invented samples, served by this program on this machine;
nothing of yours is read, and nothing leaves the machine.
"""
_NEXT = """\
Next, with targets of your own; these three need no configuration:
  colter probe https://example.org
  colter track pypi requests
  colter track github pallets/flask
  colter config init        a configuration file, with encrypted tokens
  colter COMMAND --help     options and examples
"""


def command(
    ctx: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the sandbox's folder, and say where it is.")] = False,
) -> ExitCode:
    """Try Colter in a sandbox, without touching anything.

    The sample servers run on this machine for as long as the demo does. With --keep, the configuration and the
    history stay, so that `colter status` can be tried on them.

    Examples:
      colter demo
      colter demo --keep
    """
    from colter.demo.sandbox import sandbox

    context = Context.of(ctx)
    context.write(_WELCOME)
    with sandbox(context.clock, keep=keep) as box:
        for step in TOUR:
            if step.next_day:
                box.next_day()
            _take(step, context, box)
    context.write(f"\n{_NEXT}")
    if keep:
        context.write(f"\nThe sandbox stays, without its servers. To look into it:\n  {_door(box.env)} colter status\n")
    return ExitCode.OK


def _take(step: Step, context: Context, box: "Sandbox") -> None:
    """Run the command within this process, with nothing of the user's environment but how the terminal looks."""
    from colter.cli.main import run

    context.write(f"\n# {step.remark}\n$ {step.command}\n")
    looks = {name: context.env[name] for name in _LOOKS if name in context.env}
    streams = Streams(context.streams.stdin, context.streams.stdout, context.streams.stdout)
    # In a pipe too, the commands show what they show on a terminal.
    argv = ["--color", context.options.color, *shlex.split(step.command)[1:], "-f", "table"]
    code = run(argv, Context(env={**looks, **box.env}, streams=streams, clock=box.clock))
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code == ExitCode.TERMINATED:
        raise Terminated
    if code != step.expected:
        raise ColterError(
            f"demo: `{step.command}` ended with exit code {code}, not {step.expected:d}",
            hint="please report it with all that stands above; with --keep, the sandbox and its log stay",
        )


def _door(sandboxed: Mapping[str, str]) -> str:
    """The variables that lead a command into the sandbox, for a shell."""
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in sandboxed.items())
