"""F5: a bad line to one sink: it gets everything in the end, in order and once, and the others get theirs meanwhile."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.app.cycle import commit
from colter.app.runtime import open_runtime
from colter.config.settings import Settings, make_settings
from colter.core.clock import Clock, SystemClock
from colter.core.errors import ColterError, DeliveryError
from colter.core.model import Owing
from colter.store.moments import from_ms, to_ms
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.faults.numbered import METRICS, facts, numbered
from tests.faults.places import (
    Place,
    file_place,
    influxdb_place,
    mariadb_place,
    newest,
    port_of,
    postgres_place,
    pushgateway_place,
    sqlite_place,
    victoria_place,
)
from tests.full import FULL
from tests.servers.pushgateway import Pushgateway
from tests.servers.toxics import Proxy, Toxic
from tests.servers.victoriametrics import VictoriaMetrics
from tests.withheld import Withheld

DEADLINE = 10  # seconds that a sink may take for one request
SPARE = 5
PLACES: Mapping[str, tuple[str, Callable[[Any, int], Place]]] = {
    "victoria": ("victoria", victoria_place),
    "influxdb": ("influx", influxdb_place),
    "postgresql": ("postgres", postgres_place),
    "mariadb": ("mariadb", mariadb_place),
    "pushgateway": ("pushgateway", pushgateway_place),
}
"""By what is disturbed: the fixture of its server, and what makes a recipient of that."""
LONG_TALKS = ("postgresql", "mariadb")
"""Those with more than one question and one answer to a connection."""

SLOW = {"latency": Toxic(latency=timedelta(seconds=0.3)), "throttle": Toxic(bytes_per_second=20_000)}
CUT = {
    "lost-answer": Toxic(lose_answer_to=b""),
    "cut-request": Toxic(cut_request_after=150),
    "cut-answer": Toxic(cut_answer_after=20),
}
CUT_LATER = {
    "lost-commit": Toxic(lose_answer_to=b"COMMIT"),
    "cut-later-request": Toxic(cut_request_after=1500),
    "cut-later-answer": Toxic(cut_answer_after=1000),
}
HANG = {"hang": Toxic(hang=True), "no-answer": Toxic(latency=timedelta(hours=1))}
USUAL = [
    ("victoria", "lost-answer"),
    ("influxdb", "cut-request"),
    ("postgresql", "lost-commit"),
    ("mariadb", "lost-commit"),
    ("mariadb", "cut-later-request"),
    ("pushgateway", "cut-answer"),
    ("pushgateway", "latency"),
    ("victoria", "hang"),
]
"""What is tried every time."""


@dataclass
class Stage:
    """Four sinks, the line to one of which is in our hands."""

    places: Mapping[str, Place]
    disturbed: str
    proxy: Proxy
    state: Path
    clock: Clock
    committed: int = 0

    @property
    def settings(self) -> Settings:
        env = {name: value for place in self.places.values() for name, value in place.env.items()}
        return make_settings(None, env, lambda _: pytest.fail("nothing is sealed"))

    def measure(self, rounds: int) -> None:
        """So many rounds more are owed to everybody."""

        async def keep() -> None:
            store = SqlStore(self.state / "state.db", self.clock, METRICS)
            await store.open()
            for number in range(self.committed, self.committed + rounds):
                assert await commit(store, numbered(number), self.places) is None
            await store.close()

        asyncio.run(keep())
        self.committed += rounds

    def deliver(self, patience: timedelta = timedelta(seconds=30)) -> tuple[Sequence[ColterError], Owing]:
        """What went wrong, and what the disturbed one is still owed."""

        async def bring() -> tuple[Sequence[ColterError], Owing]:
            settings, sinks = self.settings, tuple(self.places)
            async with open_runtime(settings, self.clock, state_dir=self.state, sinks=sinks) as runtime:
                await runtime.deliver(patience=patience)
                owing = {owing.to: owing for owing in await runtime.store.owing()}
                return runtime.problems, owing.get(self.disturbed, Owing("sink", self.disturbed))

        return asyncio.run(bring())

    def check(self, name: str, rounds: int) -> None:
        """This place has these rounds: nothing else, in order, and what can tell a repeat has none."""
        found, expected = self.places[name].read(), facts(map(numbered, range(rounds)))
        if name == "prometheus":
            assert sorted(found) == sorted(newest(expected))
        elif name == "influx":
            assert sorted(set(found)) == sorted(expected)
        else:
            assert sorted(found) == sorted(expected)
            assert [fact.round for fact in found] == sorted(fact.round for fact in found)


@contextmanager
def stage(request: pytest.FixtureRequest, name: str, clock: Clock, tmp_path: Path) -> Iterator[Stage]:
    victoria: VictoriaMetrics = request.getfixturevalue("victoria")
    pushgateway: Pushgateway = request.getfixturevalue("pushgateway")
    fixture, make = PLACES[name]
    server = request.getfixturevalue(fixture)
    with Proxy(port_of(server)) as proxy:
        disturbed = make(server, proxy.port)
        healthy = [
            victoria_place(victoria),
            sqlite_place(tmp_path / "shared.db"),
            pushgateway_place(pushgateway),
            file_place(tmp_path / "all.jsonl"),
        ]
        places = {place.sink: place for place in [*healthy, disturbed]}
        yield Stage(places, disturbed.sink, proxy, tmp_path / "state", clock)


def _cases(toxics: Iterable[str]) -> list[Any]:
    every = [(name, toxic) for name in PLACES for toxic in toxics if toxic not in CUT_LATER or name in LONG_TALKS]
    return [pytest.param(*case, id="-".join(case)) for case in every if FULL or case in USUAL]


@pytest.mark.parametrize(("name", "toxic"), _cases(["refused", *CUT, *CUT_LATER]))
def test_a_sink_that_is_cut_off_gets_everything_later_and_the_others_get_theirs(
    name: str, toxic: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    clock = FakeClock()  # its pauses take no time
    with stage(request, name, clock, tmp_path) as act:
        act.measure(3)
        assert act.deliver()[0] == []
        if toxic == "refused":
            act.proxy.refuse()
        else:
            act.proxy.behave({**CUT, **CUT_LATER}[toxic])
        clock.advance(timedelta(minutes=1))
        since = from_ms(to_ms(clock.now()))  # as it is kept
        act.measure(5)
        problems, owing = act.deliver()
        assert [type(problem) for problem in problems] == [DeliveryError]
        assert (owing.deliveries, owing.entries, owing.since) == (5, len(facts(map(numbered, range(3, 8)))), since)
        assert owing.failures >= 2
        assert owing.problem
        for healthy in set(act.places) - {act.disturbed}:
            act.check(healthy, 8)
        act.proxy.accept()
        act.proxy.behave(Toxic())
        act.measure(1)
        problems, owing = act.deliver()
        assert problems == []
        assert (owing.deliveries, owing.problem, owing.failures) == (0, None, 0)
        for each in act.places:
            act.check(each, 9)


@pytest.mark.parametrize(("name", "toxic"), _cases(SLOW))
def test_a_slow_line_only_takes_longer(name: str, toxic: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with stage(request, name, SystemClock(), tmp_path) as act:
        act.measure(1)
        assert act.deliver()[0] == []
        act.proxy.behave(SLOW[toxic])
        act.measure(5)
        assert act.deliver()[0] == []
        for each in act.places:
            act.check(each, 6)


@pytest.mark.parametrize(("name", "toxic"), _cases(HANG))
def test_a_sink_that_hangs_costs_its_deadline_and_nobody_else_anything(
    name: str, toxic: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    clock = SystemClock()
    with stage(request, name, clock, tmp_path) as act:
        act.measure(1)
        assert act.deliver()[0] == []
        act.proxy.behave(HANG[toxic])
        act.measure(5)
        busy, begun = Withheld(os.getpid()), clock.monotonic()
        problems, owing = act.deliver(patience=timedelta())
        took = clock.monotonic() - begun
        busy.look()
        assert took - busy.seconds < DEADLINE + SPARE
        assert [type(problem) for problem in problems] == [DeliveryError]
        assert owing.deliveries == 5
        for healthy in set(act.places) - {act.disturbed}:
            act.check(healthy, 6)
        act.proxy.reset()
        act.proxy.behave(Toxic())
        assert act.deliver()[0] == []
        for each in act.places:
            act.check(each, 6)
