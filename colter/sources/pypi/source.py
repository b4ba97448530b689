"""Packages: facts from an index, vulnerabilities from its JSON API, downloads from pypistats; each fails on its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from colter.core.clock import Clock
from colter.core.model import Reading, Target
from colter.core.ports import Recall
from colter.core.text import clean
from colter.net.http import Http
from colter.sources.pypi.address import PUBLIC_INDEX, read_address
from colter.sources.pypi.index import Index
from colter.sources.pypi.look import Look
from colter.sources.pypi.metrics import METRICS
from colter.sources.pypi.names import normalise
from colter.sources.pypi.pacer import Pacer
from colter.sources.pypi.stats import PUBLIC_STATISTICS, Statistics


class PyPI:
    """Reads packages.

    Args:
        packages: names in any spelling; those that mean the same project are one target.
        splits: `python`, `system`: downloads by them, for one more request each per package and day.
        index_url: a Simple API, JSON or HTML; its user name and password are sent as Basic. None: the public one.
        stats_url: a server that speaks like pypistats, signed in to likewise. None: the public one for the public
            index, and none at all for an index of one's own, whose package names are nobody else's business.
        http: the way out.
        recall: the past.
        clock: the time.

    Raises:
        ConfigError: one of the URLs is none.
    """

    name = "pypi"
    metrics = METRICS

    def __init__(
        self,
        *,
        packages: Sequence[str],
        splits: frozenset[str],
        index_url: str | None,
        stats_url: str | None,
        http: Http,
        recall: Recall,
        clock: Clock,
    ) -> None:
        self._packages = packages
        self._splits = splits
        self._index_address = read_address(index_url or PUBLIC_INDEX, "pypi.index_url")
        stats_url = stats_url or (PUBLIC_STATISTICS if self._index_address.public else None)
        self._stats_address = read_address(stats_url, "pypi.stats_url") if stats_url else None
        self._http = http
        self._recall = recall
        self._clock = clock
        self._pacer = Pacer(clock)

    async def collect(self, emit: Callable[[Reading], None]) -> None:
        """Look at every package; a cut short round still hands over what was read of each."""
        look = Look(self._index(), self._statistics(), self._splits, self._recall, self._clock)
        async with asyncio.TaskGroup() as group:
            for target, problem in self._targets().items():
                if problem is None:
                    group.create_task(look.at(target, emit))
                else:
                    emit(Reading(target, self._clock.now(), problem=problem))

    def _targets(self) -> Mapping[Target, str | None]:
        """Every project once; what is no name with the problem."""
        found: dict[Target, str | None] = {}
        for written in self._packages:
            try:
                found[Target(self.name, normalise(written.strip()))] = None
            except ValueError as error:
                found[Target(self.name, _quoted(written))] = str(error)
        return found

    def _index(self) -> Index:
        return Index(self._index_address, self._http, self._recall, self._clock)

    def _statistics(self) -> Statistics | None:
        if self._stats_address is None:
            return None
        return Statistics(self._stats_address, self._http, self._recall, self._clock, self._pacer)


def _quoted(written: str) -> str:
    """What is no name, so that it is not taken for the name of some package when it is shown."""
    return written if written and clean(written, 100) == written else ascii(written)[:100]
