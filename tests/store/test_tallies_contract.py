"""What `colter.core.ports.Store` promises of tallies and outages, over every store there is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from colter.core.alerting.policy import Threshold
from colter.core.model import EndpointState, ProbeResult, Reason, Target
from colter.core.ports import Step, Store
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Pace
from colter.core.uptime.tally import Tally
from tests.fakes.clock import START
from tests.store.making import STARS, Tell, answer, at, done, look

API, WEB = Target("probe", "api"), Target("probe", "web")
PACE = Pace(timedelta(minutes=1))
HOUR = START.replace(minute=0)
DAY = START.replace(hour=0)
ALL = (START - timedelta(days=2), START + timedelta(days=2))
DOWN, UP = EndpointState.DOWN, EndpointState.UP


def pace(_: Target) -> Pace:
    return PACE


async def keep(store: Store, *results: ProbeResult, start: int = 0) -> None:
    """Each in a round of its own."""
    for number, result in enumerate(results, start):
        await store.commit(done(f"round {number}", result, minutes=number))


async def count_all(store: Store, most: int = 1000) -> int:
    counted = 0
    while some := await store.roll_up(pace, most=most):
        counted += some
    return counted


async def steps(store: Store, step: Step = "hour", name: Target = API) -> Sequence[tuple[datetime, Tally]]:
    found: Mapping[Target, Sequence[tuple[datetime, Tally]]] = await store.tallies([name], *ALL, step)
    return found.get(name, ())


def failing(minutes: float) -> ProbeResult:
    return ProbeResult(
        "api", "https://api.example.org/", at(minutes), DOWN, Reason.CONNECT_REFUSED, latency_ms=None, attempts=3
    )


def test_results_become_tallies_of_hours_and_days(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, *(answer(minute) for minute in range(90)))
        assert await store.roll_up(pace, most=1000) == 90
        (first, one), (second, two) = await steps(store)
        assert (first, second) == (HOUR, HOUR + timedelta(hours=1))
        assert (one.up, two.up) == (60, 30)
        assert (one.up_ms, two.up_ms) == (60 * 60_000, 29 * 60_000)
        ((day, whole),) = await steps(store, "day")
        assert day == DAY
        assert whole == Tally.total([one, two])
        assert whole.availability == 1.0
        assert whole.latency_sum_us == 90 * 12_500
        assert (whole.fastest_us, whole.slowest_us) == (12_500, 12_500)
        assert whole.percentiles_ms([0.5, 0.99]) == [12.5, 12.5]

    tell(story)


def test_a_result_is_counted_once_and_for_ever(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), answer(1))
        assert [await store.roll_up(pace, most=10) for _ in range(3)] == [2, 0, 0]
        await keep(store, answer(2), start=2)
        assert [await store.roll_up(pace, most=10) for _ in range(2)] == [1, 0]
        ((_, tally),) = await steps(store)
        assert (tally.up, tally.up_ms) == (3, 120_000)

    tell(story)


def test_it_takes_whole_rounds_and_at_least_one(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await store.commit(done("large", *(answer(0, f"endpoint {number}") for number in range(7))))
        await keep(store, answer(1), answer(2), answer(3), start=1)
        assert [await store.roll_up(pace, most=2) for _ in range(4)] == [7, 2, 1, 0]

    tell(story)


def test_rounds_without_results_hold_nothing_up(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(5):
            await store.commit(done(f"reading {number}", look(number, values={STARS: number}), minutes=number))
        await keep(store, answer(5), start=5)
        assert await store.uncounted() == 6
        assert await store.roll_up(pace, most=1) == 1
        await store.commit(done("one more", look(6, values={STARS: 6}), minutes=6))
        assert await store.uncounted() == 1
        assert await store.roll_up(pace, most=1) == 0
        assert await store.uncounted() == 0

    tell(story)


def test_an_outage_begins_with_its_first_failing_look_and_ends_with_the_first_good_one(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), *map(failing, range(1, 5)), answer(5), failing(6), answer(7), answer(8), answer(9))
        await count_all(store)
        (outage,) = await store.outages([API], *ALL)
        assert outage == Outage(API, at(1), at(7), Reason.CONNECT_REFUSED, 5)
        ((_, tally),) = await steps(store)
        assert (tally.outages, tally.blips, tally.down) == (1, 0, 5)
        assert (tally.up_ms, tally.down_ms) == (3 * 60_000, 6 * 60_000)
        assert tally.availability == pytest.approx(1 / 3)

    tell(story)


def test_an_outage_that_lasts_has_no_end_yet(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), *map(failing, range(1, 5)))
        await count_all(store)
        assert await store.outages([API], *ALL) == [Outage(API, at(1), None, Reason.CONNECT_REFUSED, 4)]
        await keep(store, *map(failing, range(5, 8)), start=5)
        await count_all(store)
        assert await store.outages([API], *ALL) == [Outage(API, at(1), None, Reason.CONNECT_REFUSED, 7)]

    tell(story)


def test_a_run_that_is_too_short_is_a_blip(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), failing(1), failing(2), answer(3), answer(4))
        await count_all(store)
        assert await store.outages([API], *ALL) == []
        ((_, tally),) = await steps(store)
        assert (tally.outages, tally.blips, tally.down) == (0, 1, 2)
        assert (tally.up_ms, tally.blip_ms, tally.down_ms) == (2 * 60_000, 2 * 60_000, 0)
        assert tally.availability == 1.0

    tell(story)


def test_outages_are_found_by_any_part_of_them_in_the_window(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), *map(failing, range(1, 5)), *map(answer, range(5, 9)))
        await count_all(store)
        windows = [(-9, 1), (-9, 2), (2, 3), (4, 9), (5, 9)]
        found = [len(await store.outages([API], at(since), at(until))) for since, until in windows]
        assert found == [0, 1, 1, 1, 0]
        assert await store.outages([WEB, Target("github", "api")], *ALL) == []

    tell(story)


def test_what_nobody_looked_at_is_unknown(tell: Tell) -> None:
    """A look holds for twice the interval; then it is not known how it was."""

    async def story(store: Store) -> None:
        await keep(store, answer(0), answer(1), answer(30), answer(31, state=EndpointState.UNKNOWN), answer(35))
        await count_all(store)
        ((_, tally),) = await steps(store)
        assert tally.up_ms == 4 * 60_000
        assert (tally.up, tally.unknown) == (4, 1)
        assert tally.coverage(timedelta(minutes=40)) == 0.1

    tell(story)


def test_a_late_result_counts_as_a_look_and_spans_no_time(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), answer(10), failing(5), failing(5.5), failing(5.8), answer(11))
        await count_all(store)
        ((_, tally),) = await steps(store)
        assert (tally.up, tally.down) == (3, 3)
        assert (tally.up_ms, tally.down_ms, tally.blip_ms) == (3 * 60_000, 0, 0)
        assert await store.outages([API], *ALL) == []

    tell(story)


def test_when_the_clock_was_set_back_time_goes_on_from_there(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), answer(600), answer(1), answer(2), answer(3))
        await count_all(store)
        ((_, tally),) = await steps(store, "day")
        assert (tally.up, tally.up_ms) == (5, 4 * 60_000)

    tell(story)


def test_what_was_left_alone_as_it_had_asked_tells_nothing(tell: Tell) -> None:
    async def story(store: Store) -> None:
        asked = ProbeResult("api", "https://api.example.org/", at(1), EndpointState.DEGRADED, Reason.RATE_LIMITED)
        left = ProbeResult(
            "api", "https://api.example.org/", at(2), EndpointState.DEGRADED, Reason.RATE_LIMITED, attempts=0
        )
        await keep(store, answer(0), asked, left, answer(3))
        await count_all(store)
        ((_, tally),) = await steps(store)
        assert (tally.up, tally.degraded, tally.unknown) == (2, 1, 1)
        assert (tally.up_ms, tally.degraded_ms) == (60_000, 60_000)

    tell(story)


def test_a_maintenance_is_listed_and_not_counted(tell: Tell) -> None:
    async def story(store: Store) -> None:
        await keep(store, answer(0), *map(failing, range(1, 6)), answer(6), answer(7))
        closed = Pace(timedelta(minutes=1), maintenance=lambda moment: at(1) <= moment < at(6))
        assert await store.roll_up(lambda _: closed, most=100) == 8
        ((_, tally),) = await steps(store)
        assert (tally.up, tally.down, tally.outages) == (3, 0, 0)
        assert (tally.up_ms, tally.down_ms, tally.maintenance_ms) == (2 * 60_000, 0, 5 * 60_000)
        assert tally.availability == 1.0
        assert await store.outages([API], *ALL) == []

    tell(story)


def test_each_endpoint_has_a_pace_of_its_own(tell: Tell) -> None:
    async def story(store: Store) -> None:
        for number in range(4):
            seen = [answer(10 * number, name, UP if number == 3 else DOWN) for name in ("api", "web")]
            await store.commit(done(f"round {number}", *seen, minutes=10 * number))
        patient = Pace(timedelta(minutes=10), down_after=Threshold(4, 4))
        assert await store.roll_up(lambda target: patient if target == API else PACE, most=100) == 8
        assert [outage.target for outage in await store.outages([API, WEB], *ALL)] == [WEB]
        ((_, api),) = await steps(store)
        ((_, web),) = await steps(store, name=WEB)
        assert (api.blip_ms, api.down_ms) == (30 * 60_000, 0)
        assert (web.blip_ms, web.down_ms) == (0, 6 * 60_000)

    tell(story)


def test_tallies_come_by_their_beginning_and_only_of_what_was_asked_for(tell: Tell) -> None:
    async def story(store: Store) -> None:
        looks = [answer(60 * hour, name) for hour in range(4) for name in ("api", "web")]
        await keep(store, *looks)
        await count_all(store)
        window = (HOUR + timedelta(hours=1), HOUR + timedelta(hours=3))
        found = await store.tallies([WEB, Target("probe", "nobody")], *window, "hour")
        hours = {name: [begins for begins, _ in tallies] for name, tallies in found.items()}
        assert hours == {WEB: [HOUR + timedelta(hours=1), HOUR + timedelta(hours=2)]}
        assert await store.tallies([API], *window, "day") == {}
        assert await store.tallies([], *ALL, "day") == {}

    tell(story)


@pytest.mark.parametrize("most", [1, 3, 7, 1000])
def test_cut_into_pieces_anyhow_it_comes_to_the_same(tell: Tell, most: int) -> None:
    async def story(store: Store) -> None:
        letters = "uuuddduuudduduuuuddddnndduuu" * 2
        for number, letter in enumerate(letters):
            state = {"u": UP, "d": DOWN, "n": EndpointState.UNKNOWN}[letter]
            await store.commit(done(f"round {number}", answer(7 * number, "api", state), minutes=7 * number))
            if number % 5 == 0 and most < 1000:
                await store.roll_up(pace, most=most)
        await count_all(store, most)
        day = Tally.total(tally for _, tally in await steps(store, "day"))
        assert day == Tally.total(tally for _, tally in await steps(store))
        assert (day.up, day.down, day.unknown) == (letters.count("u"), letters.count("d"), letters.count("n"))
        assert (day.outages, day.blips) == (4, 4)
        assert (day.down_ms, day.blip_ms) == (2 * 9 * 2 * 60_000, 2 * 3 * 2 * 60_000)
        assert len(await store.outages([API], *ALL)) == 4

    tell(story)
