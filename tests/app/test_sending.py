import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil, log2

import pytest

from colter.app.delivering.sending import send_entries
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry, Reading, Round, Target

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """A sink in memory that refuses what it was told to refuse."""

    refuses: frozenset[int] = frozenset()
    largest: int = 10**9
    fails_at: int | None = None
    answer: Answer = Answer.RETRY
    batch: int = 5000
    at_once: int = 1
    name: str = "shelf"
    requests: int = 0
    taken: set[int] = field(default_factory=set)

    def encode(self, entry: Entry) -> Sequence[int]:
        return [entry.position]

    async def send(self, items: Sequence[int]) -> None:
        self.requests += 1
        if self.requests == self.fails_at:
            raise DeliveryError("not now", answer=self.answer)
        if len(items) > self.largest:
            raise DeliveryError("too much", answer=Answer.TOO_LARGE)
        if bad := self.refuses.intersection(items):
            raise DeliveryError(f"{min(bad)} is bad", answer=Answer.REFUSED)
        self.taken.update(items)

    def show(self, item: int) -> str:
        return f"item {item}\x1b"

    async def close(self) -> None: ...


def entries(count: int) -> list[Entry]:
    return list(Round("key", AT, AT, tuple(Reading(Target("pypi", f"p{n}"), AT) for n in range(count))).entries)


ALL = entries(5000)


@pytest.mark.parametrize("bad", [0, 1, 311, 312, 2499, 2500, 2501, 4095, 4687, 4998, 4999])
def test_one_poisoned_item_in_5000_costs_26_requests_at_most_and_only_itself(bad: int) -> None:
    shelf = Shelf(refuses=frozenset({bad}))
    (refusal,) = asyncio.run(send_entries(shelf, ALL))
    assert shelf.taken == set(range(5000)) - {bad}
    assert shelf.requests <= 26
    assert (refusal.target.name, refusal.item, refusal.reason) == (f"p{bad}", f"item {bad}", f"{bad} is bad")


def test_wherever_the_poison_is_nothing_else_is_lost() -> None:
    for count in (*range(1, 34), 100):
        for bad in range(count):
            shelf = Shelf(refuses=frozenset({bad}))
            assert [refusal.target.name for refusal in asyncio.run(send_entries(shelf, ALL[:count]))] == [f"p{bad}"]
            assert shelf.taken == set(range(count)) - {bad}
            assert shelf.requests <= 2 * ceil(log2(count)) + 1 if count > 1 else shelf.requests == 1


def test_several_poisoned_items_are_each_found() -> None:
    bad = frozenset({3, 4, 1000, 4999})
    shelf = Shelf(refuses=bad)
    refused = asyncio.run(send_entries(shelf, ALL))
    assert {refusal.target.name for refusal in refused} == {f"p{n}" for n in bad}
    assert shelf.taken == set(range(5000)) - bad


def test_a_sink_that_refuses_everything_is_set_up_wrongly_and_nothing_is_given_up() -> None:
    shelf = Shelf(refuses=frozenset(range(5000)))
    with pytest.raises(DeliveryError, match="everything is refused") as caught:
        asyncio.run(send_entries(shelf, ALL))
    assert caught.value.answer is Answer.PAUSE
    assert shelf.requests < 60


def test_what_is_too_large_comes_in_smaller_parts() -> None:
    shelf = Shelf(largest=700)
    assert asyncio.run(send_entries(shelf, ALL)) == []
    assert shelf.taken == set(range(5000))
    assert shelf.requests == 15  # 5000, 2 of 2500, 4 of 1250, 8 of 625


def test_a_single_item_that_is_too_large_is_refused() -> None:
    shelf = Shelf(largest=0)
    (refusal,) = asyncio.run(send_entries(shelf, ALL[:1]))
    assert refusal.reason == "too much"


@pytest.mark.parametrize("answer", [Answer.RETRY, Answer.PAUSE])
def test_a_sink_that_fails_in_between_gets_nothing_more(answer: Answer) -> None:
    shelf = Shelf(fails_at=3, answer=answer, batch=1000)
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(send_entries(shelf, ALL))
    assert caught.value.answer is answer
    assert shelf.taken == set(range(2000))


def test_several_batches_are_on_their_way_at_once_but_no_more_than_allowed() -> None:
    now, most = 0, 0

    class Slow(Shelf):
        async def send(self, items: Sequence[int]) -> None:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)  # noqa: TID251  only lets the others run
            now -= 1
            await super().send(items)

    shelf = Slow(batch=500, at_once=3)
    asyncio.run(send_entries(shelf, ALL))
    assert (most, shelf.requests, len(shelf.taken)) == (3, 10, 5000)


def test_a_smaller_batch_can_be_asked_for() -> None:
    shelf = Shelf()
    asyncio.run(send_entries(shelf, ALL, batch=100))
    assert shelf.requests == 50


def test_losing_the_right_to_send_ends_the_sending() -> None:
    async def lost() -> None:
        raise DeliveryError("somebody else delivers")

    shelf = Shelf()
    with pytest.raises(DeliveryError, match="somebody else"):
        asyncio.run(send_entries(shelf, ALL, before=lost))
    assert shelf.requests == 0
