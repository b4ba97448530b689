"""What is noted beside measurements, in memory: silences, beats, exports under way, cached replies."""

from collections.abc import Sequence

from colter.core.clock import Clock
from colter.core.model import Beat, BeatKind, LastBeats, Silence, Transfer
from colter.core.ports import Cached
from colter.store import bounds
from colter.store.memory.upkeep import MemoryUpkeep


class MemoryNotes(MemoryUpkeep):
    """See `colter.core.ports.Store` for what is promised."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._transfers: dict[str, Transfer] = {}
        self._silences: dict[str, Silence] = {}
        self._beats: dict[tuple[str, bool], Beat] = {}
        self._cache: dict[str, Cached] = {}

    async def transfer(self, key: str) -> Transfer | None:
        """The export that was asked for in these words and is not done."""
        return self._transfers.get(key)

    async def keep_transfer(self, transfer: Transfer) -> None:
        """Remember how far it has come, in place of what was remembered."""
        others = (each for each in self._transfers.values() if each.key != transfer.key)
        kept = sorted(others, key=lambda each: each.until)[-(bounds.MOST_TRANSFERS - 1) :]
        self._transfers = {each.key: each for each in (*kept, transfer)}

    async def end_transfer(self, key: str) -> None:
        """It is done; harmless twice."""
        self._transfers.pop(key, None)

    async def silences(self) -> Sequence[Silence]:
        """All silences that are kept, those that are over too, oldest first."""
        return sorted(self._silences.values(), key=lambda silence: (silence.begins, silence.key))

    async def keep_silence(self, silence: Silence) -> None:
        """Keep one, in place of the one with the same key."""
        self._silences[silence.key] = silence
        oldest = self._clock.now() - bounds.SILENCES_KEPT
        self._silences = {key: each for key, each in self._silences.items() if each.ends >= oldest}

    async def end_silences(self, keys: Sequence[str]) -> None:
        """Forget these; harmless twice."""
        for key in keys:
            self._silences.pop(key, None)

    async def keep_beat(self, beat: Beat) -> None:
        """Keep what a job has reported."""
        self._beats[beat.endpoint, beat.kind is BeatKind.START] = beat

    async def last_beats(self) -> Sequence[LastBeats]:
        """The newest of every job that has ever reported, ordered by endpoint."""
        jobs = sorted({endpoint for endpoint, _ in self._beats})
        return [LastBeats(job, self._beats.get((job, True)), self._beats.get((job, False))) for job in jobs]

    async def cached(self, key: str) -> Cached | None:
        """The reply kept under this key."""
        return self._cache.get(key)

    async def cache(self, key: str, reply: Cached) -> None:
        """Keep a reply, in place of an older one."""
        self._cache[key] = reply
