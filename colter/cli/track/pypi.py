"""`colter track pypi`."""

from typing import Annotated

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.track.reading import TIMEOUT, Wanted, track
from colter.cli.working import fate
from colter.core.errors import ExitCode

SPLITS = ("python", "system")

Packages = Annotated[list[str] | None, typer.Argument(metavar="[PACKAGE]...", help="Names of packages.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="SPLIT",
        parser=options.Words(*SPLITS, many=True),
        help=f"Split downloads by {' or '.join(SPLITS)}; may be repeated or have commas.",
    ),
]


def command(
    ctx: typer.Context,
    *,
    packages: Packages = None,
    by: By = None,
    output: options.Output = None,
    format_: options.ReadingFormat = None,
    file: options.File = None,
    dry_run: options.DryRun = False,
    no_store: options.NoStore = False,
    fail_on: options.FailOn = None,
    timeout: options.TrackTimeout = None,
) -> ExitCode:
    """Read Python packages: version, releases, downloads and known vulnerabilities.

    Without a PACKAGE: the configured ones.

    Examples:
      colter track pypi requests httpx
      colter track pypi requests --by python,system -f json
      colter track pypi --fail-on 'vulnerabilities > 0'
    """
    from colter.app.registry import TrackPlan

    plan = TrackPlan("pypi", targets=tuple(packages or ()), splits=options.chosen(by))
    wanted = Wanted(format_, file, fail_on, timeout or TIMEOUT, fate(output, dry_run=dry_run, no_store=no_store))
    return track(Context.of(ctx), lambda _: [plan], wanted)
