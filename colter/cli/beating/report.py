"""Keeps what a job reports, after a check that a heartbeat has its name."""

from collections.abc import Sequence

from colter.cli.context import Context
from colter.core.errors import ConfigError, UsageError
from colter.core.model import Beat
from colter.core.names import did_you_mean, few

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
    from colter.app.history.beats import keep_beat, keep_beat_at_once

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
    if guess := did_you_mean(name, known):
        return guess
    return f"configured are: {few(known, _NAMED)}" if known else "no endpoint has a heartbeat; see docs/probes.md"
