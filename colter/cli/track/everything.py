"""`colter track all`."""

from typing import TYPE_CHECKING

import typer

from colter.cli import options
from colter.cli.context import Context
from colter.cli.track.reading import TIMEOUT, Wanted, track
from colter.cli.working import fate
from colter.core.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from colter.app.registry import TrackPlan
    from colter.config.settings import Settings


def command(
    ctx: typer.Context,
    *,
    output: options.Output = None,
    format_: options.ReadingFormat = None,
    file: options.File = None,
    dry_run: options.DryRun = False,
    no_store: options.NoStore = False,
    fail_on: options.FailOn = None,
    timeout: options.TrackTimeout = None,
) -> ExitCode:
    """Read all configured repositories and packages.

    Examples:
      colter track all
      colter track all -q -f jsonl --file readings.jsonl
    """
    wanted = Wanted(format_, file, fail_on, timeout or TIMEOUT, fate(output, dry_run=dry_run, no_store=no_store))
    return track(Context.of(ctx), _configured, wanted)


def _configured(settings: "Settings") -> "list[TrackPlan]":
    from colter.app.registry import configured_sources

    plans = configured_sources(settings)
    if not plans:
        raise ConfigError(
            "nothing to track: no repositories and no packages are configured",
            hint="colter config init; or name some, as in: colter track pypi requests",
        )
    return plans
