"""A desk at work: rounds come in, what is decided is committed with them, and everything that is told arrives."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import read_plan
from colter.config.schema.config import Config
from colter.core.alerting.decided import Decided
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.notice import Notice
from colter.core.model import AlertState, EndpointState, ProbeResult, Reading, Round, Target
from colter.core.ports import Store
from tests.fakes.clock import FakeClock

MINUTE = timedelta(minutes=1)
NO_WAIT = timedelta(0)
CHAT = {"chat": {"type": "webhook", "url": "https://chat.example.org/in"}}
BOTH = {**CHAT, "hook": {"type": "webhook", "url": "https://hook.example.org/in"}}
_STATES = {
    "u": EndpointState.UP,
    "d": EndpointState.DOWN,
    "w": EndpointState.DEGRADED,
    "?": EndpointState.UNKNOWN,
}


def config(*endpoints: str | dict[str, Any], **alerts: Any) -> Config:
    """Endpoints by name, with options where there are some; one channel, unless others are given."""
    named = [{"name": each} if isinstance(each, str) else each for each in endpoints]
    return Config.model_validate(
        {
            "endpoints": [{"url": "https://example.org/", **each} for each in named],
            "alerts": {"channels": CHAT, **alerts},
        }
    )


@dataclass
class Work:
    store: Store
    clock: FakeClock
    config: Config
    rhythm: timedelta | None = timedelta(minutes=15)
    told: list[Notice] = field(default_factory=list)
    """Everything that has arrived, in order."""
    desk: Desk = field(init=False)

    async def begin(self, config: Config | None = None) -> list[str]:
        """Sit down at the desk, again or for the first time; what is said about what is not configured any more."""
        self.config = config or self.config
        self.desk = Desk(read_plan(self.config, rhythm=self.rhythm), self.store, self.clock, wait=NO_WAIT)
        return await self.keep(await self.desk.load())

    async def looks(self, letters: str, name: str = "api") -> list[str]:
        """One look a minute at one endpoint: up, down, warned of or unknown; what was said."""
        return [said for letter in letters for said in await self.look(**{name: letter})]

    async def look(self, **letters: str) -> list[str]:
        """One look at each of these endpoints, and a minute later; what was said."""
        now = self.clock.now()
        looks = [ProbeResult(name, "https://example.org/", now, _STATES[letter]) for name, letter in letters.items()]
        done = self.round(results=looks)
        return await self.keep(await self.desk.decide(done), done)

    async def read(self, *readings: Reading, complete: Collection[str] = ()) -> list[str]:
        """One round of readings, and a minute later; what was said."""
        done = self.round(readings=readings, complete=complete)
        return await self.keep(await self.desk.decide(done), done)

    async def keep(self, decided: Decided, done: Round | None = None) -> list[str]:
        """Commit it, and let everything arrive at once; what was said, as `kind target`."""
        await self.store.commit(done or self.round(), decided.states, decided.deliveries)
        if done:
            self.clock.advance(MINUTE)
        return [f"{notice.kind.value} {notice.target.name}" for notice in await self.arrive()]

    async def arrive(self) -> list[Notice]:
        owed = [delivery for delivery in await self.store.owed() if delivery.lane == "channel"]
        rows = [from_delivery(delivery) for delivery in owed]
        await self.store.settle([delivery.key for delivery in owed])
        self.desk.heard(rows)
        self.told += [row.notice for row in rows]
        return [row.notice for row in rows]

    def round(
        self,
        *,
        readings: Sequence[Reading] = (),
        results: Sequence[ProbeResult] = (),
        complete: Collection[str] = (),
    ) -> Round:
        now = self.clock.now()
        return Round(
            f"{int(now.timestamp() * 1000):012x}-{secrets.token_hex(8)}",
            now,
            now,
            tuple(readings),
            tuple(results),
            complete=frozenset(complete),
        )

    async def states(self, source: str = "probe") -> dict[str, str]:
        """What is kept: by `name rule`, the state."""
        kept = await self.store.alert_states()
        return {f"{each.target.name} {each.rule}": each.state for each in kept if each.target.source == source}

    async def state(self, name: str = "api", rule: str = "down") -> AlertState:
        kept = await self.store.alert_states()
        return next(each for each in kept if (each.target, each.rule) == (Target("probe", name), rule))
