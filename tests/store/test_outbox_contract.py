"""What `colter.core.ports.Outbox` promises, over every store there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.model import Delivery, Lane, Owing, Refusal, Target
from colter.core.ports import Outbox, Store
from colter.store import bounds
from tests.fakes.clock import FakeClock
from tests.store.making import FLASK, FOR_EVER, STARS, Tell, answer, at, done, look

API = Target("probe", "api")
TO_INFLUX: tuple[Lane, str] = ("sink", "influx")
TO_OPS: tuple[Lane, str] = ("channel", "ops")


def owed(key: str, to: str = "influx") -> Delivery:
    return Delivery(f"{key}:{to}", "sink", to, at(0), round_key=key, created=at(0))


def notice(key: str) -> Delivery:
    return Delivery(key, "channel", "ops", at(0), "api is down", created=at(0))


async def commit(store: Store, key: str, *to: str, entries: int = 1) -> None:
    """A round of so many results, owed to these sinks."""
    seen = [answer(number, f"endpoint {number}") for number in range(entries)]
    await store.commit(done(key, *seen), deliveries=[owed(key, sink) for sink in to])


async def commit_many(store: Store, *entries: int, to: str = "influx") -> None:
    """Rounds `0`, `1` and so on, of so many results each."""
    for key, number in enumerate(entries):
        await commit(store, str(key), to, entries=number)


def refusal(number: int = 0, *, key: str = "0", reason: str = "field type conflict") -> Refusal:
    return Refusal("influx", key, API, at(number), f"endpoint_probe up={number}", reason)


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [each.key.removesuffix(":influx") for each in deliveries]


async def next_keys(store: Outbox, most: int, after: str | None = None) -> list[str]:
    return keys(await store.next_owed("sink", "influx", most=most, after=after))


async def owing_to(store: Outbox, to: str = "influx") -> Owing:
    return next(each for each in await store.owing() if each.to == to)


def test_a_delivery_comes_back_until_it_is_settled(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, 1, 1)
        assert await next_keys(store, 1) == await next_keys(store, 1) == ["0"]
        await store.settle(["0:influx"])
        assert await next_keys(store, 1) == ["1"]
        await store.settle(["1:influx"])
        assert await next_keys(store, 1) == []
        assert await store.owed() == []
        assert await store.owing() == []

    tell(story)


def test_what_is_owed_comes_in_the_order_of_the_commits_whenever_it_was_due(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for key, minutes in (("b", 5), ("a", 1), ("c", 3)):
            await store.commit(done(key, answer()), deliveries=[replace(owed(key), due=at(minutes))])
        assert await next_keys(store, 100) == keys(await store.owed()) == ["b", "a", "c"]

    tell(story)


@pytest.mark.parametrize(
    ("most", "after", "expected"),
    [
        (100, None, ["0", "1", "2", "3"]),
        (5, None, ["0", "1"]),
        (4, None, ["0"]),
        (1, None, ["0"]),
        (0, None, ["0"]),
        (3, "0:influx", ["1", "2"]),
        (100, "1:influx", ["2", "3"]),
        (100, "3:influx", []),
        (5, "settled before:influx", ["0", "1"]),
    ],
    ids=["all", "two", "one that is smaller", "one that is larger", "one in any case", "after", "rest", "end", "gone"],
)
def test_the_next_ones_owed_hold_so_many_entries_but_one_comes_in_any_case(
    tell: Tell, most: int, after: str | None, expected: list[str]
) -> None:
    async def story(store: Store) -> None:
        await commit(store, "settled before", "influx")
        await commit_many(store, 3, 2, 1, 2)
        await store.settle(["settled before:influx"])
        assert await next_keys(store, most, after) == expected

    tell(story)


def test_every_recipient_is_owed_on_its_own(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await commit(store, "one", "influx", "file", entries=2)
        await store.commit(done("two"), deliveries=[notice("incident 1")])
        await store.settle(["one:influx"])
        assert await next_keys(store, 9) == []
        assert await store.next_owed("sink", "file", most=9) == [owed("one", "file")]
        assert await store.next_owed("channel", "ops", most=9) == [notice("incident 1")]
        assert await store.next_owed("channel", "file", most=9) == []

    tell(story)


def test_a_notification_that_was_settled_is_never_owed_again(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("one"), deliveries=[notice("incident 1")])
        await store.settle(["incident 1"])
        await store.commit(done("two"), deliveries=[notice("incident 1")])
        assert await store.owed() == []

    tell(story)


def test_a_round_owed_is_there_by_its_key(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, 2, 1)
        (first, _) = await store.next_owed("sink", "influx", most=9)
        assert first.round_key is not None
        (found,) = await store.rounds_by_key([first.round_key, "not there"])
        assert (found.key, len(found.results)) == ("0", 2)
        assert [each.key for each in await store.rounds_by_key(["1", "0"])] == ["0", "1"]
        assert await store.rounds_by_key([]) == []

    tell(story)


def test_settling_twice_is_harmless_with_its_refusals_too(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0", answer(), look(values={STARS: 1})), deliveries=[owed("0"), notice("incident 1")])
        refused = [refusal(1), refusal(2)]
        for _ in range(2):
            await store.settle(["0:influx", "incident 1", "never heard of"], refused)
        await store.settle([], [refusal(1, reason="told in other words")])
        assert await store.refusals() == refused
        assert await store.owed() == []
        assert (await owing_to(store)).refused == 2

    tell(story)


def test_refusals_come_in_the_order_in_which_they_were_told(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0", look(), answer()))
        refused = [replace(refusal(number), target=name) for number, name in ((3, FLASK), (2, FLASK), (1, API))]
        for each in refused:
            await store.settle([], [each])
        assert await store.refusals() == refused

    tell(story)


def test_the_newest_refusals_are_kept_and_all_are_counted(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_REFUSALS", 5)

    async def story(store: Store) -> None:
        await commit_many(store, 1)
        for start in (0, 4, 8):
            await store.settle([], [refusal(number) for number in range(start, start + 4)])
        assert await store.refusals() == [refusal(number) for number in range(7, 12)]
        assert (await owing_to(store)).refused == 12

    tell(story)


def test_one_holder_at_a_time_may_deliver_to_a_recipient(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.claim("influx", "a", at(1), at(0))
        assert not await store.claim("influx", "b", at(1), at(0))
        assert await store.claim("file", "b", at(1), at(0))

    tell(story)


def test_a_right_is_kept_by_whoever_has_it_and_free_when_given_back(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.claim("influx", "a", at(1), at(0))
        assert await store.claim("influx", "a", at(2), at(0.5))
        assert not await store.claim("influx", "b", at(2), at(1.5))  # what was kept lasts longer
        await store.release("influx", "b")
        assert not await store.claim("influx", "b", at(2), at(1.5))
        await store.release("influx", "a")
        assert await store.claim("influx", "b", at(2), at(1.5))
        await store.release("influx", "a")
        assert not await store.claim("influx", "a", at(2), at(1.5))

    tell(story)


def test_a_right_that_has_run_out_is_free(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.claim("influx", "a", at(1), at(0))
        assert not await store.claim("influx", "b", at(2), at(1) - timedelta(milliseconds=1))
        assert await store.claim("influx", "b", at(2), at(1))
        assert not await store.claim("influx", "a", at(2), at(1))

    tell(story)


def test_a_right_from_before_the_clock_was_set_back_is_free(tell: Tell) -> None:
    async def story(store: Store) -> None:
        assert await store.claim("influx", "a", at(60), at(59.5))
        assert not await store.claim("influx", "b", at(56), at(55))  # five minutes: somebody may ask for that
        assert await store.claim("influx", "b", at(1), at(0))

    tell(story)


def test_owing_counts_deliveries_and_entries_by_recipient(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await store.commit(
            done("0", look(), answer(), answer(endpoint="web")), deliveries=[owed("0"), owed("0", "file")]
        )
        clock.advance(timedelta(minutes=1))
        await store.commit(done("1", answer(1)), deliveries=[owed("1"), notice("incident 1")])
        await store.settle(["0:file"])
        await store.note(*TO_OPS, "421: try again later", retry_at=at(5), asked=True)
        assert await store.owing() == [
            Owing(
                *TO_OPS,
                deliveries=1,
                entries=1,
                since=at(1),
                problem="421: try again later",
                failures=1,
                retry_at=at(5),
                asked=True,
            ),
            Owing(*TO_INFLUX, deliveries=2, entries=4, since=at(0)),
        ]

    tell(story)


def test_failures_in_a_row_are_counted_until_all_is_well(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(3):
            await store.note(*TO_INFLUX, f"503, time {number}", retry_at=at(number))
        assert await store.owing() == [Owing(*TO_INFLUX, problem="503, time 2", failures=3, retry_at=at(2))]
        await store.note(*TO_INFLUX, None)
        assert await store.owing() == []
        await store.note(*TO_INFLUX, "503")
        assert (await owing_to(store)).failures == 1

    tell(story)


def test_a_right_does_not_hide_or_change_what_is_known(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.note(*TO_INFLUX, "503")
        assert await store.claim("influx", "a", at(1), at(0))
        await store.note(*TO_INFLUX, "503")
        assert not await store.claim("influx", "b", at(1), at(0))
        assert await store.owing() == [Owing(*TO_INFLUX, problem="503", failures=2)]
        await store.claim("ops", "a", at(1), at(0))
        assert len(await store.owing()) == 1  # nothing is owed to it, and nothing is wrong with it

    tell(story)


@pytest.mark.parametrize(
    ("most", "dropped", "left"),
    [(8, 0, ["0", "1", "2", "3"]), (7, 3, ["1", "2", "3"]), (2, 6, ["3"]), (1, 8, []), (0, 8, [])],
)
def test_the_oldest_beyond_so_many_entries_are_given_up_and_counted(
    tell: Tell, most: int, dropped: int, left: list[str]
) -> None:
    async def story(store: Store) -> None:
        await commit_many(store, 3, 2, 1, 2)
        assert await store.drop("influx", before=at(-1), most=most) == dropped
        assert await next_keys(store, 100) == left
        assert sum(each.dropped for each in await store.owing()) == dropped
        assert await store.drop("influx", before=at(-1), most=most) == 0
        assert [len(each.results) for each in await store.rounds(*FOR_EVER)] == [3, 2, 1, 2]

    tell(story)


def test_what_was_committed_too_long_ago_is_given_up(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        for key in ("0", "1", "2"):
            await commit(store, key, "influx", "file", entries=2)
            clock.advance(timedelta(minutes=1))
        assert await store.drop("influx", before=at(1), most=100) == 2
        assert await store.drop("influx", before=at(2), most=100) == 2
        assert await next_keys(store, 100) == ["2"]
        assert (await owing_to(store)).dropped == 4
        assert await owing_to(store, "file") == Owing("sink", "file", deliveries=3, entries=6, since=at(0))

    tell(story)
