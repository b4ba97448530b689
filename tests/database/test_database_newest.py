"""The newest of every target is the same, whether rounds were kept one by one or sent to a database all at once."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.model import EndpointState, ProbeResult, Reading, Round, Sample, Target
from colter.core.secret import Secret
from tests.database.places import NEWEST, Place, entries
from tests.fakes.clock import START
from tests.store.making import FORKS, STARS, opened

moments = st.integers(0, 20).map(lambda seconds: START + timedelta(seconds=seconds))
readings = st.builds(
    Reading,
    target=st.sampled_from([Target("github", "a/a"), Target("github", "b/b")]),
    at=moments,
    samples=st.lists(st.builds(Sample, st.sampled_from([STARS, FORKS]), st.integers(-5, 5)), max_size=3),
    problem=st.none() | st.just("refused"),
)
results = st.builds(
    ProbeResult,
    endpoint=st.sampled_from(["api", "web"]),
    url=st.just("https://example.org/"),
    at=moments,
    state=st.sampled_from(EndpointState),
)
rounds = st.lists(st.tuples(st.lists(readings, max_size=3), st.lists(results, max_size=4)), min_size=1, max_size=5).map(
    lambda seen: [_round(number, *each) for number, each in enumerate(seen)]
)


def _round(number: int, readings: Sequence[Reading], results: Sequence[ProbeResult]) -> Round:
    """Each begins when the one before it has ended: what comes late changes nothing, and that depends on the order."""
    later = timedelta(minutes=number)
    return Round(
        f"round-{number}",
        START + later,
        START + later + timedelta(seconds=21),
        tuple(replace(each, at=each.at + later) for each in readings),
        tuple(replace(each, at=each.at + later) for each in results),
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with tables and without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "state.db"
    asyncio.run(_keep(path, []))
    return path


@settings(max_examples=25, deadline=None)
@given(sequence=rounds)
def test_the_newest_is_the_same_one_by_one_and_all_at_once(empty: Path, sequence: list[Round]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = Place("sqlite", Secret(f"sqlite:///{shutil.copy(empty, Path(folder) / 'kept.db')}"))
        sent = Place("sqlite", Secret(f"sqlite:///{shutil.copy(empty, Path(folder) / 'sent.db')}"))
        asyncio.run(_keep(Path(kept.url.database or ""), sequence))
        asyncio.run(_send(sent, sequence))
        assert _newest(kept) == _newest(sent)


def _newest(place: Place) -> list[list[dict[str, Any]]]:
    return [sorted(place.rows(query), key=repr) for query in NEWEST]


async def _keep(path: Path, sequence: list[Round]) -> None:
    async with opened(path) as store:
        for done in sequence:
            await store.commit(done)


async def _send(place: Place, sequence: list[Round]) -> None:
    sink = place.sink()
    await sink.send(entries(*sequence))
    await sink.close()
