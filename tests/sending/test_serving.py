"""The sender of a daemon: it tells as soon as something is due, each channel by itself, and stops without a repeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from colter.core.alerting.outgoing import GROUP_WAIT
from colter.core.errors import StateError
from colter.core.model import Owing
from colter.notifiers import hook as hook_module
from colter.store.memory import MemoryStore
from tests.sending.booth import MINUTE, SECOND, Booth, play, soon
from tests.sending.named import channels
from tests.sending.receiver import Receiver, receiving


@asynccontextmanager
async def serving(booth: Booth) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(booth.sender.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_what_is_committed_is_told_when_its_group_is_complete() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            begun = booth.clock.time
            await booth.look(down="e1 e2")
            booth.sender.wake()
            await soon(lambda: len(receiver.taken) == 2)
            assert booth.clock.time - begun == GROUP_WAIT
            await booth.look(up="e1")
            booth.sender.wake()
            await soon(lambda: len(receiver.taken) == 3)
            assert booth.clock.time - begun == 2 * GROUP_WAIT

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver), wait=GROUP_WAIT)
    assert receiver.titles[2] == "e1 is up again after 10 s"


def test_what_was_owed_before_is_told_without_being_woken() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        async with serving(booth):
            await soon(lambda: receiver.taken)

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver))


def test_a_failure_is_tried_again_later_and_sooner_for_nobody() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        async with serving(booth):
            begun = booth.clock.time
            await soon(lambda: receiver.taken)
            assert booth.clock.time - begun >= 90 * SECOND

    with receiving(Receiver(script=[(429, {"Retry-After": "30"})] * 3)) as receiver:
        play(story, channels(receiver))
    assert len(receiver.came) == 4


def test_why_a_channel_takes_nothing_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        async with serving(booth):
            await soon(lambda: receiver.taken)

    with receiving(Receiver(script=[(503, {})] * 3)) as receiver:
        play(story, channels(receiver))
    warned = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert [line.rpartition("; ")[2] for line in warned] == ["kept, and tried again"], warned


def test_while_one_channel_hangs_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_module, "DEADLINE", timedelta(minutes=5))

    async def story(booth: Booth) -> None:
        async with serving(booth):
            for down, up in (("e1", ""), ("e2", "e1"), ("", "e2")):
                await booth.look(down=down, up=up)
                booth.sender.wake()
            await soon(lambda: len(other.taken) == 4)
            assert len(slow.came) == 1
            slow.go.set()
            await soon(lambda: len(slow.taken) == 4)

    with receiving(Receiver(script=["slow"])) as slow, receiving(Receiver()) as other:
        play(story, channels(slow, other))
    assert slow.titles == other.titles


def test_what_one_channel_refuses_another_is_told_at_once() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            await booth.look(down="e1")
            booth.sender.wake()
            await soon(lambda: len(other.taken) == 2)

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other:
        play(story, channels(gone, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert other.titles == ["e1 is down: http_status", "channel hook takes no messages"]


def test_when_it_is_stopped_what_is_on_its_way_arrives_and_nothing_more_is_sent() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2")
        async with serving(booth) as task:
            await soon(lambda: receiver.came)
            task.cancel()
            await asyncio.sleep(0.02)  # noqa: TID251  it has been told to stop
            receiver.go.set()
        assert await booth.owed() == ["1:hook"]

    with receiving(Receiver(script=["slow"])) as receiver:
        play(story, channels(receiver))
    assert len(receiver.came) == 1


class _Broken(MemoryStore):
    """Cannot be read at first."""

    tries = 0

    async def owing(self) -> list[Owing]:
        self.tries += 1
        if self.tries <= 4:
            raise StateError("the disk is gone")
        return [*await super().owing()]


def test_a_history_that_is_out_of_reach_for_a_while_ends_nothing() -> None:
    async def story(booth: Booth) -> None:
        booth.store = _Broken(booth.clock)
        await booth.begin()
        await booth.look(down="e1")
        begun = booth.clock.time
        async with serving(booth):
            await soon(lambda: receiver.taken)
        assert booth.clock.time - begun < MINUTE

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver))
