"""How many probes of one host begin together is configured, and followed at once."""

import asyncio
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from colter.app.runtime import open_runtime
from colter.config.settings import Settings
from tests.config.opening import load
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.probe.looking import check

MANY = 12


class Crowd:
    """Lets each visitor stay for some seconds; remembers how many were there at once."""

    def __init__(self) -> None:
        self.most = self._here = 0
        self.stay = 0.0
        self._lock = threading.Lock()

    def __call__(self, visit: Visit) -> None:
        with self._lock:
            self._here += 1
            self.most = max(self.most, self._here)
        visit.pause(self.stay)
        with self._lock:
            self._here -= 1
        reply()(visit)


def configured(folder: Path, per_host: int) -> Settings:
    return load(folder, f"probe: {{per_host: {per_host}}}\n")


def test_so_many_of_one_host_begin_together_also_after_a_reload(tmp_path: Path) -> None:
    crowd = Crowd()

    async def story() -> list[int]:
        found = []
        async with AsyncExitStack() as stack:
            server = stack.enter_context(EndpointServer(crowd))
            runtime = await stack.enter_async_context(
                open_runtime(configured(tmp_path, 1), FakeClock(), state_dir=None, rhythm=timedelta(minutes=15))
            )
            for per_host, stay in ((1, 0.01), (MANY, 0.5)):
                await runtime.adopt(configured(tmp_path, per_host), (), timedelta(minutes=15))
                crowd.most, crowd.stay = 0, stay
                await runtime.probe([check(server.url(), name=f"{number}") for number in range(MANY)])
                found.append(crowd.most)
        return found

    one_by_one, together = asyncio.run(story())
    assert one_by_one <= 3  # on a machine that is very slow, one makes room for the next before it is answered
    assert together > 6
