"""After any sequence of rounds the file and the memory know the same."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.model import (
    AlertState,
    DailyCount,
    Delivery,
    EndpointState,
    Event,
    Phases,
    ProbeResult,
    Reading,
    Reason,
    Round,
    Sample,
    Target,
)
from colter.core.ports import Store
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.fakes.clock import START, FakeClock
from tests.store.making import BY_PYTHON, FOR_EVER, FORKS, METRICS, STARS


@dataclass(frozen=True)
class _Exchange:
    put: Sequence[Delivery]
    given_up: Mapping[str, str]
    states: Sequence[AlertState]
    decided: Sequence[str]


NAMES = ("a/a", "b/b", "c/c", "C/c")
words = st.text(st.characters(codec="utf-8"), max_size=8)
moments = st.integers(-10_000, 10_000).map(lambda ms: START + timedelta(milliseconds=ms))
numbers = st.one_of(st.integers(-5, 5), st.floats(allow_nan=True))
milliseconds = st.none() | st.integers(0, 10**7).map(lambda microseconds: microseconds / 1000)
samples = st.one_of(
    st.builds(Sample, st.sampled_from([STARS, FORKS]), numbers),
    st.builds(Sample, st.just(BY_PYTHON), numbers, st.dictionaries(st.just("python"), words)),
)
events = st.builds(Event, st.sampled_from(["issue", "release"]), st.sampled_from("123"), words, moments, words)
days = st.builds(
    DailyCount,
    st.sampled_from(["views", "clones"]),
    st.integers(0, 3).map(lambda day: START.date() + timedelta(days=day)),
    st.integers(0, 2**40),
)
readings = st.builds(
    Reading,
    target=st.builds(Target, st.sampled_from(["github", "pypi"]), st.sampled_from(NAMES)),
    at=moments,
    samples=st.lists(samples, max_size=4).map(tuple),
    info=st.dictionaries(words, words, max_size=2),
    missing=st.dictionaries(words, words, max_size=2),
    problem=st.none() | words,
    identity=st.none() | st.sampled_from(["R_1", "R_2", "R_3"]),
    events=st.lists(events, max_size=3),
    daily=st.lists(days, max_size=3),
    marks=st.dictionaries(st.sampled_from(["issue", "release"]), words),
)
results = st.builds(
    ProbeResult,
    endpoint=st.sampled_from(["api", "web"]),
    url=words,
    at=moments,
    state=st.sampled_from(EndpointState),
    reason=st.none() | st.sampled_from(Reason),
    detail=st.none() | words,
    status_code=st.none() | st.integers(100, 599),
    latency_ms=milliseconds,
    phases=st.builds(Phases, milliseconds, milliseconds),
    certificate_expires=st.none() | moments,
    attempts=st.integers(1, 3),
)
rounds = st.builds(
    Round,
    st.sampled_from("abcdef"),
    moments,
    moments,
    st.lists(readings, max_size=4).map(tuple),
    st.lists(results, max_size=4).map(tuple),
    machine=words,
    complete=st.sets(st.sampled_from(["github", "pypi", "probe"])).map(frozenset),
)
states = st.builds(
    AlertState,
    st.builds(Target, st.sampled_from(["github", "probe"]), st.sampled_from([*NAMES, "api"])),
    st.sampled_from(["down", "slow"]),
    st.sampled_from(["ok", "firing", "gone"]),
    moments,
    st.integers(0, 9),
    st.none() | st.sampled_from("AB"),
    memory=words,
)
deliveries = st.builds(
    Delivery, st.sampled_from("xyz"), st.sampled_from(["sink", "channel", "desk"]), words, moments, words
)
notices = st.builds(
    lambda incident, sequence, to, due, body: Delivery(f"{incident}:{sequence}:{to}", "channel", to, due, body),
    st.sampled_from("AB"),
    st.integers(1, 3),
    st.sampled_from(["ops", "chat"]),
    moments,
    words,
)
keys = st.lists(st.sampled_from("xyz") | notices.map(lambda notice: notice.key), max_size=4)
commits = st.tuples(
    rounds, st.lists(states, max_size=2), st.lists(deliveries, max_size=2) | st.lists(notices, max_size=3)
)
exchanges = st.builds(
    _Exchange,
    st.lists(notices, max_size=3),
    keys.map(lambda given_up: dict.fromkeys(given_up, "550")),
    st.lists(states, max_size=2),
    keys,
)
lengths = st.sampled_from([timedelta(seconds=1), timedelta(days=20), timedelta(days=40)])
steps = st.lists(st.one_of(commits, exchanges, keys, lengths), min_size=1, max_size=10)
Step = tuple[Round, list[AlertState], list[Delivery]] | _Exchange | list[str] | timedelta
"""A commit, an exchange, keys to settle, or time that passes."""


@settings(max_examples=40, deadline=None)
@given(sequence=steps)
def test_file_and_memory_agree_after_anything(empty: Path, sequence: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty, folder))
        clock = FakeClock()
        asyncio.run(_compare(clock, MemoryStore(clock), SqlStore(path, clock, METRICS), sequence))


async def _compare(clock: FakeClock, memory: MemoryStore, file: SqlStore, sequence: Sequence[Step]) -> None:
    await file.open()
    try:
        for step in sequence:
            if isinstance(step, timedelta):
                clock.advance(step)
            else:
                assert await _take(memory, step) == await _take(file, step)
        assert await _everything(memory) == await _everything(file)
    finally:
        await file.close()


async def _take(store: Store, step: tuple[Round, list[AlertState], list[Delivery]] | _Exchange | list[str]) -> bool:
    if isinstance(step, tuple):
        return await store.commit(*step)
    if isinstance(step, list):
        await store.settle(step)
    else:
        await store.exchange(step.put, given_up=step.given_up, states=step.states, decided=step.decided)
    return True


async def _everything(store: Store) -> list[object]:
    targets = [Target(source, name) for source in ("github", "pypi") for name in NAMES]
    return [
        await store.status(),
        await store.rounds(*FOR_EVER),
        await store.rounds(START, START + timedelta(seconds=3)),
        await store.rounds(*FOR_EVER, after="c", most=5),
        await store.rounds_by_key(["c", "a", "e"]),
        await store.entries(*FOR_EVER, after="d"),
        await store.latest(),
        await store.alert_states(),
        await store.owed(),
        await store.owing(),
        await store.undelivered(),
        [await store.arrived(incident) for incident in "AB"],
        [await store.arrivals(to, START) for to in ("ops", "chat")],
        await store.values(targets, ["stars", "forks", "by_python"], START),
        [await store.identities(source) for source in ("github", "pypi")],
        [await store.marks(target) for target in targets],
        [await store.daily(target, series) for target in targets for series in ("views", "clones")],
    ]
