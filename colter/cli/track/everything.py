"""`colter track all`."""

from typing import TYPE_CHECKING

import typer

from colter.cli.context import Context
from colter.cli.grouped import grouped
from colter.cli.track.reading import Wanted, track
from colter.core.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from colter.app.registry import TrackPlan
    from colter.config.settings import Settings


@grouped
def command(ctx: typer.Context, *, wanted: Wanted) -> ExitCode:
    """Read all configured repositories and packages.

    Examples:
      colter track all
      colter track all -q -f jsonl --file readings.jsonl
    """
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
