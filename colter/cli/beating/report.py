"""Keeps what a job reports."""

from collections.abc import Sequence
from difflib import get_close_matches

from colter.cli.context import Context
from colter.cli.outcome import few
from colter.core.errors import ConfigError, UsageError
from colter.core.model import Beat

_NAMED = 10


def keep(context: Context, beat: Beat) -> None:
    """Keep it, even when the configuration cannot be read: once it is mended, it may well know the job.

    Raises:
        UsageError: no heartbeat has this name; nothing was kept.
        ConfigError: the configuration cannot be read; the beat was kept.
        StateError: it could not be kept.
    """
    problem: ConfigError | None = None
    try:
        check_name(context, beat.endpoint)
    except ConfigError as error:
        problem = error
    from colter.app.beats import keep_beat, keep_beat_at_once

    if not keep_beat_at_once(beat, context.state_dir):
        context.run(lambda: keep_beat(beat, context.state_dir, context.clock))
    if problem:
        raise problem


def check_name(context: Context, name: str) -> None:
    """UsageError, with the nearest name, unless an endpoint of this name has a `heartbeat`; no secret is opened."""
    from colter.cli.completing.names import is_kept

    path = context.config_path
    if path and is_kept("heartbeat", name, path, context.state_dir, context.env):
        return
    known = [endpoint.name for endpoint in context.settings.config.endpoints if endpoint.heartbeat]
    if name not in known:
        raise UsageError(f"beat: no heartbeat is called {name!r}", hint=_guess(name, known))


def _guess(name: str, known: Sequence[str]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]!r}?"
    return f"configured are: {few(known, _NAMED)}" if known else "no endpoint has a heartbeat; see docs/probes.md"
