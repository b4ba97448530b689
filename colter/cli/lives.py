"""What `colter daemon` does: it lives until a signal comes, and anew when its history is lost."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.hangup import survive_hangup
from colter.core.errors import ColterError

if TYPE_CHECKING:
    from colter.app.runtime import Runtime
    from colter.app.watching.custody import Lost, Tell
    from colter.app.watching.plan import WatchPlan
    from colter.app.watching.reload import Stamp
    from colter.config.rhythm import Rhythm
    from colter.core.alerting.own_events import OwnEvent
    from colter.core.clock import Clock
    from colter.core.records import Record

log = logging.getLogger(__name__)

_HOUR = 3600.0
"""Seconds: a disk that damages one history after the other is told of once in this time."""
_DAY = 24 * _HOUR
"""So long what cannot be read of a history that is whole otherwise is left alone."""


@dataclass(frozen=True)
class Started:
    """How a daemon was started."""

    plan: "WatchPlan"
    sinks: tuple[str, ...]
    address: tuple[str, int] | None
    """Where to serve what there is to know; None: nowhere."""
    every: "Rhythm | None"
    """As `--every` says, whatever is configured."""
    used: "Stamp"
    """The version of the configuration file that was read."""


@dataclass(frozen=True)
class Life:
    """From the opening of a history to its loss."""

    started: Started
    lost: "Lost | None" = None
    """What became of the history before."""
    mends_from: float = -inf
    """From when on, by the monotonic clock, damage is a reason to begin anew."""


def live(context: Context, started: Started) -> None:
    """Watch until a signal comes, by the configuration as it is at any time.

    When the history is lost, a new one is begun: as by a restart, but nobody need type a password again.

    Raises:
        UsageError: it is not possible to listen there.
        BusyError: another daemon watches for this state directory.
        StateError: there is no history, and none can be begun.
        KeyboardInterrupt, Terminated: a signal came; everything was closed in order.
    """
    from colter.app.watching.change import open_secrets
    from colter.app.watching.heap import collect_often

    collect_often()
    with suppress(ColterError):  # whoever needs what cannot be opened says so
        open_secrets(context.settings, started.sinks)
    context.unlocker.ask_nobody()
    life = Life(started)
    while True:
        survive_hangup()
        life = _next(context, life)


def _next(context: Context, life: Life) -> Life:
    """Live this one; what comes after it."""
    from colter.app.last_words import tell_past_history
    from colter.core.alerting.own_events import OwnEvent

    try:
        return context.run(lambda: _live(context, life))
    except ColterError as error:
        if lost := life.lost:  # nobody sits there who has just started it, and reads what it says
            what = f"{lost.why}, and no new one can be begun: {error}"
            context.run(lambda: tell_past_history(context.settings, context.clock, OwnEvent.UNUSABLE_HISTORY, what))
        raise


async def _live(context: Context, life: Life) -> Life:
    from colter.app.history import DATABASE
    from colter.app.registry import check_sinks
    from colter.app.runtime import open_runtime
    from colter.app.watching.custody import Custody, Signs
    from colter.app.watching.daemon import run_daemon
    from colter.app.watching.doors import Doors
    from colter.app.watching.health import Health
    from colter.app.watching.notify import Supervisor
    from colter.app.watching.posting import posted
    from colter.app.watching.telling import told_of
    from colter.cli.following import Following
    from colter.cli.serving import served
    from colter.config.rhythm import longest_pause

    started, settings, clock = life.started, context.settings, context.clock
    plan, sinks, state = started.plan, started.sinks, context.state_dir
    check_sinks(sinks, settings)
    async with open_runtime(settings, clock, state_dir=state, sinks=sinks, rhythm=longest_pause(plan.every)) as runtime:
        mends_from = await _begin(runtime, life, clock)
        health, doors, supervisor = Health(clock), Doors(plan), Supervisor(context.env, clock)
        runtime.on_kept(health.kept)
        following = Following(
            context, runtime, doors, health, supervisor, settings, plan, started.used, sinks, started.every
        )
        signs = Signs(lambda: runtime.damage, lambda: runtime.refusal)
        custody = Custody(state / DATABASE, signs, _teller(context, runtime), clock, mends_from)

        def tell() -> "Record":
            return told_of(health, runtime.unkept, runtime.allowances, serving=place, file=context.config_path)

        async with (
            served(started.address, runtime, health, doors, clock) as place,
            posted(state, tell, clock),
            supervisor.attended(f"watching {plan}", health.is_alive),
        ):
            lost = await custody.beside(run_daemon(plan, runtime, clock, health, following.follow))
    context.logs.reopen()  # it usually lies in the state directory
    log.error("%s: %s", lost.why, "all of it is looked through" if lost.damaged else "a new history is begun")
    later = clock.monotonic() + _HOUR if lost.damaged else mends_from
    # The file is read again: which version of it is in use, nobody knows any more.
    return Life(replace(started, plan=following.plan, used=None), lost, max(mends_from, later))


async def _begin(runtime: "Runtime", life: Life, clock: "Clock") -> float:
    """Take charge, and tell what became of the history before; from when on damage is to be minded."""
    from colter.core.alerting.own_events import OwnEvent

    await runtime.take_charge()
    if life.lost and not life.lost.damaged:
        await runtime.happened(OwnEvent.LOST_HISTORY, f"{life.lost.why}; a new one begins")
    if life.lost and life.lost.damaged and not runtime.news:
        log.error("nothing is wrong with it as a whole: what cannot be read of it is left alone")
        return clock.monotonic() + _DAY
    return life.mends_from


def _teller(context: Context, runtime: "Runtime") -> "Tell":
    from colter.app.last_words import tell_past_history
    from colter.core.alerting.own_events import OwnEvent

    async def tell(kind: "OwnEvent", what: str) -> None:
        if kind is OwnEvent.UNUSABLE_HISTORY:
            await tell_past_history(context.settings, context.clock, kind, what)
        else:
            await runtime.happened(kind, what)

    return tell
