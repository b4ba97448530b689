"""After any sequence of rounds, of counting and of packing in any pieces, a file still says what memory says."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.model import Delivery, Round
from colter.store.memory import MemoryStore
from colter.store.sql import SqlStore
from tests.fakes.clock import START, FakeClock
from tests.store.making import METRICS
from tests.store.packing import count_all, readable
from tests.store.test_store_agreement import readings, results, words


@dataclass(frozen=True)
class _Pack:
    before: timedelta
    most: int


@dataclass(frozen=True)
class _Reopen:
    """As another process would find it."""


@dataclass(frozen=True)
class _Settle:
    keys: Sequence[str]


_Step = _Pack | _Reopen | _Settle


def _moved(done: Round, minutes: int, length: int) -> Round:
    """Anywhere in some days, with all that is in it."""
    started = START + timedelta(minutes=minutes)
    return replace(done, started=started, finished=started + timedelta(milliseconds=length))


rounds = st.builds(
    _moved,
    st.builds(
        Round,
        st.sampled_from("abc") | words,
        st.just(START),
        st.just(START),
        st.lists(readings, max_size=1).map(tuple),
        st.lists(results, max_size=4).map(tuple),
        machine=words,
        complete=st.sets(st.sampled_from(["github", "probe"])).map(frozenset),
    ),
    st.integers(-3000, 3000),
    st.integers(-1000, 100_000),
)
commits = st.lists(st.tuples(rounds, st.booleans()), min_size=1, max_size=12)
ages = st.integers(-60, 60).map(lambda hours: timedelta(hours=hours))
packs = st.builds(_Pack, ages, st.integers(1, 12)) | st.builds(_Pack, st.just(timedelta(days=5)), st.integers(1, 12))
settled = st.builds(_Settle, st.lists(st.integers(0, 20).map(str), max_size=5))
others = st.lists(packs | st.builds(_Reopen) | settled, max_size=4)
sequences = st.lists(st.tuples(commits, others), min_size=1, max_size=4)


@settings(max_examples=20, deadline=None)
@given(sequence=sequences)
def test_file_and_memory_agree_after_any_packing(
    empty: Path, sequence: Sequence[tuple[Sequence[tuple[Round, bool]], Sequence[_Step]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_compare(Path(shutil.copy(empty, folder)), sequence))


async def _compare(path: Path, sequence: Sequence[tuple[Sequence[tuple[Round, bool]], Sequence[_Step]]]) -> None:
    clock = FakeClock()
    memory, file = MemoryStore(clock), SqlStore(path, clock, METRICS)
    await file.open()
    seen: dict[str, Round] = {}
    try:
        for commits, steps in sequence:
            for done, is_owed in commits:
                # The same key is the same round: what is kept already is committed again as it was.
                each = seen.setdefault(done.key, done)
                owed = [Delivery(str(len(seen)), "sink", "influx", START, round_key=each.key)] if is_owed else []
                assert await memory.commit(each, (), owed) == await file.commit(each, (), owed)
            await count_all(file)
            for step in steps:
                match step:
                    case _Pack():
                        while await file.pack(START + step.before, most=step.most):
                            pass
                    case _Settle():
                        await memory.settle(step.keys)
                        await file.settle(step.keys)
                    case _Reopen():
                        await file.close()
                        file = SqlStore(path, clock, METRICS)
                        await file.open()
        assert await readable(file, list(seen)) == await readable(memory, list(seen))
    finally:
        await file.close()
