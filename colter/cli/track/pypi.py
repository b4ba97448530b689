"""`colter track pypi`."""

from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.grouped import grouped
from colter.cli.track.reading import Wanted, track
from colter.core.errors import ExitCode

SPLITS = ("python", "system")

Packages = Annotated[list[str] | None, typer.Argument(metavar="[PACKAGE]...", help="Names of packages.")]
By = Annotated[
    list[str] | None,
    options.several_option("--by", of=SPLITS, metavar="SPLIT", meaning=f"Split downloads by {' or '.join(SPLITS)}"),
]


@grouped
def command(ctx: typer.Context, *, packages: Packages = None, by: By = None, wanted: Wanted) -> ExitCode:
    """Read Python packages: version, releases, downloads and known vulnerabilities.

    Without a PACKAGE: the configured ones.

    Examples:
      colter track pypi requests httpx
      colter track pypi requests --by python,system -f json
      colter track pypi --fail-on 'vulnerabilities > 0'
    """
    from colter.app.registry import TrackPlan

    plan = TrackPlan("pypi", targets=tuple(packages or ()), splits=options.chosen(by))
    return track(Context.of(ctx), lambda _: [plan], wanted)
