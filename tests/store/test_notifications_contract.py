"""What `colter.core.ports.Outbox` promises of notifications, over every store there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.model import AlertState, Delivery, Owing, Target
from colter.core.ports import Store
from colter.store import bounds
from tests.fakes.clock import FakeClock
from tests.store.making import Tell, answer, at, done

API = Target("probe", "api")
MINUTE = timedelta(minutes=1)


def notice(sequence: int = 1, to: str = "ops", *, incident: str = "A", body: str = "api is down") -> Delivery:
    return Delivery(f"{incident}:{sequence}:{to}", "channel", to, at(0), body)


def firing(incident: str | None = "A", *, sequence: int = 1) -> AlertState:
    return AlertState(API, "down", "firing", at(0), incident=incident, sequence=sequence)


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [each.key for each in deliveries]


async def arrive(store: Store, *new: Delivery) -> None:
    """They are owed, and arrive together."""
    await store.exchange(new)
    await store.settle(keys(new))


async def owing_to(store: Store, to: str = "ops") -> Owing | None:
    return next((each for each in await store.owing() if each.to == to), None)


def test_what_is_put_is_owed_from_then_on_and_once(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), deliveries=[notice(1)])
        clock.advance(MINUTE)
        for _ in range(2):
            await store.exchange([notice(2), notice(1, "chat")])
        expected = [replace(notice(1), created=at(0)), *(replace(notice(2), created=at(1)),)]
        assert await store.next_owed("channel", "ops", most=9) == expected
        assert keys(await store.owed()) == ["A:1:ops", "A:2:ops", "A:1:chat"]

    tell(story)


def test_what_is_put_again_takes_the_place_and_the_turn_of_the_one_before(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), deliveries=[notice(1), notice(2)])
        clock.advance(MINUTE)
        changed = replace(notice(1, body="in a digest"), due=at(5))
        await store.exchange([changed])
        assert await store.owed() == [replace(changed, created=at(0)), replace(notice(2), created=at(0))]

    tell(story)


def test_what_has_arrived_or_was_given_up_is_not_owed_again(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.exchange([notice(1), notice(2)], given_up={"A:2:ops": "550"})
        await store.settle(["A:1:ops"])
        await store.exchange([notice(1, body="again"), notice(2, body="again")])
        await store.commit(done("0"), deliveries=[notice(1), notice(2)])
        assert await store.owed() == []
        assert [each.body for each in await store.arrived("A")] == ["api is down"]

    tell(story)


def test_what_is_given_up_is_kept_with_the_reason_and_counted_once(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), deliveries=[notice(1), notice(2)])
        clock.advance(MINUTE)
        for reason in ("550: no such user", "told again"):
            await store.exchange(given_up={"A:1:ops": reason, "never heard of": reason})
        dead = replace(notice(1), created=at(0), settled=at(1), last_error="550: no such user")
        assert await store.undelivered() == [dead, replace(notice(2), created=at(0))]
        assert await store.arrived("A") == []
        assert await store.arrivals("ops", at(-1)) == []
        assert await owing_to(store) == Owing("channel", "ops", deliveries=1, entries=1, since=at(0), refused=1)

    tell(story)


def test_what_has_arrived_is_not_given_up_any_more_and_the_other_way_round(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.exchange([notice(1), notice(2)], given_up={"A:2:ops": "550"})
        await store.settle(["A:1:ops", "A:2:ops"])
        await store.exchange(given_up={"A:1:ops": "too late"})
        assert keys(await store.arrived("A")) == ["A:1:ops"]
        assert keys(await store.undelivered()) == ["A:2:ops"]

    tell(story)


def test_a_round_that_is_owed_to_a_sink_is_neither_given_up_nor_undelivered(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0", answer()), deliveries=[Delivery("A:0", "sink", "influx", at(0), round_key="0")])
        await store.exchange(given_up={"A:0": "not yours"})
        assert keys(await store.owed()) == ["A:0"]
        assert await store.undelivered() == []
        await store.settle(["A:0"])
        assert await store.arrived("A") == []

    tell(story)


def test_an_exchange_goes_with_where_rules_stand(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), [firing()], [notice(1)])
        await store.exchange([notice(1, "chat")], given_up={"A:1:ops": "550"}, states=[firing(sequence=2)])
        assert keys(await store.owed()) == ["A:1:chat"]
        assert await store.alert_states() == [firing(sequence=2)]

    tell(story)


def test_what_was_decided_about_a_round_is_kept_in_one_piece(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("0"), deliveries=[_to_desk("0"), notice(1)])
        await store.commit(done("1"), deliveries=[_to_desk("1")])
        for _ in range(2):
            await store.exchange([notice(2)], states=[firing()], decided=["0:desk", "A:1:ops", "never heard of"])
        assert keys(await store.owed()) == ["A:1:ops", "1:desk", "A:2:ops"]
        assert keys(await store.next_owed("desk", "desk", most=9)) == ["1:desk"]
        await store.settle(["1:desk"])
        assert keys(await store.owed()) == ["A:1:ops", "A:2:ops"]
        assert keys(await store.undelivered()) == ["A:1:ops", "A:2:ops"]

    tell(story)


def _to_desk(key: str) -> Delivery:
    return Delivery(f"{key}:desk", "desk", "desk", at(0), round_key=key)


def test_arrived_are_those_of_the_incident_alone_oldest_first(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        for new in (notice(2), notice(1, "chat"), notice(1), notice(incident="AB"), notice(incident="%"), notice(3)):
            await arrive(store, new)
            clock.advance(MINUTE)
        await store.exchange([notice(4)])
        assert keys(await store.arrived("A")) == ["A:2:ops", "A:1:chat", "A:1:ops", "A:3:ops"]
        assert [each.settled for each in await store.arrived("A")] == [at(0), at(1), at(2), at(5)]
        assert keys(await store.arrived("%")) == ["%:1:ops"]
        assert await store.arrived("B") == await store.arrived("") == []

    tell(story)


def test_arrivals_count_messages_whatever_was_in_them(tell: Tell, clock: FakeClock) -> None:
    async def story(store: Store) -> None:
        await arrive(store, notice(1), notice(2), notice(1, incident="B"))
        await arrive(store, notice(3))  # another message, however soon
        await arrive(store, notice(1, "chat"))
        clock.advance(MINUTE)
        await store.settle(["A:1:ops", "A:3:ops"])  # harmless twice
        await arrive(store, notice(4))
        assert await store.arrivals("ops", at(-1)) == [at(0), at(0), at(1)]
        assert await store.arrivals("ops", at(1)) == [at(1)]
        assert await store.arrivals("chat", at(0)) == [at(0)]
        assert await store.arrivals("nobody", at(0)) == []

    tell(story)


def test_undelivered_come_oldest_first_whatever_became_of_them(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.exchange([notice(number) for number in range(4)], given_up={"A:2:ops": "550"})
        await store.settle(["A:1:ops"])
        await store.exchange(given_up={"A:0:ops": "550"})
        assert keys(await store.undelivered()) == ["A:0:ops", "A:2:ops", "A:3:ops"]

    tell(story)


def test_the_newest_that_were_given_up_are_kept_and_all_are_counted(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_DEAD_LETTERS", 3)

    async def story(store: Store) -> None:
        await arrive(store, notice(0))
        for start in (1, 4):
            new = [notice(number) for number in range(start, start + 3)]
            await store.exchange(new, given_up=dict.fromkeys(keys(new[:2]), "550"))
        assert keys(await store.undelivered()) == ["A:2:ops", "A:3:ops", "A:4:ops", "A:5:ops", "A:6:ops"]
        assert keys(await store.arrived("A")) == ["A:0:ops"]
        owing = await owing_to(store)
        assert owing is not None
        assert (owing.deliveries, owing.refused) == (2, 4)

    tell(story)


def test_what_arrived_long_ago_is_forgotten_but_for_the_newest_of_each_channel_of_an_open_incident(
    tell: Tell, clock: FakeClock
) -> None:
    async def story(store: Store) -> None:
        await store.exchange(states=[firing("A")])
        await arrive(store, notice(1), notice(1, "chat"), notice(1, incident="closed"))
        await arrive(store, notice(2))
        await store.exchange([notice(9)], given_up={"A:9:ops": "550"})
        clock.advance(bounds.ARRIVED_KEPT)
        await arrive(store, notice(1, "mail"))
        assert keys(await store.arrived("A")) == ["A:1:ops", "A:1:chat", "A:2:ops", "A:1:mail"]  # not quite that old
        clock.advance(MINUTE)
        await arrive(store, notice(1, incident="B"))
        assert keys(await store.arrived("A")) == ["A:1:chat", "A:2:ops", "A:1:mail"]
        assert await store.arrived("closed") == []
        assert keys(await store.undelivered()) == ["A:9:ops"]
        await store.exchange(states=[firing(None)])
        await arrive(store, notice(2, incident="B"))
        assert keys(await store.arrived("A")) == ["A:1:mail"]

    tell(story)


def test_of_what_is_owed_the_next_comes_behind_one_that_is_owed_or_else_from_the_oldest(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.exchange([notice(number) for number in range(4)])
        assert keys(await store.next_owed("channel", "ops", most=2, after="A:1:ops")) == ["A:2:ops", "A:3:ops"]
        await store.settle(["A:1:ops"])
        assert keys(await store.next_owed("channel", "ops", most=2, after="A:1:ops")) == ["A:0:ops", "A:2:ops"]

    tell(story)


def test_texts_with_half_characters_and_controls_do_no_harm(tell: Tell) -> None:
    async def story(store: Store) -> None:
        nasty = "\ud800 \x00 \x1b[2J"
        await store.exchange([notice(1, body=nasty), notice(2)], given_up={"A:2:ops": nasty})
        assert keys(await store.undelivered()) == ["A:1:ops", "A:2:ops"]

    tell(story)
