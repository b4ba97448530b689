"""On a full disk everybody is told, and nobody twice."""

from collections.abc import Sequence
from typing import Any

from colter.core.errors import FullError
from colter.core.model import Refusal
from colter.store.memory import MemoryStore
from tests.sending.booth import MINUTE, Booth, play
from tests.sending.named import channels
from tests.sending.receiver import Receiver, receiving


class _Full(MemoryStore):
    """Writes down nothing about channels, for a while."""

    full = False

    async def settle(self, keys: Sequence[str], refused: Sequence[Refusal] = ()) -> None:
        if self.full:
            raise FullError("the disk is full")
        await super().settle(keys, refused)

    async def exchange(self, *args: Any, **options: Any) -> None:
        if self.full:
            raise FullError("the disk is full")
        await super().exchange(*args, **options)


def test_on_a_full_disk_everybody_is_told_and_nobody_twice() -> None:
    async def story(booth: Booth) -> None:
        booth.store = store = _Full(booth.clock)
        await booth.begin()
        await booth.look(down="e1 e2")
        store.full = True
        for _ in range(3):
            assert await booth.tell() == [
                "hook: told, but that could not be written down: the disk is full; kept; the next run tells it"
            ]
        store.full = False
        assert await booth.tell() == []
        assert await booth.owed() == []

    with receiving(Receiver()) as receiver:
        play(story, channels(receiver))
    assert receiver.titles == ["e1 is down: http_status", "e2 is down: http_status"]


def test_on_a_full_disk_what_is_refused_stays_owed_until_another_can_be_told() -> None:
    async def story(booth: Booth) -> None:
        booth.store = store = _Full(booth.clock)
        await booth.begin()
        await booth.look(down="e1")
        store.full = True
        assert "the disk is full" in str(await booth.tell())
        assert await booth.owed() == ["1:hook"]
        store.full = False
        booth.clock.advance(6 * MINUTE)
        await booth.tell(MINUTE)
        assert await booth.owed() == []

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other:
        play(story, channels(gone, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert sorted(other.titles) == ["channel hook takes no messages", "e1 is down: http_status"]
