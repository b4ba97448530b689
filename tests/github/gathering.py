"""One collection against a loopback server, as the tests of this folder run it."""

import asyncio
import secrets
from collections.abc import Sequence

from colter.core.errors import SourceError
from colter.core.model import Reading, Round
from colter.core.ports import Store
from colter.core.secret import Secret
from colter.net.http import Http
from colter.sources.github.source import GitHub
from colter.store.memory import MemoryStore
from tests.fakes.clock import FakeClock

TOKEN = Secret("ghp_canary0123456789")


def collect(
    url: str,
    targets: Sequence[str],
    *,
    facts: Sequence[str] = (),
    token: Secret | None = TOKEN,
    store: Store | None = None,
    clock: FakeClock | None = None,
) -> dict[str, Reading]:
    """Collect once and commit; the readings by name, in the order they came."""
    readings, error = gather(url, targets, facts=facts, token=token, store=store, clock=clock)
    if error:
        raise error
    return readings


def gather(
    url: str,
    targets: Sequence[str],
    *,
    facts: Sequence[str] = (),
    token: Secret | None = TOKEN,
    store: Store | None = None,
    clock: FakeClock | None = None,
) -> tuple[dict[str, Reading], SourceError | None]:
    """The same, with what the source as a whole had to complain about."""
    clock = clock or FakeClock()
    store = store or MemoryStore()
    readings: list[Reading] = []

    async def run() -> SourceError | None:
        async with Http(clock) as http:
            source = GitHub(
                targets=targets, facts=frozenset(facts), token=token, api_url=url, http=http, recall=store, clock=clock
            )
            try:
                await source.collect(readings.append)
            except SourceError as error:
                return error
            finally:
                now = clock.now()
                await store.commit(Round(secrets.token_hex(8), now, now, tuple(readings)))
        return None

    error = asyncio.run(run())
    assert len({reading.target for reading in readings}) == len(readings), "a target was reported twice"
    return {reading.target.name: reading for reading in readings}, error
