"""A new configuration for a running daemon: read, checked and decrypted as a whole before anything is touched."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from colter.app.registry import check_sinks
from colter.app.settings_in_use import needed_secrets
from colter.app.watching.plan import WatchPlan, read_watch_plan
from colter.config.rhythm import Rhythm
from colter.config.schema.config import Config
from colter.config.schema.secretref import Form
from colter.config.settings import Settings
from colter.core.errors import LockedError

Locked = Mapping[tuple[str, ...], LockedError]
"""Places of secrets that cannot be opened now, and why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the daemon goes on by."""

    settings: Settings
    plan: WatchPlan
    locked: Locked


def read_change(
    settings: Settings, before: WatchPlan, *, every: Rhythm | None = None, sinks: Sequence[str] = ()
) -> Change:
    """What the daemon is to go on by, with these settings.

    Endpoints whose secrets are locked stay as they were, and new ones among them wait.

    Args:
        settings: checked ones.
        before: what is watched until now.
        every: how often repositories and packages are read; None: as configured.
        sinks: what rounds are owed to.

    Raises:
        ConfigError: something of it cannot be used.
        VaultError: a secret is damaged, was altered or moved.
    """
    check_sinks(sinks, settings)
    locked = open_secrets(settings, sinks)
    plan = read_watch_plan(_without_locked(settings, locked), every, soon=before.soon, before=before)
    return Change(settings, _with_locked(plan, before, locked), locked)


def open_secrets(settings: Settings, sinks: Sequence[str]) -> Locked:
    """Decrypt every secret that will be needed. Returns those that are locked.

    Raises:
        ConfigError: an environment variable is not set.
        VaultError: a secret is damaged, was altered or moved.
    """
    needed = needed_secrets(settings, sinks)
    locked: dict[tuple[str, ...], LockedError] = {}
    hopeless: dict[Form, LockedError] = {}
    for ref in settings.config.secrets:
        if not any(ref.path[: len(place)] == place for place in needed):
            continue
        try:
            if ref.form in hopeless:  # trying a password again takes long
                raise hopeless[ref.form]
            settings.reveal(ref)
        except LockedError as error:
            locked[ref.path] = hopeless[ref.form] = error
    return locked


def after_restart(before: Config, now: Config) -> list[str]:
    """Keys that have changed, but take effect only when the daemon is started anew."""
    kept = {
        "daemon.listen": (before.daemon.listen, now.daemon.listen),
        "log.file": (before.log.file, now.log.file),
        "state.max_size": (before.state.max_size, now.state.max_size),
    }
    return [key for key, (old, new) in kept.items() if old != new]


def _without_locked(settings: Settings, locked: Locked) -> Settings:
    if not (names := _endpoints(locked)):
        return settings
    readable = copy(settings)
    endpoints = [endpoint for endpoint in settings.config.endpoints if endpoint.name not in names]
    readable.config = settings.config.model_copy(update={"endpoints": endpoints})
    return readable


def _with_locked(plan: WatchPlan, before: WatchPlan, locked: Locked) -> WatchPlan:
    names = _endpoints(locked)
    return replace(
        plan,
        endpoints=[*plan.endpoints, *(each for each in before.endpoints if each.check.name in names)],
        jobs={**plan.jobs, **{name: job for name, job in before.jobs.items() if name in names}},
        tokens={**plan.tokens, **{name: token for name, token in before.tokens.items() if name in names}},
    )


def _endpoints(locked: Locked) -> set[str]:
    return {place[1] for place in locked if place[0] == "endpoints"}
