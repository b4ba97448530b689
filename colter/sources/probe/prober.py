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
from colter.sources.probe.engine import Batch, Engine
from colter.sources.probe.look import Tools, look
from colter.sources.probe.search import Searcher

T = TypeVar("T")


class Prober:
    """The asyncio side of the engine. Close it when done."""

    def __init__(self, *, clock: Clock, resolver: Resolver | None = None, concurrency: int = 50) -> None:
        self._searcher = Searcher()
        self._tools = Tools(clock, resolver or Resolver(), self._searcher, ca_bundle())
        self._engine = Engine(concurrency)

    async def probe(
        self, checks: Sequence[Check], emit: Callable[[ProbeResult], None], *, explain: bool = False
    ) -> None:
        """Look at every endpoint once, and hand over each result as it comes.

        A target never makes it raise. When it is cancelled, probes that have not begun are dropped.
        """
        if not checks:
            return
        results = _Results(len(checks), emit)
        if any(check.patterns for check in checks):
            self._searcher.prepare()
        if any(check.asks_nameserver for check in checks):
            # On the engine's thread the import would count as other servers' time.
            import_module("colter.sources.probe.nameserver")
        batch = Batch((look(check, self._tools, explain=explain) for check in checks), results.put, results.fail)
        self._engine.submit(batch)
        try:
            await results.complete
        finally:
            batch.cancelled = True

    def close(self) -> None:
        """Give up what is running, and end the thread; harmless twice."""
        self._engine.close()
        self._searcher.close()


class _Results:
    """Brings results from the engine's thread to the loop."""

    def __init__(self, expected: int, emit: Callable[[ProbeResult], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._missing = expected
        self._emit = emit
        self.complete: asyncio.Future[None] = self._loop.create_future()

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
        for result in results:
            if self.complete.done():
                return
            self._missing -= 1
            try:
                self._emit(result)
            except Exception as error:  # the caller's own, brought to where it waits
                self._give_up(error)
        if not self._missing and not self.complete.done():
            self.complete.set_result(None)

    def _give_up(self, error: Exception) -> None:
        if not self.complete.done():
            self.complete.set_exception(error)
