"""What is owed to channels arrives: all of it, in order, once; whatever they answer."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from colter.core.alerting.outgoing import GROUP_WAIT
from colter.core.errors import ExitCode, LockedError
from colter.core.ports import Notifier
from colter.notifiers import hook as hook_module
from tests.sending.booth import DAY, HOUR, MINUTE, NAMES, SECOND, Booth, leap, play, soon
from tests.sending.named import channels
from tests.sending.receiver import Answer, Receiver, receiving


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "sqlite"])
def test_what_happens_is_told_in_order_and_once(on_disk: bool, tmp_path: Path) -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2")
        booth.clock.advance(MINUTE)
        await booth.look(up="e1", down="e3")
        assert await booth.tell() == []
        assert await booth.tell() == []
        assert await booth.owed() == []

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver), tmp_path if on_disk else None)
    assert receiver.titles == [
        "e1 is down: http_status",
        "e2 is down: http_status",
        "e1 is up again after 1 min",
        "e3 is down: http_status",
    ]
    assert len(receiver.came) == 4


@pytest.mark.parametrize(
    "answer",
    [500, 503, (429, {"Retry-After": "30"}), "taken, then reset", "hang"],
    ids=["500", "503", "429", "lost answer", "time-out"],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_after_any_failure_the_rest_arrives_in_order(answer: Answer, place: int) -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2 e3")
        telling = asyncio.create_task(booth.tell(patience=2 * MINUTE))
        if answer == "hang":
            await soon(lambda: len(receiver.came) > place)
            leap(hook_module.DEADLINE)
        assert await telling == []
        assert await booth.owed() == []

    with receiving(Receiver(script=[200] * place + [answer])) as receiver:
        play(story, channels(receiver))
    keys = [request.headers["idempotency-key"] for request in receiver.came]
    assert keys[place] == keys[place + 1]
    assert len(keys) == 4
    repeats = [request.body for request in receiver.came[place : place + 2]]
    assert repeats[0] == repeats[1]
    once = dict.fromkeys(request.json["title"] for request in receiver.taken)
    assert [*once] == [f"e{number} is down: http_status" for number in (1, 2, 3)]
    assert len(receiver.taken) == (4 if answer == "taken, then reset" else 3)


def test_a_channel_out_of_reach_delays_no_other_and_nothing_overtakes() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2")
        problems = await booth.problems()
        assert [str(problem) for problem in problems] == [
            "hook: the webhook answered 500: no_service; kept; the next run tells it"
        ]
        assert problems[0].exit_code is ExitCode.UNDELIVERED
        assert await booth.owed() == ["1:hook", "1:hook"]
        [owing] = await booth.store.owing()
        assert (owing.deliveries, owing.failures) == (2, 1)

    with receiving(Receiver(otherwise=500)) as sick, receiving(Receiver()) as well:
        play(story, channels(sick, well))
    assert len(sick.came) == 1
    assert len(well.taken) == 2


def test_nothing_is_asked_of_a_receiver_before_the_time_it_has_asked_for() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        assert len(await booth.tell()) == 1
        booth.clock.advance(29 * SECOND)
        for _ in range(2):
            [problem] = await booth.tell()
            assert "429" in problem
            await booth.begin()  # a new process honours it too
        assert len(receiver.came) == 1
        booth.clock.advance(1.5 * SECOND)
        assert await booth.tell() == []

    with receiving(Receiver(script=[(429, {"Retry-After": "30"})])) as receiver:
        play(story, channels(receiver))
    assert len(receiver.came) == 2


def test_a_clock_set_back_makes_nobody_wait_for_longer_than_an_hour() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell()
        booth.clock.time -= 30 * DAY
        await booth.begin()
        assert len(await booth.tell()) == 1
        booth.clock.advance(HOUR)
        assert await booth.tell() == []

    with receiving(Receiver(script=[(429, {"Retry-After": "3600"})])) as receiver:
        play(story, channels(receiver))


@pytest.mark.parametrize("jump", [-30 * DAY, -MINUTE, MINUTE, 30 * DAY], ids=["-30d", "-1m", "1m", "30d"])
def test_whatever_the_clock_does_what_is_owed_is_told(jump: timedelta) -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        booth.clock.time += jump
        assert await booth.tell(patience=MINUTE) == []

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver), wait=GROUP_WAIT)
    assert receiver.titles == ["e1 is down: http_status"]


def test_six_at_once_are_a_digest_and_a_repeat_holds_the_same() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down=" ".join(NAMES[:7]))
        assert len(await booth.tell()) == 1
        booth.clock.advance(MINUTE)
        await booth.look(up="e0", down="e8")
        await booth.begin()
        assert await booth.tell(patience=MINUTE) == []

    with receiving(Receiver(script=["taken, then reset"])) as receiver:
        play(story, channels(receiver))
    first, again, *others = receiver.came
    assert first.body == again.body
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert (first.json["kind"], first.json["title"]) == ("digest", "7 endpoints are down")
    assert [other.json["title"] for other in others] == ["e0 is up again after 1 min", "e8 is down: http_status"]


def test_beyond_thirty_an_hour_there_is_a_digest_every_five_minutes() -> None:
    async def story(booth: Booth) -> None:
        for name in NAMES:
            await booth.look(down=name)
            problems = await booth.tell(patience=5 * SECOND)
            assert problems in ([], ["hook: enough was told within an hour; kept; the next run tells it"])
            booth.clock.advance(20 * SECOND)
        assert await booth.tell(patience=5 * MINUTE) == []

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver))
    kinds = [request.json["kind"] for request in receiver.taken]
    assert kinds == ["firing"] * 30 + ["digest"]
    told = [alert["name"] for each in receiver.taken for alert in each.json["alerts"]]
    assert told == NAMES


def test_what_was_over_before_the_channel_came_back_is_one_message() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell()
        booth.clock.advance(9 * MINUTE)
        await booth.look(up="e1")
        await booth.tell()
        receiver.otherwise = 200
        booth.clock.advance(6 * MINUTE)
        assert await booth.tell() == []

    with receiving(Receiver(otherwise=500)) as receiver:
        play(story, channels(receiver))
    assert receiver.titles == ["e1 was down 12:00-12:09 UTC (9 min)"]


def test_reminders_count_from_what_has_arrived() -> None:
    routes = "routes: [{match: {name: '*'}, notify: [hook], remind: [10m]}]\n"

    async def story(booth: Booth) -> None:
        for minute in range(31):
            if minute == 5:
                receiver.otherwise = 200
            await booth.look(down="e1")
            await booth.tell()
            booth.clock.advance(MINUTE)

    with receiving(Receiver(otherwise=(429, {"Retry-After": "30"}))) as receiver:
        play(story, channels(receiver) + routes)
    assert [request.json["kind"] for request in receiver.taken] == ["firing", "reminder", "reminder"]
    ats = [request.json["at"][14:16] for request in receiver.taken]
    assert ats == ["00", "16", "27"]


def test_a_channel_whose_settings_cannot_be_used_keeps_its_messages() -> None:
    alerts = "channels:\n  hook: {type: webhook, url: 'http://127.0.0.1:1/', headers: {x: '${NOWHERE}'}}\n"

    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        [problem] = await booth.problems()
        assert problem.exit_code in (ExitCode.CONFIG, ExitCode.LOCKED)
        assert str(problem).startswith("hook: ")
        assert str(problem).endswith("; kept; the next run tells it")
        assert await booth.owed() == ["1:hook"]

    play(story, alerts)


def test_a_bug_in_a_channel_costs_no_other_its_messages() -> None:
    async def story(booth: Booth) -> None:
        async def make(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  it gives none
            if name == "hook":
                raise RuntimeError("canary4711")
            return await booth._make(name)

        booth.make = make
        await booth.begin()
        await booth.look(down="e1")
        assert await booth.tell() == ["hook: a bug: RuntimeError; kept; the next run tells it"]

    with receiving(Receiver()) as one, receiving(Receiver()) as other:
        play(story, channels(one, other))
    assert other.titles == ["e1 is down: http_status"]


def test_what_is_locked_is_not_waited_for() -> None:
    async def story(booth: Booth) -> None:
        async def make(name: str) -> Notifier:
            if name == "hook":
                raise LockedError("no master password", hint="colter login")
            return await booth._make(name)

        booth.make = make
        await booth.begin()
        await booth.look(down="e1")
        began = booth.clock.monotonic()
        [problem] = await booth.problems(HOUR)
        assert booth.clock.monotonic() == began
        assert problem.exit_code is ExitCode.LOCKED
        assert (str(problem), problem.hint) == (
            "hook: no master password; kept; the next run tells it",
            "colter login",
        )
        assert await booth.owed() == ["1:hook"]

    with receiving(Receiver()) as one, receiving(Receiver()) as other:
        play(story, channels(one, other))
    assert other.titles == ["e1 is down: http_status"]


def test_no_secret_of_a_channel_stands_in_what_is_told_of_it() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        [problem] = await booth.problems()
        assert "canary4711" not in f"{problem} {problem.hint}"
        assert "canary4711" not in json.dumps([repr(each) for each in await booth.store.owing()])

    play(story, "channels:\n  hook: {type: webhook, url: 'http://127.0.0.1:1/canary4711', secret: canary4711}\n")
