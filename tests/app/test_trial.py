"""Channels are tried side by side, and whatever is wrong with one costs no other its test."""

import asyncio

from colter.app.alerting.trial import try_channels
from colter.core.errors import ColterError, ConfigError, DeliveryError, LockedError
from colter.core.message import Message, MessageKind
from colter.core.ports import Notifier
from tests.fakes.clock import FakeClock


class Channel:
    """Takes everything, or always fails the same way."""

    def __init__(self, name: str, failure: Exception | None) -> None:
        self.name = name
        self.failure = failure
        self.told: list[Message] = []
        self.closed = False

    async def send(self, message: Message) -> None:
        if self.failure:
            raise self.failure
        self.told.append(message)

    async def close(self) -> None:
        self.closed = True


UNMADE: dict[str, Exception] = {
    "locked": LockedError("no password", hint="colter login"),
    "wrong": ConfigError("config.yaml:1:1: wrong"),
    "unmade": KeyError("x"),
}


def test_what_is_wrong_with_one_costs_no_other_its_test() -> None:
    channels = {
        "broken": Channel("broken", ZeroDivisionError("secret 4711")),
        "away": Channel("away", DeliveryError("away: it is not there")),
        "good": Channel("good", None),
    }

    async def make(name: str) -> Notifier:
        if name in UNMADE:
            raise UNMADE[name]
        return channels[name]

    problems = asyncio.run(try_channels([*UNMADE, *channels], make, FakeClock()))
    assert [(name, type(problem), str(problem)) for name, problem in problems.items()] == [
        ("locked", LockedError, "locked: no password"),
        ("wrong", ConfigError, "config.yaml:1:1: wrong"),
        ("unmade", ColterError, "unmade: a bug: KeyError"),
        ("broken", ColterError, "broken: a bug: ZeroDivisionError"),
        ("away", DeliveryError, "away: it is not there"),
        ("good", type(None), "None"),
    ]
    locked = problems["locked"]
    assert locked
    assert locked.hint == "colter login"
    [message] = channels["good"].told
    assert (message.kind, message.at) == (MessageKind.TEST, FakeClock().now())
    assert all(channel.closed for channel in channels.values())
