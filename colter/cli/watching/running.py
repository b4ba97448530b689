"""Runs the daemon until a signal comes. When its history is lost, it begins again with a new one."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.watching.hangup import survive_hangup
from colter.core.errors import ColterError

if TYPE_CHECKING:
    from colter.app.history.guard import Lost, Tell
    from colter.app.runtime import Runtime
    from colter.app.watching.plan import WatchPlan
    from colter.app.watching.reload import Stamp
    from colter.config.rhythm import Rhythm
    from colter.core.alerting.own_events import OwnEvent
    from colter.core.clock import Clock
    from colter.core.records import Record

log = logging.getLogger(__name__)

_HOUR = 3600.0
"""Seconds: of a disk that damages one history after the other, somebody is told once in this time."""
_DAY = 24 * _HOUR
"""Seconds: so long the daemon goes on with a history that is sound as a whole, though a part cannot be read."""


@dataclass(frozen=True)
class Started:
    """How a daemon was started."""

    plan: "WatchPlan"
    sinks: tuple[str, ...]
    address: tuple[str, int] | None
    """Where to serve over HTTP; None: nowhere."""
    every: "Rhythm | None"
    """As `--every` says, whatever is configured."""
    used: "Stamp"
    """The version of the configuration file that was read."""


@dataclass(frozen=True)
class Run:
    """One run, from the opening of a history to its loss or to the end."""

    started: Started
    lost: "Lost | None" = None
    """Why the history of the run before was lost; None: this is the first run."""
    mends_from: float = -inf
    """From when on, by the monotonic clock, damage is a reason to begin anew."""


def run_until_signal(context: Context, started: Started) -> None:
    """Watch until a signal comes, and follow changes of the configuration.

    When the history is lost, a new one is begun. That is like a restart, but nobody needs to type a password again.

    Raises:
        ConfigError: it is not possible to listen there.
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
    run = Run(started)
    while True:
        survive_hangup()
        run = _next_run(context, run)


def _next_run(context: Context, run: Run) -> Run:
    """Do this run. Returns the one that is to follow it."""
    from colter.app.alerting.without_history import tell_without_history
    from colter.core.alerting.own_events import OwnEvent

    try:
        return context.run(lambda: _run(context, run))
    except ColterError as error:
        if lost := run.lost:  # nobody sits there who has just started it, and reads what it says
            what = f"{lost.why}, and no new one can be begun: {error}"
            context.run(lambda: tell_without_history(context.settings, context.clock, OwnEvent.UNUSABLE_HISTORY, what))
        raise


async def _run(context: Context, run: Run) -> Run:
    from colter.app.history.guard import HistoryGuard, Signs
    from colter.app.history.opening import DATABASE
    from colter.app.registry import check_sinks
    from colter.app.runtime import open_runtime
    from colter.app.watching.daemon import run_daemon
    from colter.app.watching.health import Health
    from colter.app.watching.plan_lookup import PlanLookup
    from colter.app.watching.status.record import status_record
    from colter.app.watching.status.writing import status_written
    from colter.app.watching.systemd import Supervisor
    from colter.cli.watching.reloading import Reloading
    from colter.cli.watching.serving import served
    from colter.config.rhythm import longest_pause

    started, settings, clock = run.started, context.settings, context.clock
    plan, sinks, state = started.plan, started.sinks, context.state_dir
    check_sinks(sinks, settings)
    async with open_runtime(settings, clock, state_dir=state, sinks=sinks, rhythm=longest_pause(plan.every)) as runtime:
        mends_from = await _begin(runtime, run, clock)
        health, lookup, supervisor = Health(clock), PlanLookup(plan), Supervisor(context.env, clock)
        runtime.on_kept(health.kept)
        reloading = Reloading(
            context, runtime, lookup, health, supervisor, settings, plan, started.used, sinks, started.every
        )
        signs = Signs(lambda: runtime.damage, lambda: runtime.refusal)
        guard = HistoryGuard(state / DATABASE, signs, _teller(context, runtime), clock, mends_from)

        def tell() -> "Record":
            return status_record(health, runtime.unkept, runtime.allowances, serving=place, file=context.config_path)

        async with (
            served(started.address, runtime, health, lookup, clock) as place,
            status_written(state, tell, clock),
            supervisor.attended(f"watching {plan}", health.is_alive),
        ):
            lost = await guard.beside(run_daemon(plan, runtime, clock, health, reloading.follow))
    context.logs.reopen()  # it usually lies in the state directory
    log.error("%s: %s", lost.why, "all of it is looked through" if lost.damaged else "a new history is begun")
    later = clock.monotonic() + _HOUR if lost.damaged else mends_from
    # The file is read again: which version of it is in use, nobody knows any more.
    return Run(replace(started, plan=reloading.plan, used=None), lost, max(mends_from, later))


async def _begin(runtime: "Runtime", run: Run, clock: "Clock") -> float:
    """Take charge, and tell what became of the history before. Returns from when on damage is not put up with."""
    from colter.core.alerting.own_events import OwnEvent

    await runtime.take_charge()
    if run.lost and not run.lost.damaged:
        await runtime.happened(OwnEvent.LOST_HISTORY, f"{run.lost.why}; a new one begins")
    if run.lost and run.lost.damaged and not runtime.news:
        log.error("nothing is wrong with it as a whole: what cannot be read of it is left alone")
        return clock.monotonic() + _DAY
    return run.mends_from


def _teller(context: Context, runtime: "Runtime") -> "Tell":
    from colter.app.alerting.without_history import tell_without_history
    from colter.core.alerting.own_events import OwnEvent

    async def tell(kind: "OwnEvent", what: str) -> None:
        if kind is OwnEvent.UNUSABLE_HISTORY:
            await tell_without_history(context.settings, context.clock, kind, what)
        else:
            await runtime.happened(kind, what)

    return tell
