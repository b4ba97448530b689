"""What is done to a history beside measuring: counting, packing, and letting go of what is old."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from colter.core.model import Holding, Target
from colter.core.ports import Step
from colter.core.uptime.outage import Outage
from colter.core.uptime.pace import Paces
from colter.core.uptime.tally import Tally
from colter.store.moments import to_ms
from colter.store.progress import keep_progress, read_progress
from colter.store.read.tallies import count_uncounted, read_outages, read_tallies, read_uncounted
from colter.store.sql.advice import distrust
from colter.store.sql.file import SqlFile
from colter.store.write import forget, packs, sweep
from colter.store.write.retire import retire_packs, retire_readings, retire_results, retire_tallies
from colter.store.write.tallies import count_part, keep_count, parts

_MOST_FORGOTTEN = 1000
_MOST_OUTCOMES = 5  # for each of them, SQLite looks through all results that are not packed
_SWEPT_EVERY = timedelta(days=1)


class SqlUpkeep(SqlFile):
    """Upkeep of one SQLite file; see `colter.core.ports.Store` for what is promised."""

    def __init__(self, path: Path, busy_timeout: timedelta) -> None:
        super().__init__(path, busy_timeout)
        self._packed_up_to = 0
        """Up to this round, this pass of packing has packed what can be; the next pass begins anew."""
        self._search: sweep.Search | None = None
        """The one that is under way; who is killed begins another one when it is due again."""

    async def roll_up(self, paces: Paces, *, most: int) -> int:
        """Count the next results into tallies and outages, each once and for ever, in the order of their rounds.

        In several transactions, each of them short: killed between two, it goes on with those that are not counted.
        """
        batch = await self._read(read_uncounted, most)
        if batch is None:
            return 0
        for part in parts(batch):
            await self._tend(count_part, batch, part, paces)
        await self._tend(keep_count, batch)
        return batch.count

    async def uncounted(self) -> int:
        """How many readings and results there are in the rounds that `roll_up` has not come to yet."""
        return await self._read(count_uncounted)

    async def tallies(
        self, targets: Sequence[Target], since: datetime, until: datetime, step: Step
    ) -> Mapping[Target, Sequence[tuple[datetime, Tally]]]:
        """What was counted of these in UTC hours or days that begin in [since, until), oldest first."""
        return await self._read(read_tallies, targets, since, until, step)

    async def outages(self, targets: Sequence[Target], since: datetime, until: datetime) -> Sequence[Outage]:
        """Outages of these that were counted, some part of which lies in [since, until), oldest first."""
        return await self._read(read_outages, targets, since, until)

    async def pack(self, before: datetime, *, most: int) -> int:
        """Pack some rounds of results that finished before that; returns how many results, 0 when none are left."""
        while chosen := await self._read(packs.choose, before, most=most, behind=self._packed_up_to):
            if await self._tend(packs.put, chosen):
                self._packed_up_to = max(chosen.ids)
                return chosen.entries
        self._packed_up_to = 0
        return 0

    async def retire(
        self, *, results: datetime | None, readings: datetime | None, tallies: datetime | None, most: int
    ) -> int:
        """Forget what is older than that; returns how many results, readings and tallies went, 0 when none are left."""
        gone = 0
        if results is not None:
            gone += await self._tend(retire_packs, results, most)
            gone += await self._tend(retire_results, results, max(most - gone, 1))
        if readings is not None and gone < most:
            gone += await self._thin(readings, most - gone)
        if tallies is not None and gone < most:
            gone += await self._tend(retire_tallies, tallies, most - gone)
        return gone

    async def _thin(self, before: datetime, most: int) -> int:
        """The next readings that go, however many before them stay."""
        while (gone := await self._tend(retire_readings, before, most)) == 0:
            pass
        return gone or 0

    async def sweep(self, now: datetime, *, most: int, least: int) -> int:
        """Forget texts and outcomes that nothing refers to; returns how many rows were looked at, 0 when all were."""
        search, self._search = self._search, None  # a search that fails is given up
        if search is None:
            if not await self._read(_is_due, now):
                return 0
            await self._tend(keep_progress, "sweep", to_ms(now))
            search = await self._read(sweep.begin, least)
        looked = await self._read(sweep.look, search, most)
        if not looked:
            with self._noting(distrust):
                looked = await self._opened().writer.run(sweep.sweep, search, most)
        self._search = search if looked else None
        return looked

    async def holding(self, name: Target) -> Holding | None:
        """What there is of the target with this name, which may be a former one; None: nobody knows it."""
        return await self._read(forget.read_holding, name)

    async def forget(self, name: Target) -> AsyncIterator[int]:
        """Forget everything that there is of one target; yields how many readings and results went, bit by bit."""
        row_id = await self._read(forget.target_id, name)
        if row_id is None:
            return
        while places := await self._read(forget.find_results, row_id, _MOST_FORGOTTEN):
            yield await self._tend(forget.forget_results, row_id, places)
        while gone := await self._tend(forget.forget_readings, row_id, _MOST_FORGOTTEN):
            yield gone
        behind = 0
        while light := await self._read(forget.lighten, row_id, behind):
            if await self._tend(forget.replace_pack, light):
                behind = light.id
                yield light.before - light.entries
        while await self._tend(forget.forget_outcomes, row_id, _MOST_OUTCOMES):
            pass
        yield await self._tend(forget.forget_rest, row_id)

    def _let_go(self) -> None:
        super()._let_go()
        self._packed_up_to, self._search = 0, None


def _is_due(connection: Connection, now: datetime) -> bool:
    """Not when it was done a short time ago; but when that lies ahead, the clock was set back since."""
    last = read_progress(connection, "sweep")
    return not to_ms(now - _SWEPT_EVERY) < last <= to_ms(now)
