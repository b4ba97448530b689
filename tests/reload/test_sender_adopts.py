"""Channels are added, changed and taken out while messages are on their way: nothing is lost, nothing told twice."""

from typing import Any

from colter.app.alerting.about import read_about
from colter.app.alerting.plan import read_plan
from tests.sending.booth import MINUTE, Booth, configured, play, soon
from tests.sending.receiver import Receiver, receiving
from tests.sending.test_serving import serving


def hooks(**receivers: Receiver) -> str:
    """What is written of the channels."""
    written = [f"{name}: {{type: webhook, url: '{each.url}'}}" for name, each in receivers.items()]
    return f"channels: {{{', '.join(written)}}}"


async def change(booth: Booth, alerts: str, *changed: str) -> None:
    """Go on by another configuration."""
    booth.settings = configured(alerts)
    plan = read_plan(booth.settings.config, rhythm=MINUTE)
    async with booth.desk.turn:
        decided = await booth.desk.adopt(plan)
        await booth.store.exchange(decided.deliveries, states=decided.states)
        booth.sender.adopt(plan, read_about(booth.settings.config), changed)


def told(receiver: Receiver) -> list[Any]:
    return [alert["name"] for request in receiver.taken for alert in request.json["alerts"]]


def test_a_new_channel_is_told_what_comes_and_one_that_is_taken_out_ends() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            await booth.look(down="e1")
            booth.sender.wake()
            await soon(lambda: former.taken)
            await change(booth, hooks(new=new))
            await booth.look(down="e2")
            booth.sender.wake()
            await soon(lambda: new.taken)
        assert await booth.owed() == []

    with receiving(Receiver()) as former, receiving(Receiver()) as new:
        play(story, hooks(former=former))
    assert (told(former), told(new)) == (["e1"], ["e2"])


def test_what_a_channel_was_owed_when_it_was_taken_out_is_told_another() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            await booth.look(down="e1")
            booth.sender.wake()
            await soon(lambda: dead.came)
            await change(booth, hooks(other=other))
            await soon(lambda: other.taken)
        assert await booth.owed() == []

    with receiving(Receiver(otherwise=503)) as dead, receiving(Receiver()) as other:
        play(story, hooks(dead=dead))
    assert told(other) == ["e1"]


def test_a_message_that_is_on_its_way_when_its_channel_is_taken_out_is_not_told_another() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            await booth.look(down="e1")
            booth.sender.wake()
            await soon(lambda: slow.came)
            await change(booth, hooks(other=other))
            await change(booth, hooks(other=other, slow=slow))
            await change(booth, hooks(other=other))
            slow.go.set()
            await soon(lambda: slow.taken)
            await booth.look(up="e2", down="e3")
            booth.sender.wake()
            await soon(lambda: other.taken)
        assert await booth.owed() == []

    with receiving(Receiver(["slow"])) as slow, receiving(Receiver()) as other:
        play(story, hooks(slow=slow))
    assert len(slow.came) == 1
    assert (told(slow), told(other)) == (["e1"], ["e3"])


def test_a_channel_gets_what_it_is_owed_at_its_new_address() -> None:
    async def story(booth: Booth) -> None:
        async with serving(booth):
            await booth.look(down="e1")
            booth.sender.wake()
            await soon(lambda: wrong.came)
            await change(booth, hooks(ops=right), "ops")
            await soon(lambda: right.taken)
        assert await booth.owed() == []

    with receiving(Receiver(otherwise=503)) as wrong, receiving(Receiver()) as right:
        play(story, hooks(ops=wrong))
    assert told(right) == ["e1"]
