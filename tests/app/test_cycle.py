"""One round: whatever one source does, the others' readings stand."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from colter.app.cycle import Collected, collect, make_round
from colter.core.errors import ExitCode, SourceError
from colter.core.model import Metric, Reading, Target
from tests.fakes.clock import START, FakeClock

Emit = Callable[[Reading], None]
LONG = timedelta(seconds=30)


class Plain:
    """A source that reads two targets and then does what it is told."""

    metrics: tuple[Metric, ...] = ()

    def __init__(self, name: str, end: Callable[[], object] = lambda: None) -> None:
        self.name = name
        self._end = end

    async def collect(self, emit: Emit) -> None:
        for target in ("b", "a"):
            emit(Reading(Target(self.name, target), START))
        self._end()


class Hanging(Plain):
    """Reads its targets and never comes back."""

    async def collect(self, emit: Emit) -> None:
        await super().collect(emit)
        await asyncio.Event().wait()


def collected(sources: list[Plain], *, timeout: timedelta = LONG, emit: Emit = lambda _: None) -> Collected:
    done = Collected()
    asyncio.run(collect(sources, done, timeout=timeout, emit=emit))
    return done


def refused() -> None:
    raise SourceError("two: the token was refused")


def bug() -> None:
    raise KeyError("canary-from-a-reply")


def test_readings_come_sorted_and_are_told_as_they_come() -> None:
    told: list[Reading] = []
    done = collected([Plain("two"), Plain("one")], emit=told.append)
    assert [str(reading.target) for reading in done.readings] == ["one:a", "one:b", "two:a", "two:b"]
    assert sorted(told, key=lambda reading: reading.target) == done.readings
    assert done.problems == []


def test_a_failing_source_keeps_what_it_read_and_costs_the_others_nothing() -> None:
    done = collected([Plain("one"), Plain("two", refused)])
    assert len(done.readings) == 4
    assert [str(problem) for problem in done.problems] == ["two: the token was refused"]


def test_a_bug_in_a_source_is_one_problem_without_the_text_of_the_reply() -> None:
    done = collected([Plain("one", bug), Plain("two")])
    assert len(done.readings) == 4
    assert [str(problem) for problem in done.problems] == ["one: a bug: KeyError"]
    assert done.problems[0].exit_code is ExitCode.BUG


def test_a_source_that_hangs_is_cut_at_the_timeout() -> None:
    done = collected([Hanging("one"), Plain("two")], timeout=timedelta(milliseconds=50))
    assert len(done.readings) == 4
    assert [str(problem) for problem in done.problems] == ["one: not done within 50ms"]


def test_round_keys_are_unique_and_sort_by_time() -> None:
    clock = FakeClock()
    keys = []
    for _ in range(100):
        keys.append(make_round(clock, clock.now()).key)
        clock.advance(timedelta(milliseconds=1))
    assert keys == sorted(set(keys))
