"""How a running daemon takes over a changed configuration: on SIGHUP, or when the file changes."""

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colter.cli.context import Context

if TYPE_CHECKING:
    from colter.app.runtime import Runtime
    from colter.app.watching.change import Change
    from colter.app.watching.health import Health
    from colter.app.watching.plan import WatchPlan
    from colter.app.watching.plan_lookup import PlanLookup
    from colter.app.watching.reload import Stamp
    from colter.app.watching.systemd import Supervisor
    from colter.config.rhythm import Rhythm
    from colter.config.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class Reloading:
    """Everything of one daemon that a changed configuration reaches."""

    context: Context
    runtime: "Runtime"
    lookup: "PlanLookup"
    health: "Health"
    supervisor: "Supervisor"
    settings: "Settings"
    """In use."""
    plan: "WatchPlan"
    """In use."""
    used: "Stamp"
    """The version of the file that is in use."""
    sinks: tuple[str, ...]
    every: "Rhythm | None"
    """As `--every` says, whatever is configured."""
    _tried: object = None
    """The version of passwords and sessions (`Unlocker.version`) by which secrets were opened last."""

    async def follow(self, watch: Callable[["WatchPlan"], None]) -> None:
        """Follow the configuration until cancelled; `watch` has the daemon go on by another plan."""
        from colter.app.watching.reload import Reload
        from colter.app.watching.wrong_configuration import tell_of_wrong_configuration

        async def adopt(change: "Change") -> None:
            await self._adopt(change)
            watch(change.plan)

        reload = Reload(
            self.context.config_path,
            self.used,
            self._read,
            self.context.clock,
            told=self.health.reloaded,
            around=self.supervisor.reloading,
            stale=lambda: bool(self.health.locked) and self.context.unlocker.version() != self._tried,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload.ask)
        async with asyncio.TaskGroup() as group:
            tell = self.runtime.tell_configuration
            group.create_task(tell_of_wrong_configuration(self.health, tell, self.context.clock))
            await reload.run(adopt)

    def _read(self) -> "Change":
        from colter.app.watching.change import read_change

        self._tried = self.context.unlocker.version()
        return read_change(self.context.read_again(), self.plan, every=self.every, sinks=self.sinks)

    async def _adopt(self, change: "Change") -> None:
        from colter.app.watching.change import after_restart
        from colter.config.rhythm import longest_pause

        change.settings.forget_file()
        if keys := after_restart(self.settings.config, change.settings.config):
            log.warning("%s: takes effect after a restart", ", ".join(keys))
        self.health.locked = [".".join(place) for place in change.locked]
        if locked := list(change.locked.values()):
            log.warning(
                "%d secrets cannot be opened, and what needs them goes on as it was: %s. "
                "`colter login` has them tried again, or SIGHUP",
                len(locked),
                locked[0],
            )
        await self.runtime.adopt(change.settings, change.locked, longest_pause(change.plan.every))
        self.lookup.use(change.plan)
        self.context.logs.set_file_level(change.settings.config.log.level)
        self.context.settings = self.settings = change.settings
        self.plan = change.plan
