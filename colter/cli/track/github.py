"""`colter track github`."""

from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.track.reading import TIMEOUT, Wanted, track
from colter.cli.working import fate
from colter.core.errors import ExitCode

FACTS = ("downloads", "issues", "traffic", "ci", "security")

Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...", help="OWNER/NAME, a pattern such as 'OWNER/*', or '!OWNER/NAME' to leave out."
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="FACT",
        parser=options.Words(*FACTS, many=True),
        help=f"Read more: {', '.join(FACTS)}; may be repeated or have commas.",
    ),
]


def command(
    ctx: typer.Context,
    *,
    targets: Targets = None,
    facts: With = None,
    output: options.Output = None,
    format_: options.ReadingFormat = None,
    file: options.File = None,
    dry_run: options.DryRun = False,
    no_store: options.NoStore = False,
    fail_on: options.FailOn = None,
    timeout: options.TrackTimeout = None,
) -> ExitCode:
    """Read repositories: stars, forks, issues, pull requests, releases and more.

    Without a TARGET: the configured ones; none configured: those of the token's owner.

    Examples:
      colter track github pallets/flask
      colter track github 'my-org/*' '!my-org/sandbox' --with downloads,traffic
      colter track github --fail-on 'open_vulnerability_alerts > 0'
      colter track github -f json --file stars.json
    """
    from colter.app.registry import TrackPlan

    plan = TrackPlan("github", targets=tuple(targets or ()), facts=options.chosen(facts))
    wanted = Wanted(format_, file, fail_on, timeout or TIMEOUT, fate(output, dry_run=dry_run, no_store=no_store))
    return track(Context.of(ctx), lambda _: [plan], wanted)
