"""Probes endpoints: a batch of checks in, results as they come."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TypeVar

from colter.core.clock import Clock
from colter.core.model import ProbeResult
from colter.net.dns import Resolver
from colter.net.trust import ca_bundle
from colter.sources.probe.check import Check
from colter.sources.probe.engine import Engine
from colter.sources.probe.look import Tools, look
from colter.sources.probe.room import room
from colter.sources.probe.search import Searcher
from colter.sources.probe.turns import Batch

PER_HOST = 10
"""So many of one host begin together. With HELD_SECONDS, 1,000 have all begun after 20 seconds, whatever it does."""
T = TypeVar("T")


class Prober:
    """The asyncio side of the engine. Close it when done.

    Args:
        clock: the time, for results.
        resolver: how names are looked up.
        concurrency: so many probes at once; None: as many as there are open files for.
        per_host: how many of one host begin together, asked each time; those that take long do not count.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver | None = None,
        concurrency: int | None = None,
        per_host: Callable[[], int] = lambda: PER_HOST,
    ) -> None:
        self._searcher = Searcher()
        self._tools = Tools(clock, resolver or Resolver(), self._searcher, ca_bundle())
        self._engine = Engine(concurrency or room(), per_host)

    async def probe(
        self, checks: Sequence[Check], emit: Callable[[ProbeResult], None], *, explain: bool = False
    ) -> None:
        """Look at every endpoint once, and hand over each result as it comes.

        A target never makes it raise. When it is cancelled, probes that have not begun are dropped.
        """

        def hand_over(results: Sequence[ProbeResult]) -> None:
            for result in results:
                emit(result)

        await self.begin(checks, hand_over, explain=explain)

    def begin(
        self, checks: Sequence[Check], emit: Callable[[Sequence[ProbeResult]], None], *, explain: bool = False
    ) -> "asyncio.Future[None]":
        """Begin to look at every endpoint once, and return at once.

        Args:
            checks: what to look at, in this order.
            emit: is called in the running loop with results as they come, a few at a time.
            explain: whether the results tell how they came about.

        Returns:
            A future that is done when `emit` has been given all results. It fails when no more will come: the prober
            was closed, or `emit` failed. Cancelled, it drops the probes that have not begun.
        """
        results = _Results(len(checks), emit)
        if any(check.patterns for check in checks):
            self._searcher.prepare()
        if any(check.asks_nameserver for check in checks):
            # On the engine's thread the import would count as other servers' time.
            import_module("colter.sources.probe.nameserver")
        batch = Batch(
            ((check.address.host, look(check, self._tools, explain=explain)) for check in checks),
            results.put,
            results.fail,
        )
        results.complete.add_done_callback(lambda _: batch.cancel())
        if checks:
            self._engine.submit(batch)
        return results.complete

    def close(self) -> None:
        """Give up what is running, and end the thread; harmless twice."""
        self._engine.close()
        self._searcher.close()


class _Results:
    """Brings results from the engine's thread to the loop."""

    def __init__(self, expected: int, emit: Callable[[Sequence[ProbeResult]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._missing = expected
        self._emit = emit
        self.complete: asyncio.Future[None] = self._loop.create_future()
        # Not everybody waits for it, and one that failed unseen would be logged as a bug.
        self.complete.add_done_callback(lambda future: future.cancelled() or future.exception())
        if not expected:
            self.complete.set_result(None)

    def put(self, results: Sequence[ProbeResult]) -> None:
        """Take results; called on the engine's thread."""
        self._call(self._hand_over, results)

    def fail(self, error: Exception) -> None:
        """No more will come; called on the engine's thread."""
        self._call(self._give_up, error)

    def _call(self, work: Callable[[T], None], what: T) -> None:
        # A loop that is closed: whoever asked is gone.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, what)

    def _hand_over(self, results: Sequence[ProbeResult]) -> None:
        if self.complete.done():
            return
        try:
            self._emit(results)
        except Exception as error:  # the caller's own, brought to where it waits
            self._give_up(error)
        self._missing -= len(results)
        if not self._missing and not self.complete.done():
            self.complete.set_result(None)

    def _give_up(self, error: Exception) -> None:
        if not self.complete.done():
            self.complete.set_exception(error)
