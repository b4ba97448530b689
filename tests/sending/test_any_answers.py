"""Whatever channels answer, and however often we start anew: what is told is told in order, and nothing gets lost."""

import random
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from colter.core.alerting.channels import channel_target
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.outgoing import Outgoing
from colter.core.errors import Answer, DeliveryError
from colter.core.message import Message
from colter.core.ports import Notifier
from tests.full import FULL
from tests.sending.booth import MINUTE, NAMES, Booth, play

RUNS = 2000 if FULL else 20
CHANNELS = ("ops", "chat", "phone")
ALERTS = """\
channels:
  ops: {type: webhook, url: "http://127.0.0.1:1/"}
  chat: {type: webhook, url: "http://127.0.0.1:1/", fallback: ops}
  phone: {type: webhook, url: "http://127.0.0.1:1/"}
routes:
  - {match: {name: e0}, notify: [chat]}
  - {match: {name: e1}, notify: [ops, phone], remind: [5m]}
"""


@dataclass
class Moody:
    """A channel that answers as it likes, until it is healed."""

    name: str
    chance: random.Random
    healed: bool = False
    mood: Answer | None = None
    taken: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        if self.healed or self.mood is None:
            self.taken.append(message)
            return
        if self.chance.random() < 1 / 4:
            self.taken.append(message)  # and its answer is lost
            raise DeliveryError(f"{self.name}: nobody knows")
        raise DeliveryError(f"{self.name}: {self.mood}", answer=self.mood)

    async def close(self) -> None: ...

    @property
    def consistent(self) -> bool:
        """Whether a key has always stood for the same message."""
        bodies = {message.key: message.to_json() for message in self.taken}
        return all(message.to_json() == bodies[message.key] for message in self.taken)

    @property
    def told(self) -> dict[str, list[int]]:
        """By incident the numbers of its messages as they came, each once."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for message in self.taken:
            for alert in message.alerts:
                if alert["sequence"] not in found[alert["incident"]]:
                    found[alert["incident"]].append(alert["sequence"])
        return found


@pytest.mark.parametrize("block", range(4))
def test_nothing_is_lost_and_nothing_overtakes(block: int) -> None:
    for seed in range(block, RUNS, 4):
        _play_one(seed)


def _play_one(seed: int) -> None:
    chance = random.Random(seed)
    random.seed(seed)  # also of the pauses between tries
    moody = {name: Moody(name, chance) for name in CHANNELS}

    async def make(name: str) -> Notifier:
        return moody[name]

    async def story(booth: Booth) -> None:
        booth.make = make
        await booth.begin()
        owed: dict[str, Outgoing] = {}
        for _ in range(chance.randint(5, 40)):
            names = NAMES[: chance.choice([2, 3, 9])]
            down = [name for name in names if chance.random() < 1 / 2]
            await booth.look(down=" ".join(down), up=" ".join(set(names) - set(down)))
            for each in moody.values():
                if chance.random() < 1 / 4:
                    each.mood = chance.choice([None, None, *Answer])
            if chance.random() < 1 / 5:
                await booth.begin()
            owed |= await _owed(booth)
            await booth.tell(chance.choice([0, 0, 1, 10]) * MINUTE)
            owed |= await _owed(booth)
            booth.clock.advance(MINUTE)
        for each in moody.values():
            each.healed = True
        booth.clock.advance(10 * MINUTE)
        await booth.tell(60 * MINUTE)
        assert await booth.owed() == [], seed
        await _check(booth, moody, owed, seed)

    play(story, ALERTS)


async def _owed(booth: Booth) -> dict[str, Outgoing]:
    return {delivery.key: from_delivery(delivery) for delivery in await booth.store.owed()}


async def _check(booth: Booth, moody: dict[str, Moody], owed: dict[str, Outgoing], seed: int) -> None:
    letters = {each.key: from_delivery(each) for each in await booth.store.undelivered()}
    told = {name: channel.told for name, channel in moody.items()}
    assert all(channel.consistent for channel in moody.values()), seed
    rows = {**owed, **letters}
    for name, incidents in told.items():
        for incident, numbers in incidents.items():
            assert numbers == sorted(numbers), (seed, name, incident)
    for key, row in rows.items():
        if row.notice.kind is not Kind.REMINDER and key not in letters:
            assert row.notice.sequence in told[row.channel][row.notice.incident], (seed, key)
    for row in rows.values():
        if row.notice.closes:
            _check_end(row.notice, told, letters, seed)
    for key, row in letters.items():
        if row.notice.opens:
            somebody = any(1 in each.get(row.notice.incident, []) for each in told.values())
            others = [name for name in CHANNELS if row.notice.target != channel_target(name)]
            everybody = all(f"{row.notice.key}:{name}" in letters for name in others)
            assert somebody or everybody, (seed, key)  # R11


def _check_end(notice: Notice, told: dict[str, dict[str, list[int]]], letters: Collection[str], seed: int) -> None:
    """R5: whoever was told of the beginning is told of the end."""
    for name in CHANNELS:
        heard = told[name].get(notice.incident, [])
        ended = notice.sequence in heard or f"{notice.key}:{name}" in letters
        assert ended or 1 not in heard, (seed, name, notice.key)
