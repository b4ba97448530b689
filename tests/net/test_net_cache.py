"""Replies that are kept: fresh for a while, then asked for again with their ETag."""

import asyncio
from datetime import timedelta

import pytest

from colter.core.ports import Cached
from colter.net.http import Http, Reply, Request
from colter.store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.rawserver import answer, raw_server, says

HOUR = timedelta(hours=1)
TAGGED = answer(200, b"one", ['ETag: W/"1"'])


def bodies(url: str, clock: FakeClock, store: MemoryStore, waits: list[timedelta]) -> list[tuple[int, bytes]]:
    async def run() -> list[tuple[int, bytes]]:
        found = []
        async with Http(clock) as http:
            for wait in waits:
                clock.advance(wait)
                reply = await http.send_cached(Request(url), store, "key", HOUR)
                found.append((reply.status, reply.body))
        return found

    return asyncio.run(run())


def test_a_fresh_reply_is_not_asked_for_again() -> None:
    with raw_server(says(TAGGED)) as server:
        found = bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), timedelta(minutes=59)])
    assert found == [(200, b"one")] * 2
    assert len(server.heads) == 1


def test_an_unchanged_reply_is_asked_for_by_its_etag_and_fresh_again() -> None:
    with raw_server(says(TAGGED, answer(304), answer(304))) as server:
        found = bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), HOUR, timedelta(minutes=59), HOUR])
    assert found == [(200, b"one")] * 4
    assert [b'if-none-match: W/"1"' in head for head in server.heads] == [False, True, True]


def test_a_changed_reply_takes_the_place_of_the_old_one() -> None:
    with raw_server(says(TAGGED, answer(200, b"two", ['ETag: "2"']), answer(304))) as server:
        found = bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), HOUR, HOUR])
    assert found == [(200, b"one"), (200, b"two"), (200, b"two")]
    assert b'if-none-match: "2"' in server.heads[-1]


def test_a_reply_without_an_etag_is_asked_for_plainly() -> None:
    with raw_server(says(answer(200, b"one"), answer(200, b"two"))) as server:
        assert bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), HOUR]) == [(200, b"one"), (200, b"two")]
    assert all(b"if-none-match" not in head for head in server.heads)


@pytest.mark.parametrize("status", [204, 301, 404, 500])
def test_no_other_status_is_kept(status: int) -> None:
    with raw_server(says(answer(status), answer(200, b"one"))) as server:
        found = bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), timedelta()])
    assert found[-1] == (200, b"one")


def test_a_failure_leaves_what_was_kept() -> None:
    with raw_server(says(TAGGED, answer(404), answer(304))) as server:
        found = bodies(server.url, FakeClock(), MemoryStore(), [timedelta(), HOUR, timedelta()])
    assert found == [(200, b"one"), (404, b""), (200, b"one")]


def test_a_reply_from_the_future_is_not_fresh() -> None:
    store, clock = MemoryStore(), FakeClock()
    later = START + timedelta(days=900)
    asyncio.run(store.cache("key", Cached(b"old", "", later, later + HOUR)))
    with raw_server(says(TAGGED)) as server:
        assert bodies(server.url, clock, store, [timedelta()]) == [(200, b"one")]


def test_what_is_kept_can_be_reduced() -> None:
    async def run(url: str) -> tuple[Reply, Reply, Cached | None]:
        store, clock = MemoryStore(), FakeClock()
        async with Http(clock) as http:
            first = await http.send_cached(Request(url), store, "key", HOUR, lambda body: body[:1])
            second = await http.send_cached(Request(url), store, "key", HOUR, lambda body: body[:1])
        return first, second, await store.cached("key")

    with raw_server(says(TAGGED)) as server:
        first, second, kept = asyncio.run(run(server.url))
    assert kept
    assert [first.body, second.body, kept.body] == [b"o"] * 3


def test_nothing_is_kept_when_reducing_fails() -> None:
    def fails(_: bytes) -> bytes:
        raise LookupError

    async def run(url: str) -> Cached | None:
        store, clock = MemoryStore(), FakeClock()
        async with Http(clock) as http:
            with pytest.raises(LookupError):
                await http.send_cached(Request(url), store, "key", HOUR, fails)
        return await store.cached("key")

    with raw_server(says(TAGGED)) as server:
        assert asyncio.run(run(server.url)) is None
