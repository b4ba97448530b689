"""`colter track github`."""

from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.grouped import grouped
from colter.cli.track.reading import Wanted, track
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
    options.several_option("--with", of=FACTS, metavar="FACT", meaning=f"Read more: {', '.join(FACTS)}"),
]


@grouped
def command(ctx: typer.Context, *, targets: Targets = None, facts: With = None, wanted: Wanted) -> ExitCode:
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
    return track(Context.of(ctx), lambda _: [plan], wanted)
