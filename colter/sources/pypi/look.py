"""One look at one package: ask for each kind of fact, and note which did not come."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from colter.core.clock import Clock
from colter.core.model import Reading, Sample, Target
from colter.core.ports import Recall
from colter.sources.pypi import downloads
from colter.sources.pypi.draft import Draft, Part
from colter.sources.pypi.facts import KEYS as FACT_KEYS
from colter.sources.pypi.facts import facts
from colter.sources.pypi.index import Index, NoSuchPackageError
from colter.sources.pypi.metrics import VULNERABILITIES
from colter.sources.pypi.releases import Project
from colter.sources.pypi.server import MissingError
from colter.sources.pypi.stats import Statistics

_AT_ONCE = 8


class Look:
    """Looks at the packages of one round, a few at a time."""

    def __init__(
        self, index: Index, statistics: Statistics | None, splits: frozenset[str], recall: Recall, clock: Clock
    ) -> None:
        self._index = index
        self._statistics = statistics
        self._splits = splits
        self._recall = recall
        self._clock = clock
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def at(self, target: Target, emit: Callable[[Reading], None]) -> None:
        """Read a package and hand over the reading, also when the round is cut short."""
        draft = Draft(target, self._wanted())
        try:
            async with self._gate:
                await self._ask_index(draft)
            if self._statistics:
                await self._ask_statistics(draft, self._statistics)
        except NoSuchPackageError as error:
            draft.fail(str(error))
        finally:
            emit(draft.reading(self._clock.now()))

    def _wanted(self) -> Sequence[str]:
        index = [*FACT_KEYS, VULNERABILITIES.key]
        if self._statistics is None:
            return index
        python = downloads.PYTHON_KEYS if "python" in self._splits else ()
        system = downloads.SYSTEM_KEYS if "system" in self._splits else ()
        return [*downloads.KEYS, *python, *system, *index]

    async def _ask_index(self, draft: Draft) -> None:
        try:
            project = await self._index.project(draft.target.name)
        except MissingError as error:
            draft.lack([*FACT_KEYS, VULNERABILITIES.key], str(error))
            return
        marks = await self._recall.marks(draft.target)
        page = self._index.page_of(draft.target.name)
        draft.add(FACT_KEYS, facts(project, marks, self._clock.now(), page))
        await _attempt(draft, [VULNERABILITIES.key], self._vulnerabilities(draft.target, project))

    async def _vulnerabilities(self, target: Target, project: Project) -> Part:
        if project.latest is None:
            raise MissingError("there is no release to have any")
        count = await self._index.vulnerabilities(target.name, project.latest)
        return Part() if count is None else Part([Sample(VULNERABILITIES, count)])

    async def _ask_statistics(self, draft: Draft, statistics: Statistics) -> None:
        name = draft.target.name

        async def overall() -> Part:
            known = await self._recall.daily(draft.target, downloads.SERIES)
            return downloads.overall(await statistics.table(name, "overall"), known)

        async def python() -> Part:
            return downloads.by_python(await statistics.table(name, "python_minor"))

        async def system() -> Part:
            return downloads.by_system(await statistics.table(name, "system"))

        await _attempt(draft, downloads.KEYS, overall())
        if "python" in self._splits:
            await _attempt(draft, downloads.PYTHON_KEYS, python())
        if "system" in self._splits:
            await _attempt(draft, downloads.SYSTEM_KEYS, system())


async def _attempt(draft: Draft, keys: Sequence[str], reading: Coroutine[Any, Any, Part]) -> None:
    try:
        part = await reading
    except MissingError as error:
        draft.lack(keys, str(error))
    else:
        draft.add(keys, part)
