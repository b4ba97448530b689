"""A world around the engine: a disk that keeps what was committed, channels that refuse, and crashes at every step."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from colter.core.alerting.announce import Circumstances, Said
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.machine import begin, resume, step
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.outgoing import Outgoing, queue
from colter.core.alerting.packing import pack
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.standing import Standing, Told
from colter.core.alerting.written import read_standing, worth_writing, write_standing
from colter.core.model import Delivery, Target
from tests.alerting.reference import Claims, Look, Seen, reference
from tests.fakes.clock import START

INTERVAL = timedelta(minutes=1)
Crash = Literal["before", "after", "no"]
Outcome = Literal["taken", "refused", "crash after", "crash before"]


@dataclass
class Disk:
    """What a crash leaves."""

    standings: dict[str, str] = field(default_factory=dict)
    outbox: dict[str, Delivery] = field(default_factory=dict)
    settled: dict[str, datetime] = field(default_factory=dict)


@dataclass
class World:
    policy: Policy
    resumes: bool = True
    """Not where clocks jump: a restart a day later has good reason to forget (R4)."""
    now: datetime = START
    disk: Disk = field(default_factory=Disk)
    received: dict[str, list[Notice]] = field(default_factory=dict)
    looks: dict[str, list[Look]] = field(default_factory=dict)
    crashes: int = 0
    _live: dict[str, Standing] = field(default_factory=dict)
    _incidents: int = 0

    def standing(self, name: str) -> Standing:
        """As the running process has it; read from the disk after a crash."""
        if name not in self._live:
            text = self.disk.standings.get(name)
            found = read_standing(text) if text else begin(Target("probe", name), "down", self.now)
            self._live[name] = resume(found, self.policy, self.now) if self.resumes else found
        return self._live[name]

    def crash(self) -> None:
        self.crashes += 1
        self._live.clear()

    def look(self, name: str, look: Look, *, crash: Crash = "no") -> list[Notice]:
        """One look an interval after the one before; one that was not committed is taken again."""
        before = self.standing(name)
        if crash == "before":
            self._step(name, look)
            self.crash()
            before = self.standing(name)
        said = self._step(name, look)
        self.looks.setdefault(name, []).append(look)
        self._live[name] = said.standing
        if worth_writing(before, said.standing):
            self.disk.standings[name] = write_standing(said.standing)
        for row in queue(said.notices, self.now):
            self.disk.outbox.setdefault(row.key, to_delivery(row))
        if crash == "after":
            self.crash()
        return list(said.notices)

    def _step(self, name: str, look: Look) -> Said:
        standing = self.standing(name)
        observation = Observation(
            len(self.looks.get(name, [])),
            Verdict(look.verdict),
            self.now,
            "http_status" if look.verdict == "bad" else None,
        )
        told = self.told(standing.incident.id) if standing.incident else Told()
        return step(standing, observation, self.policy, self.now, Circumstances(self._id, look.muted, look.held, told))

    def late(self, name: str, verdict: Seen, behind: int) -> tuple[Notice, ...]:
        """A look that comes late or again, and what is said because of it."""
        standing = self.standing(name)
        look = Observation(standing.seen - behind + 1, Verdict(verdict), self.now)
        after, notices = step(standing, look, self.policy, self.now, Circumstances(self._id))
        assert after == standing
        return notices

    def _id(self, now: datetime) -> str:
        self._incidents += 1
        return f"incident-{self._incidents}"

    def told(self, incident: str) -> Told:
        rows = [from_delivery(self.disk.outbox[key]) for key in self.disk.settled]
        arrived = [row.notice.sequence for row in rows if row.notice.incident == incident]
        return Told(max(arrived, default=0), len(arrived))

    def owed(self, channel: str) -> list[Outgoing]:
        rows = [from_delivery(row) for key, row in self.disk.outbox.items() if key not in self.disk.settled]
        return [row for row in rows if row.channel == channel]

    def deliver(self, channel: str, outcome: Callable[[], Outcome]) -> None:
        """Everything that is due, until the channel refuses or we crash."""
        sent = [at for key, at in self.disk.settled.items() if self.disk.outbox[key].to == channel]
        for message in pack(self.owed(channel), self.now, sent):
            for row in message.rows:
                self.disk.outbox[row.key] = to_delivery(replace(row, begun=message.key))
            how = outcome()
            if how in ("taken", "crash after"):
                self.received.setdefault(channel, []).extend(message.notices)
            if how == "taken":
                self.disk.settled.update({row.key: self.now for row in message.rows})
            elif how == "refused":
                return
            else:
                self.crash()
                return

    def heal(self) -> None:
        """All channels take everything, until nothing is owed."""
        for channel in self.policy.channels:
            while self.owed(channel):
                self.deliver(channel, lambda: "taken")
                self.now += timedelta(minutes=5)

    def heard(self, channel: str, name: str) -> list[Notice]:
        """What one channel was told of one target, each notice once."""
        once = {notice.key: notice for notice in self.received.get(channel, []) if notice.target.name == name}
        return list(once.values())

    def expected(self, name: str) -> Claims:
        down, up = self.policy.down_after, self.policy.up_after
        lasting = -(-self.policy.for_ // INTERVAL)
        return reference(self.looks.get(name, []), (down.count, down.of), (up.count, up.of), lasting)

    def divergences(self) -> int:
        """Channels and targets whose de-duplicated sequence is not what the reference says."""
        return sum(
            [notice.claim for notice in self.heard(channel, name) if notice.kind is not Kind.REMINDER]
            != [claim for _, claim in self.expected(name)]
            for channel in self.policy.channels
            for name in self.looks
        )


def random_policy(chance: random.Random, channels: tuple[str, ...]) -> Policy:
    def threshold(most: int) -> Threshold:
        count = chance.randint(1, most)
        return Threshold(count, count + chance.choice([0, 0, 1, 2]))

    return Policy(
        down_after=threshold(4),
        up_after=threshold(3),
        for_=INTERVAL * chance.choice([0, 0, 0, 2, 5]),
        interval=INTERVAL,
        reminders=chance.choice([(), (3 * INTERVAL, 10 * INTERVAL)]),
        channels=channels,
    )
