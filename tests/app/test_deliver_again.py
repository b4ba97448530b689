"""What a recipient has not taken is tried again, not too soon and not for ever."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from colter.app.delivering.courier import Bounds, backoff
from colter.app.delivering.deliveries import Deliveries
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry
from tests.app.office import MINUTE, PATIENCE, SECOND, Board, Office, Shelf, Tell, later
from tests.store.making import FOR_EVER


def test_it_goes_on_with_growing_pauses_until_patience_ends(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Shelf(plan=[later()] * 1000)
        await office.owe("a", "b")
        await office.fails(shelf, "out of reach", patience=10 * MINUTE)
        slept = office.clock.slept
        assert len(shelf.requests) == len(slept) + 1 > 3
        assert all(SECOND <= pause <= 5 * MINUTE for pause in slept)
        assert sum(slept, timedelta()) <= 10 * MINUTE
        assert (shelf.taken, await office.owed()) == ([], ["a", "b"])

    tell(story)


def test_a_wait_is_shown_and_no_warning_before_it_is_given_up(tell: Tell, caplog: pytest.LogCaptureFixture) -> None:
    async def story(office: Office) -> None:
        shelf, arrived = Shelf(plan=[later(), later()]), list[int | None]()
        await office.owe("a")
        courier = office.courier(shelf)
        courier.arrived = arrived.append
        with caplog.at_level(logging.WARNING):
            await courier.deliver(PATIENCE)
        assert (arrived, caplog.records) == ([None, None, 2], [])

    tell(story)


def test_patience_begins_anew_when_something_has_arrived(tell: Tell) -> None:
    async def story(office: Office) -> None:
        for key in ("a", "b", "c"):
            await office.owe(key)
            office.clock.advance(MINUTE)
            shelf = Shelf(plan=[later(retry_after=20 * SECOND)])
            await office.deliver(shelf)
            assert shelf.taken == [f"{key}/0", f"{key}/1"]

    tell(story)


def test_failures_in_a_row_are_counted_over_runs_and_forgotten_by_a_success(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a", "b")
        begun = office.clock.now()
        for number in (1, 2, 3):
            await office.fails(Shelf(plan=[later()]), "out of reach", patience=timedelta())
            owing = await office.owing()
            assert (owing.failures, owing.problem) == (number, "shelf: out of reach")
            assert (owing.deliveries, owing.entries, owing.since) == (2, 4, begun - SECOND)
            assert owing.retry_at
            assert SECOND <= owing.retry_at - office.clock.now() <= 2**number * SECOND
        await office.deliver(Shelf())
        owing = await office.owing()
        assert (owing.failures, owing.problem, owing.retry_at, owing.deliveries) == (0, None, None, 0)

    tell(story)


def test_who_asks_to_be_left_alone_is_not_asked_before(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a")
        shelf = Shelf(plan=[later(retry_after=10 * MINUTE)])
        await office.fails(shelf, "out of reach")
        for _ in range(3):
            error = await office.fails(shelf, "left alone .* out of reach")
            assert error.retry_after
            office.clock.advance(3 * MINUTE)
        assert (len(shelf.requests), office.clock.slept) == (1, [])
        office.clock.advance(MINUTE)
        await office.deliver(shelf)
        assert shelf.taken == ["a/0", "a/1"]

    tell(story)


def test_a_clock_that_is_set_back_leaves_nobody_alone_for_days(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a")
        shelf = Shelf(plan=[later(retry_after=10 * MINUTE)])
        await office.fails(shelf, "out of reach")
        office.clock.time -= timedelta(days=3)
        await office.deliver(shelf)
        assert shelf.taken == ["a/0", "a/1"]

    tell(story)


def test_a_short_wait_that_was_asked_for_is_waited_exactly(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a")
        await office.deliver(Shelf(plan=[later(retry_after=7 * SECOND)]))
        assert office.clock.slept == [7 * SECOND]

    tell(story)


def test_our_own_pause_does_not_keep_the_next_run_from_trying(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a")
        await office.fails(Shelf(plan=[later()]), "out of reach", patience=timedelta())
        await office.deliver(Shelf())
        assert (office.clock.slept, await office.owed()) == ([], [])

    tell(story)


def test_wrong_settings_end_it_at_once_and_everything_is_kept(tell: Tell) -> None:
    async def story(office: Office) -> None:
        await office.owe("a", "b")
        shelf = Shelf(plan=[DeliveryError("shelf: 401", answer=Answer.PAUSE, hint="a new token")])
        error = await office.fails(shelf, "401", patience=timedelta(hours=1))
        assert (error.answer, error.hint) == (Answer.PAUSE, "a new token")
        assert (len(shelf.requests), office.clock.slept) == (1, [])
        assert (await office.owed(), (await office.owing()).problem) == (["a", "b"], "shelf: 401")
        await office.deliver(shelf)  # somebody has mended them
        assert len(shelf.taken) == 4

    tell(story)


def test_after_a_failure_it_comes_in_smaller_parts_until_things_go_well_again(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Shelf(plan=[later(), later()], batch=8)
        courier = office.courier(shelf)
        sizes = list[list[int]]()
        for key in ("a", "b", "c"):
            shelf.requests.clear()
            await office.owe(key, entries=8)
            await courier.deliver(PATIENCE)
            sizes.append([len(request) for request in shelf.requests])
        assert sizes == [[8, 4, 2, 2, 2, 2], [4, 4], [8]]
        assert len(shelf.taken) == 24

    tell(story)


def test_for_one_that_has_failed_no_more_is_read_than_is_sent_at_once(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Counting(plan=[later(), later()], batch=4)
        courier = office.courier(shelf)
        await office.owe("a", "b", "c", "d", "e", "f")
        for encoded in (12, 12 + 2):
            with pytest.raises(DeliveryError):
                await courier.deliver(timedelta())
            assert shelf.encoded == encoded
        await courier.deliver(timedelta())
        assert [len(request) for request in shelf.requests] == [4, 2, 1, 1, 2, 4, 4]
        assert shelf.encoded == 12 + 2 + 12

    tell(story)


def test_a_slow_one_is_given_less_from_try_to_try_until_it_keeps_up(tell: Tell) -> None:
    async def story(office: Office) -> None:
        shelf = Slow(batch=8)

        async def make(_: str) -> Shelf:
            return shelf

        deliveries = Deliveries(office.store, office.clock, make, Bounds(), lasting=True)
        await office.owe("a", entries=8)
        problems = [await deliveries.deliver(["shelf"], timedelta()) for _ in range(3)]
        assert [len(each) for each in problems] == [1, 1, 0]
        assert (len(shelf.taken), await office.owed()) == (8, [])
        await deliveries.close()

    tell(story)


@dataclass
class Slow(Shelf):
    """One that does not get done with more than two at a time."""

    async def send(self, items: Sequence[str]) -> None:
        if len(items) > 2:
            raise later()
        await super().send(items)


@dataclass
class Counting(Shelf):
    """One that knows how much was made ready for it."""

    encoded: int = 0

    def encode(self, entry: Entry) -> Sequence[str]:
        self.encoded += 1
        return super().encode(entry)


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        pytest.param(Bounds(age=timedelta(minutes=2, seconds=2)), ["c", "d"], id="age"),
        pytest.param(Bounds(entries=7), ["c", "d"], id="entries"),
        pytest.param(Bounds(entries=6), ["c", "d"], id="entries-exactly"),
        pytest.param(Bounds(), ["a", "b", "c", "d"], id="neither"),
    ],
)
def test_what_is_beyond_the_bounds_is_given_up_counted_and_still_in_the_history(
    tell: Tell, bounds: Bounds, kept: list[str]
) -> None:
    async def story(office: Office) -> None:
        for key in ("a", "b", "c", "d"):
            office.clock.advance(MINUTE)
            await office.owe(key, entries=3)
        office.clock.advance(MINUTE)
        shelf, given_up = Shelf(), list[int]()
        dropped = 3 * (4 - len(kept))
        for _ in range(2):
            courier = office.courier(shelf, bounds=bounds)
            courier.gave_up = given_up.append
            await courier.deliver(PATIENCE)
        assert shelf.taken == [f"{key}/{number}" for key in kept for number in range(3)]
        assert (await office.owing()).dropped == dropped
        assert given_up == ([dropped] if dropped else [])
        assert [done.key for done in await office.store.rounds(*FOR_EVER)] == ["a", "b", "c", "d"]

    tell(story)


def test_a_display_that_fails_stays_owed_everything(tell: Tell) -> None:
    async def story(office: Office) -> None:
        board = Board(plan=[later(), later()])
        await office.owe("a", "b", to="board")
        await office.fails(board, "out of reach", patience=timedelta())
        assert await office.owed() == ["a", "b"]
        await office.deliver(board)
        assert (len(board.shown), await office.owed()) == (1, [])

    tell(story)


def test_backoff_is_spread_between_a_second_and_five_minutes() -> None:
    for failures, longest in ((1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (50, 300), (10_000, 300)):
        waits = [backoff(failures).total_seconds() for _ in range(300)]
        assert 1 <= min(waits) <= max(waits) <= longest
        assert max(waits) - min(waits) > (longest - 1) / 2  # full jitter: who failed together comes back apart
