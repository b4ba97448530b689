"""Which commands take care of the history, and when."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from colter.app.alerting.lock import Lock
from colter.app.history.opening import DATABASE
from tests.cli.running import Machine
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, reply
from tests.store.making import answer, done, opened

MUCH = 5_000


def uncounted(machine: Machine) -> int:
    """How many results."""
    with closing(sqlite3.connect(machine.home / "state" / "colter" / DATABASE)) as history:
        behind = "round_id > coalesce((SELECT round_id FROM upkeep WHERE task = 'tally'), 0)"
        (found,) = history.execute(f"SELECT count(*) FROM probe_result WHERE {behind}").fetchone()
    return int(found)


def fill(machine: Machine, results: int) -> None:
    async def commit() -> None:
        async with opened(machine.home / "state" / "colter" / DATABASE) as store:
            await store.commit(done("much", *(answer(0, f"endpoint {number % 50}") for number in range(results))))

    asyncio.run(commit())


def test_a_daemon_that_looks_once_counts_what_it_saw(machine: Machine) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(f'endpoints: [{{name: api, url: "{web.url()}"}}]')
        assert machine.inside("daemon", "--once").code == 0
        assert uncounted(machine) == 0
        assert machine.inside("probe", "-q").code == 0
        assert uncounted(machine) == 1
        assert machine.inside("daemon", "--once").code == 0
    assert uncounted(machine) == 0


@pytest.mark.parametrize(("waiting", "left"), [(MUCH - 2, MUCH - 1), (MUCH - 1, 0)], ids=["little", "much"])
def test_a_command_does_it_only_when_much_waits(machine: Machine, waiting: int, left: int) -> None:
    fill(machine, waiting)
    with EndpointServer(reply()) as web:
        assert machine.inside("probe", "-q", web.url()).code == 0
    assert uncounted(machine) == left


def test_it_is_left_to_the_daemon_where_there_is_one(machine: Machine) -> None:
    fill(machine, MUCH)
    lock = Lock(machine.home / "state" / "colter", FakeClock())
    with EndpointServer(reply()) as web:
        # A lock is of its process: what asks for it here is another one.
        asyncio.run(lock.acquire(timedelta(0), for_life=True))
        assert machine.process("probe", "-q", web.url()).code == 0
    lock.release()
    assert uncounted(machine) == MUCH + 1


def test_a_dry_run_counts_nothing(machine: Machine) -> None:
    fill(machine, MUCH)
    with EndpointServer(reply()) as web:
        assert machine.inside("probe", "-q", "--dry-run", web.url()).code == 0
    assert uncounted(machine) == MUCH
