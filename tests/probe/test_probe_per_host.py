"""How many probes of one host begin together is configured, and followed at once."""

import asyncio
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.runtime import open_runtime
from colter.config.settings import Settings
from colter.sources.probe import turns
from tests.config.opening import load
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.probe.looking import TIMEOUT, check

MANY = 12


class Crowd:
    """Lets each visitor stay until so many have come; remembers how many were there at once."""

    def __init__(self, expected: int) -> None:
        self.most = self._here = 0
        self._expected = expected
        self._complete = threading.Condition()

    def __call__(self, visit: Visit) -> None:
        with self._complete:
            self._here += 1
            self.most = max(self.most, self._here)
            self._complete.notify_all()
            self._complete.wait_for(lambda: self.most >= self._expected, timeout=TIMEOUT.total_seconds() / 2)
            self._here -= 1
        reply()(visit)


def configured(folder: Path, per_host: int) -> Settings:
    return load(folder, f"probe: {{per_host: {per_host}}}\n")


def test_so_many_of_one_host_begin_together_also_after_a_reload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "HELD_SECONDS", 3600)  # else one that is slow makes room for the next

    async def story() -> list[int]:
        found = []
        async with AsyncExitStack() as stack:
            runtime = await stack.enter_async_context(
                open_runtime(configured(tmp_path, 1), FakeClock(), state_dir=None, rhythm=timedelta(minutes=15))
            )
            for per_host in (1, MANY):
                crowd = Crowd(per_host)
                server = stack.enter_context(EndpointServer(crowd))
                await runtime.adopt(configured(tmp_path, per_host), (), timedelta(minutes=15))
                await runtime.probe([check(server.url(), name=f"{number}") for number in range(MANY)])
                found.append(crowd.most)
        return found

    assert asyncio.run(story()) == [1, MANY]
