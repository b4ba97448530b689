"""A thousand endpoints on hosts of their own, all of this machine, and a daemon's loop that watches them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from colter.app.runtime import open_runtime
from colter.app.watching.daemon import run_daemon
from colter.app.watching.plan import read_watch_plan
from colter.config.settings import Settings, make_settings
from colter.config.vault.vault import OpenVault
from colter.config.yaml.document import parse_document
from colter.core.clock import Clock, SystemClock
from colter.core.model import AlertState, Delivery, ProbeResult
from colter.core.ports import Store

EVERY = timedelta(minutes=15)
Story = Callable[[Clock, Store], Awaitable[None]]
"""What happens meanwhile."""
_LONG_AGO = timedelta(hours=1)
# In a process of its own: what it works must not count as the daemon's latency.
_SERVER = """
import asyncio, sys
body, port, *hosts = sys.argv[1:]
answer = f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n{body}".encode()
class Answers(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(answer)
        self.transport.close()
async def serve():
    server = await asyncio.get_running_loop().create_server(Answers, hosts, int(port), backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""


@dataclass(frozen=True)
class Watched:
    """What a daemon has kept."""

    results: Sequence[ProbeResult]
    alerts: Sequence[AlertState]
    notifications: Sequence[Delivery]
    """Those that are owed."""


def address(number: int) -> str:
    """One of many addresses of this machine."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@contextmanager
def answering(
    hosts: Sequence[str], port: int, body: str = "ok", *, within: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A server that answers at once on these addresses; `within` begins its command line."""
    argv = [*within, sys.executable, "-c", _SERVER, body, str(port), *hosts]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def watch(configuration: Mapping[str, Any], state_dir: Path, story: Story) -> Watched:
    """Watch as the daemon does until a story has been told; what was kept."""
    return asyncio.run(_watch(_settings(configuration), state_dir, story))


async def _watch(settings: Settings, state_dir: Path, story: Story) -> Watched:
    clock = SystemClock()
    async with open_runtime(settings, clock, state_dir=state_dir, rhythm=EVERY) as runtime:
        await runtime.take_charge()
        watching = asyncio.create_task(run_daemon(read_watch_plan(settings, EVERY), runtime, clock))
        await story(clock, runtime.store)
        watching.cancel()
        await asyncio.wait([watching])
        assert watching.cancelled()
        now = clock.now()
        rounds = await runtime.store.rounds(now - _LONG_AGO, now + _LONG_AGO)
        return Watched(
            [result for done in rounds for result in done.results],
            await runtime.store.alert_states(),
            await runtime.store.undelivered(),
        )


def _settings(configuration: Mapping[str, Any]) -> Settings:
    def locked(_: str) -> OpenVault:
        raise AssertionError("nothing is sealed")

    return make_settings(parse_document(json.dumps(configuration).encode(), "config.yaml"), {}, locked)
