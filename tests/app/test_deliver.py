"""One recipient gets what it is owed: in order, at least once, whoever else delivers."""

import asyncio
from datetime import datetime, timedelta

import pytest

from colter.store.memory import MemoryStore
from tests.app.office import MINUTE, PATIENCE, SECOND, Board, Office, Shelf, Tell
from tests.fakes.clock import FakeClock


def test_rounds_arrive_in_order_and_are_owed_no_longer(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf, arrived = Shelf(batch=3), list[int | None]()
        await office.owe("a", "b", "c")
        courier = office.courier(shelf)
        courier.arrived = arrived.append
        await courier.deliver(PATIENCE)
        assert shelf.taken == ["a/0", "a/1", "b/0", "b/1", "c/0", "c/1"]
        assert [len(request) for request in shelf.requests] == [3, 3]
        assert (sum(filter(None, arrived)), await office.owed()) == (6, [])

    tell(story)


def test_nothing_owed_is_no_request(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Shelf()
        await office.owe("a", to="another")
        await office.deliver(shelf)
        assert (shelf.requests, await office.owed()) == ([], ["a"])

    tell(story)


def test_it_is_settled_only_after_it_was_sent(tell: Tell) -> None:
    async def story(office: Office) -> None:
        seen = list[list[str]]()

        async def look() -> None:
            seen.append(await office.owed())

        await office.owe("a", "b")
        await office.deliver(Shelf(plan=[look, look, look], batch=2))
        assert seen == [["a", "b"], ["a", "b"]]
        assert await office.owed() == []

    tell(story)


def test_what_is_committed_while_it_delivers_is_delivered_too(tell: Tell) -> None:
    async def story(office: Office) -> None:
        async def more() -> None:
            await office.owe("b")

        shelf = Shelf(plan=[more])
        await office.owe("a")
        await office.deliver(shelf)
        await office.deliver(shelf)
        assert shelf.taken == ["a/0", "a/1", "b/0", "b/1"]

    tell(story)


def test_while_another_delivers_it_waits_and_then_says_so(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Shelf()
        await office.owe("a")
        now = office.clock.now()
        assert await office.store.claim("shelf", "another", now + MINUTE, now)
        await office.fails(shelf, "another Colter is delivering", patience=10 * SECOND)
        assert shelf.requests == []
        assert 10 * SECOND <= office.clock.now() - now <= 12 * SECOND
        assert (await office.owing()).failures == 0
        await office.deliver(shelf, patience=MINUTE)  # by then the other one's lease has run out
        assert shelf.taken == ["a/0", "a/1"]

    tell(story)


def test_a_lease_lost_in_between_ends_the_sending(tell: Tell) -> None:
    async def story(office: Office) -> None:
        async def sleep_through_it() -> None:
            office.clock.advance(MINUTE)
            now = office.clock.now()
            assert await office.store.claim("shelf", "another", now + MINUTE, now)

        shelf = Shelf(plan=[sleep_through_it], batch=1)
        await office.owe("a")
        await office.fails(shelf, "another Colter has taken over")
        assert shelf.taken == ["a/0"]
        owing = await office.owing()
        assert (owing.failures, owing.problem) == (0, None)
        now = office.clock.now()
        assert not await office.store.claim("shelf", "me", now + MINUTE, now)
        assert await office.owed() == ["a"]

    tell(story)


def test_the_lease_is_extended_while_work_runs(tell: Tell) -> None:
    async def story(office: Office) -> None:
        async def take_long() -> None:
            office.clock.advance(10 * SECOND)
            now = office.clock.now()
            assert not await office.store.claim("shelf", "another", now + MINUTE, now)

        shelf = Shelf(plan=[take_long] * 10, batch=1)
        await office.owe("a", entries=10)
        await office.deliver(shelf)
        assert len(shelf.taken) == 10

    tell(story)


def test_a_display_is_shown_the_newest_once_for_all_rounds(tell: Tell) -> None:
    async def story(office: Office) -> None:
        board = Board()
        await office.owe("a", "b", "c", to="board")
        await office.deliver(board)
        (latest,) = board.shown
        assert [result.at for result in latest[0].results] == [office.clock.now()] * 2
        assert await office.owed() == []

    tell(story)


def test_what_is_refused_is_listed_and_not_tried_again(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Shelf(refuses=frozenset({"a/1", "b/0"}))
        await office.owe("a", "b", entries=4)
        courier = await office.deliver(shelf)
        assert sorted(shelf.taken) == ["a/0", "a/2", "a/3", "b/1", "b/2", "b/3"]
        refusals = await office.store.refusals()
        assert [(refusal.item, refusal.reason) for refusal in refusals] == [
            ("a/1", "a/1 is bad"),
            ("b/0", "b/0 is bad"),
        ]
        assert courier.refused == list(refusals)
        assert ((await office.owing()).refused, await office.owed()) == (2, [])
        shelf.requests.clear()
        await office.deliver(shelf)
        assert shelf.requests == []

    tell(story)


def test_who_is_cancelled_in_between_gives_the_right_back_and_loses_nothing(tell: Tell) -> None:
    async def story(office: Office) -> None:
        reached = asyncio.Event()

        async def hang() -> None:
            reached.set()
            await asyncio.Event().wait()

        shelf = Shelf(plan=[None, hang], batch=2)
        await office.owe("a", "b")
        task = asyncio.create_task(office.deliver(shelf))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        now = office.clock.now()
        assert await office.store.claim("shelf", "another", now + MINUTE, now)
        await office.store.release("shelf", "another")
        assert await office.owed() == ["a", "b"]
        assert (await office.owing()).failures == 0
        await office.deliver(shelf)
        assert list(dict.fromkeys(shelf.taken)) == ["a/0", "a/1", "b/0", "b/1"]

    tell(story)


def test_who_is_cancelled_while_the_right_is_being_given_gives_it_back() -> None:
    class Slow(MemoryStore):
        """Has given the right already, and does not come to say so."""

        async def claim(self, sink: str, holder: str, until: datetime, now: datetime) -> bool:
            taken = await super().claim(sink, holder, until, now)
            if holder == "me":
                reached.set()
                await asyncio.Event().wait()
            return taken

    reached, clock = asyncio.Event(), FakeClock()

    async def story() -> None:
        office = Office(Slow(clock), clock)
        await office.owe("a")
        task = asyncio.create_task(office.deliver(Shelf()))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        now = clock.now()
        assert await office.store.claim("shelf", "another", now + MINUTE, now)

    asyncio.run(story())


def test_a_sink_with_a_bug_gives_the_right_back(tell: Tell) -> None:
    async def story(office: Office) -> None:
        async def stumble() -> None:
            raise KeyError("a bug")

        await office.owe("a")
        with pytest.raises(KeyError):
            await office.deliver(Shelf(plan=[stumble]))
        assert await office.owed() == ["a"]
        await office.deliver(Shelf(), patience=timedelta())
        assert await office.owed() == []

    tell(story)
