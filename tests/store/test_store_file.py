"""What can be wrong with the file or its place, and that each is told with advice."""

import asyncio
import contextlib
import itertools
import os
import random
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

from colter.core.errors import StateError
from colter.core.model import AlertState, DailyCount, Delivery, EndpointState, Event
from colter.core.ports import Cached
from colter.store import replies
from colter.store.sql import SqlStore
from colter.store.write import results
from tests.fakes.clock import START, FakeClock
from tests.store.making import FLASK, FOR_EVER, METRICS, STARS, answer, at, done, look, opened

FLIPS = 200

Use = Callable[[SqlStore], Awaitable[object]]


async def _nothing(_store: SqlStore) -> None:
    pass


async def _commit(store: SqlStore) -> None:
    await store.commit(done("a round", answer()))


def _use(path: Path, use: Use = _nothing) -> None:
    async def run() -> None:
        async with opened(path) as store:
            await use(store)

    asyncio.run(run())


def _trouble(path: Path, use: Use = _nothing) -> StateError:
    with pytest.raises(StateError) as caught:
        _use(path, use)
    assert caught.value.hint
    return caught.value


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_what_was_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "colter" / "state.db"
    modes: list[int] = []

    async def look_beside(store: SqlStore) -> None:
        await _commit(store)
        modes.extend(_mode(file) for file in path.parent.iterdir())

    before = os.umask(0)
    try:
        _use(path, look_beside)
    finally:
        os.umask(before)
    assert _mode(path.parent) == 0o700
    assert set(modes) == {0o600}
    assert len(modes) == 5  # the file, its ballast and reserve, its log and the log's index


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    assert "another program" in str(_trouble(path))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    _use(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE colter_schema SET version_num = '9999'")
    error = _trouble(path)
    assert "newer Colter" in str(error)
    assert error.hint == "upgrade Colter"


@pytest.mark.parametrize(
    "content",
    [b"SQLite format 3\x00", b"hello " * 1000, os.urandom(8192)],
    ids=["a head alone", "text", "random bytes"],
)
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)
    _trouble(path)
    assert path.read_bytes() == content


def test_a_file_cut_in_half_is_told(tmp_path: Path) -> None:
    path = _well_used(tmp_path)
    os.truncate(path, path.stat().st_size // 2)
    assert "damaged" in str(_trouble(path, _read_all))


def test_a_directory_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    _trouble(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    _trouble(tmp_path / "file" / "state.db")
    _trouble(tmp_path / "file" / "colter" / "state.db")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def stranger() -> int | None:
    """A user who may not do everything: root asks one, others are one."""
    return 65534 if os.geteuid() == 0 else None


TRY = """
import asyncio, os, pathlib, sys, tempfile
from colter.core.errors import StateError
from colter.store.sql import SqlStore
from colter.store.write import results
from tests.fakes.clock import FakeClock
from tests.store.making import done

async def main(path):
    store = SqlStore(path, FakeClock(), {})
    await store.open()
    try:
        await store.commit(done("a stranger's round"))
    finally:
        await store.close()

with tempfile.TemporaryDirectory() as folder:  # loads all code: the stranger may not be able to read that either
    asyncio.run(main(pathlib.Path(folder) / "state.db"))
if sys.argv[2] != "None":
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    asyncio.run(main(pathlib.Path(sys.argv[1])))
except StateError as e:
    print(e, "|", e.hint)
"""


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_directory_that_may_not_be_written_is_told(folder: Path, stranger: int | None, mode: int) -> None:
    place = folder / "place"
    place.mkdir()
    _give(place, stranger, mode)
    assert "cannot be made" in _as_stranger(place / "state.db", stranger)
    place.chmod(0o700)


def test_a_file_that_may_not_be_written_is_told(folder: Path, stranger: int | None) -> None:
    path = _well_used(folder / "place")
    _give(path.parent, stranger, 0o500)
    _give(path, stranger, 0o400)
    assert "cannot be" in _as_stranger(path, stranger)
    path.parent.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become two users")
def test_another_user_cannot_open_the_history(folder: Path, stranger: int) -> None:
    path = _well_used(folder / "place")
    told = _as_stranger(path, stranger)
    assert "Permission denied" in told
    assert "--state" in told


def _give(path: Path, user: int | None, mode: int) -> None:
    if user is not None:
        os.chown(path, user, user)
    path.chmod(mode)


def _as_stranger(path: Path, user: int | None) -> str:
    run = subprocess.run(
        [sys.executable, "-c", TRY, str(path), str(user)], capture_output=True, text=True, check=False, timeout=300
    )
    assert not run.stderr
    return run.stdout


def test_a_file_locked_for_too_long_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def story(store: SqlStore) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StateError, match="locked by another process"):
                await store.commit(done("one", answer()))
            assert await store.status() == []  # readers do not wait
        assert await store.commit(done("one", answer()))
        assert len(await store.status()) == 1

    _use(path, story)


def test_a_cap_on_pages_is_told_and_leaves_everything_intact(tmp_path: Path) -> None:
    def cap(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 150")

    path = _well_used(tmp_path)
    event.listen(Engine, "connect", cap)
    try:
        _use(path, _fill)
    finally:
        event.remove(Engine, "connect", cap)
    _use(path, _commit)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_and_work_goes_on_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))

    async def story(store: SqlStore) -> None:
        await _fill(store)
        ballast.unlink()
        assert await store.commit(done("afterwards", answer()))

    _use(small_disk / "state.db", story)
    with contextlib.closing(sqlite3.connect(small_disk / "state.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_without_room_for_the_tables_is_told(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(990_000))
    _trouble(small_disk / "state.db")


async def _fill(store: SqlStore) -> None:
    """Commit until there is no room, and see that everything acknowledged is there."""
    kept = [each.key for each in await store.rounds(*FOR_EVER)]

    async def commit_until_full() -> None:
        for number in itertools.count():
            long = Event("issue", str(number), "x" * 20_000, START)
            await store.commit(done(f"fill {number}", replace(look(number), events=[long]), minutes=number))
            kept.append(f"fill {number}")

    with pytest.raises(StateError, match="no space left") as caught:
        await commit_until_full()
    assert caught.value.hint
    assert sorted(each.key for each in await store.rounds(*FOR_EVER)) == sorted(kept)


@pytest.mark.parametrize("table", ["target", "alert_state", "outbox", "recipient", "last_result"])
def test_damage_where_decisions_hang_on_it_is_told_at_once(tmp_path: Path, table: str) -> None:
    path = _well_used(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    assert "damaged" in str(_trouble(path))


def test_a_flipped_byte_is_harmless_or_told(tmp_path: Path) -> None:
    sound = _well_used(tmp_path)
    chance = random.Random(20260504)
    content = sound.read_bytes()
    told = 0
    for number in range(FLIPS):
        path = tmp_path / f"{number}.db"
        # Half of them where SQLite keeps its own book, which few random places would hit.
        place = chance.randrange(100 if number % 4 == 0 else 4096 if number % 2 else len(content))
        flipped = content[place] ^ (1 << chance.randrange(8))
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        told += _is_told(path)
    assert FLIPS / 50 < told < FLIPS


def _is_told(path: Path) -> bool:
    try:
        _use(path, _read_all)
    except StateError as e:
        return bool(e.hint)
    return False


async def _read_all(store: SqlStore) -> None:
    async with asyncio.timeout(30):
        await store.status()
        await store.rounds(*FOR_EVER)


def test_a_slow_endpoint_does_not_swell_the_history_by_telling_another_latency_each_time(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    slow = [
        replace(answer(number, state=EndpointState.DEGRADED), detail=f"the answer took {number} ms")
        for number in range(50)
    ]

    async def story(store: SqlStore) -> None:
        for number, result in enumerate(slow):
            await store.commit(done(f"round {number}", result, minutes=number))
        assert [each.results for each in await store.rounds(*FOR_EVER)] == [(result,) for result in slow]

    _use(path, story)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (1,)


def test_a_round_that_failed_is_not_remembered_in_part(tmp_path: Path) -> None:
    stray = Delivery("a key", "sink", "influx", at(0), round_key="no such round")

    async def story(store: SqlStore) -> None:
        with pytest.raises(IntegrityError):
            await store.commit(done("one", answer(endpoint="a")), deliveries=[stray])
        later = [done("two", answer(endpoint="b"), minutes=2), done("three", answer(endpoint="a"), minutes=3)]
        for each in later:
            await store.commit(each)
        assert await store.rounds(*FOR_EVER) == later

    _use(tmp_path / "state.db", story)


def test_outcomes_are_not_remembered_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_MOST_REMEMBERED", 3)

    async def story(store: SqlStore) -> None:
        rounds = [
            done(f"round {minutes}", *(answer(minutes, endpoint) for endpoint in "abcde"), minutes=minutes)
            for minutes in range(3)
        ]
        for each in rounds:
            await store.commit(each)
            assert len(store._outcomes._ids) <= 3
        assert await store.rounds(*FOR_EVER) == rounds

    _use(tmp_path / "state.db", story)


def test_the_cache_is_bounded_and_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MOST_BYTES", 10_000)
    path = tmp_path / "state.db"

    async def fill(store: SqlStore) -> None:
        for number in range(30):
            await store.cache(f"page {number}", Cached(bytes(1000), "", at(number), at(number)))
        await store.cache("too large", Cached(bytes(replies.LARGEST + 1), "", at(50), at(50)))

    async def recall(store: SqlStore) -> None:
        found = [number for number in range(30) if await store.cached(f"page {number}")]
        assert found == list(range(20, 30))
        assert await store.cached("too large") is None

    _use(path, fill)
    _use(path, recall)


def test_a_large_cache_is_written_before_the_end(tmp_path: Path) -> None:
    async def story(store: SqlStore) -> None:
        for number in range(6):
            await store.cache(f"page {number}", Cached(bytes(2**20), "", at(number), at(number)))
        async with opened(tmp_path / "state.db") as other:
            assert await other.cached("page 0")

    _use(tmp_path / "state.db", story)


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:

        async def story(store: SqlStore) -> None:
            await store.cache("a page", Cached(b"", "", at(0), at(0)))
            other.execute("BEGIN IMMEDIATE")

        _use(path, story)
    assert "replies were not cached" in caplog.text


def test_a_store_that_is_not_open_says_so(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "state.db", FakeClock(), METRICS)
    asyncio.run(store.close())
    with pytest.raises(StateError, match="not open"):
        asyncio.run(store.commit(done("one")))


def _well_used(folder: Path) -> Path:
    """A file with something in every table."""
    path = folder / "state.db"

    async def story(store: SqlStore) -> None:
        for minutes in range(6):
            reading = replace(
                look(minutes, identity="R_1", values={STARS: minutes}),
                info={"language": "Python"},
                missing={"traffic": "no access"},
                events=[Event("issue", str(minutes), "It breaks", at(minutes))],
                daily=[DailyCount("views", START.date() + timedelta(days=minutes), minutes)],
                marks={"issue": str(minutes)},
            )
            key = f"round {minutes}"
            await store.commit(
                done(key, reading, *(answer(minutes, f"endpoint {number}") for number in range(20)), minutes=minutes),
                [AlertState(FLASK, "stars", "ok", at(minutes))],
                [Delivery(key, "sink", "influx", at(minutes), round_key=key)],
            )
        await store.cache("a page", Cached(b"body", "etag", at(0), at(1)))

    _use(path, story)
    return path
