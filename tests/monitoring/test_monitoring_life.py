"""What befalls a loop that runs for weeks: servers that are away or hang, and its end."""

import asyncio
import logging
import os
import re
import time
from datetime import datetime, timedelta

import pytest

from colter.core.clock import SystemClock
from colter.monitoring import scheduler
from tests.fakes.endpoints import EndpointServer
from tests.monitoring.conftest import Mails
from tests.monitoring.planned import Planned, until
from tests.monitoring.users import User, with_postgres
from tests.servers.postgres import Postgres
from tests.servers.toxics import Proxy, Toxic
from tests.withheld import withheld

_TIMES = 10


class Hurried:
    """A clock on which everything comes ten times as soon."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._begun = self._real.now()

    def now(self) -> datetime:
        return self._begun + _TIMES * (self._real.now() - self._begun)

    def monotonic(self) -> float:
        return _TIMES * self._real.monotonic()

    async def sleep(self, length: timedelta) -> None:
        await self._real.sleep(length / _TIMES)


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_what_a_database_that_is_away_has_not_taken_it_gets_when_it_is_back(
    postgres: Postgres, mails: Mails, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduler, "SystemClock", Hurried)

    async def story(user: User, proxy: Proxy, web: EndpointServer) -> None:
        task = asyncio.create_task(user.awaited(web))
        await until(lambda: "kept, and tried again" in caplog.text)
        measured = planned.looks[user.paths[0]]
        await asyncio.to_thread(proxy.accept)
        await until(lambda: there(user) > measured)
        await ended(task)

    with Proxy(postgres.port) as proxy:
        proxy.refuse()
        user = with_postgres(mails(None), postgres, port=proxy.port)
        planned = Planned({path: [] for path in user.paths})
        with EndpointServer(planned) as web:
            asyncio.run(story(user, proxy, web))
    for path in user.paths:
        assert len(user.rows(path)) in (planned.looks[path], planned.looks[path] - 1)
    assert "lost" not in caplog.text


def there(user: User) -> int:
    assert user.place
    tables = user.place.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'endpoint_history'")
    return len(user.rows(user.paths[0])) if tables else 0


def test_it_ends_within_seconds_though_the_database_hangs_and_says_what_is_lost(
    postgres: Postgres, mails: Mails, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduler, "SystemClock", Hurried)

    async def story(user: User, web: EndpointServer) -> float:
        task = asyncio.create_task(user.awaited(web))
        await until(lambda: planned.over and proxy.connections)
        with withheld(os.getpid()) as busy:
            begun = time.perf_counter()
            await ended(task)
            took = time.perf_counter() - begun
        return took - busy.seconds

    with Proxy(postgres.port) as proxy:
        proxy.behave(Toxic(hang=True))
        user = with_postgres(mails(None), postgres, port=proxy.port)
        user.mails.data = "451 later"
        planned = Planned({path: ["down"] * 3 for path in user.paths})
        with EndpointServer(planned) as web, caplog.at_level(logging.WARNING):
            assert asyncio.run(story(user, web)) < 20
    lost = [re.sub(r"\d+", "N", record.message) for record in caplog.records if "lost" in record.message]
    assert lost == [
        "email: N notifications lost: email: the mail server answered N later",
        "database: N measurements lost: there was no time left",
    ]
