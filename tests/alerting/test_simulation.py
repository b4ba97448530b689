"""Random runs with crashes and refusals at every step end with exactly what the reference says."""

import random
from dataclasses import dataclass

from tests.alerting.reference import Look, Seen
from tests.alerting.world import INTERVAL, Crash, Outcome, World, random_policy
from tests.full import FULL

RUNS = 20_000 if FULL else 200


@dataclass
class Totals:
    crashes: int = 0
    notices: int = 0
    duplicates: int = 0
    divergent: int = 0


def test_after_crashes_and_refusals_every_channel_has_heard_what_the_reference_says() -> None:
    totals = Totals()
    for seed in range(RUNS):
        world = _run(random.Random(seed))
        heard = sum(len(world.heard(channel, name)) for channel in world.policy.channels for name in world.looks)
        totals.crashes += world.crashes
        totals.notices += heard
        totals.duplicates += sum(map(len, world.received.values())) - heard
        totals.divergent += world.divergences() > 0
    print(f"{RUNS} runs: {totals}")  # noqa: T201  the figures of the long form
    assert totals.divergent == 0
    assert totals.crashes > RUNS
    assert totals.notices > RUNS
    assert totals.duplicates > 0


def _run(chance: random.Random) -> World:
    channels = ("chat", "ops")[: chance.randint(1, 2)]
    world = World(random_policy(chance, channels))
    names = ("api", "web", "db")[: chance.randint(1, 3)]
    trouble, refusal, crash = chance.random(), chance.random() * 0.8, chance.random() * 0.3
    muted = held = False

    def outcome() -> Outcome:
        if chance.random() < crash:
            return chance.choice(["crash before", "crash after"])
        return "refused" if chance.random() < refusal else "taken"

    for _ in range(chance.randint(5, 40)):
        muted ^= chance.random() < 0.04
        held ^= chance.random() < 0.04
        for name in names:
            verdict: Seen = "unknown" if chance.random() < 0.1 else "bad" if chance.random() < trouble else "good"
            crashes: Crash = chance.choice(["before", "after"]) if chance.random() < crash else "no"
            world.look(name, Look(verdict, muted, held), crash=crashes)
        if chance.random() < 0.1:
            trouble = chance.random()
        world.now += INTERVAL
        for channel in channels:
            world.deliver(channel, outcome)
    world.heal()
    return world
