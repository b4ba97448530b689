"""F25: a damaged history: a daemon moves it aside, says so and goes on with a new one; a command tells it."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.lock import Lock
from colter.app.cycle import make_round
from colter.app.runtime import open_runtime
from colter.config.settings import Settings
from colter.core.clock import SystemClock
from colter.core.errors import BusyError, DamagedError, StateError
from colter.core.model import EndpointState, ProbeResult, Reason
from tests.cli.running import Machine
from tests.fakes.clock import START
from tests.fakes.endpoints import EndpointServer, reply
from tests.full import FULL
from tests.watching.daemons import daemon, ended, endpoints, until

FLIPS = 500 if FULL else 40
DEADLINE = 30  # seconds: nothing may hang
HOUR = timedelta(hours=1)
CONFIG = """
endpoints: [{name: api, url: "tcp://127.0.0.1:1"}]
alerts: {channels: {hook: {type: webhook, url: "http://127.0.0.1:1/"}}}
"""
HEAD, PAGE = 100, 4096
WRITE_VERSION = 18
"""A byte of the head; SQLite only reads what has one that it does not know."""
OTHER = b"not a database at all"


@pytest.fixture
def settings(machine: Machine) -> Iterator[Settings]:
    machine.configure(CONFIG)
    context = machine.context(clock=SystemClock())
    yield context.settings
    context.close()


async def _live(settings: Settings, folder: Path, minutes: int) -> tuple[str | None, str]:
    """A short life of a daemon that reads all it has: what it found of damage, and what it has to tell."""
    clock = SystemClock()
    async with open_runtime(settings, clock, state_dir=folder, rhythm=HOUR) as runtime:
        await runtime.take_charge()
        for minute in range(minutes):
            at = START + timedelta(minutes=minute)
            look = ProbeResult("api", "tcp://127.0.0.1:1", at, EndpointState.DOWN, Reason.CONNECT_REFUSED, "no, thanks")
            await runtime.keep(make_round(clock, at, results=[look]))
        await runtime.store.status()
        with suppress(DamagedError):  # a value that means nothing is told to whoever reads it
            await runtime.store.rounds(START - HOUR, clock.now() + HOUR)
        assert runtime.unkept == (0, 0)
        return runtime.news, "".join(each.body for each in await runtime.store.owed())


def _flip(path: Path, chance: random.Random, number: int) -> bytes:
    """Half of them where SQLite keeps its own book, which few random places would hit."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(HEAD if number % 4 == 0 else PAGE if number % 2 else len(content))
    content[place if number else WRITE_VERSION] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return bytes(content)


def test_a_flipped_byte_is_harmless_or_told_and_a_new_history_begins(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(_live(settings, tmp_path / "sound", 60))
    sound = (tmp_path / "sound" / "state.db").read_bytes()
    chance = random.Random(20261122)
    told = 0
    refused: list[StateError] = []
    for number in range(FLIPS):
        path = tmp_path / str(number) / "state.db"
        path.parent.mkdir(0o700)
        path.write_bytes(sound)
        flipped = _flip(path, chance, number)
        try:
            news, owed = asyncio.run(asyncio.wait_for(_live(settings, path.parent, 3), DEADLINE))
        except StateError as error:
            # It seems to be of another program, or of a newer Colter: not ours to move.
            refused.append(error)
            continue
        moved = list(path.parent.glob("state.db.damaged-*Z"))
        assert len(moved) == (news is not None)
        if news:
            told += 1
            assert moved[0].read_bytes() == flipped
            assert "damaged_history" in owed
    assert told >= FLIPS / 10
    assert len(refused) <= FLIPS / 10
    assert all(error.hint and not isinstance(error, DamagedError) for error in refused)


def test_a_daemon_tells_it_over_its_channels_and_in_its_log_and_goes_on(machine: Machine) -> None:
    path = machine.home / "state" / "colter" / "state.db"
    with EndpointServer(reply()) as web:
        machine.configure(
            endpoints(api=web.url("/api"))
            + f"alerts: {{channels: {{hook: {{type: webhook, url: '{web.url('/in')}'}}}}}}\n"
        )
        path.parent.mkdir(0o700, parents=True)
        path.write_bytes(OTHER)
        command = machine.inside("status")
        assert (command.code, command.out) == (3, "")
        assert "is not a Colter database" in command.err
        assert path.read_bytes() == OTHER
        with daemon(machine) as process:
            until(lambda: any(b"Damaged history" in request for request in web.requests))
            code, said, _ = ended(process)
        assert machine.inside("status").code == 0
    assert code == 143
    (line,) = said.splitlines()
    assert line.startswith(
        f"ERROR colter.app.history.salvage: {path} is not a Colter database: it was moved to {path}.damaged-"
    )
    (aside,) = path.parent.glob("state.db.damaged-*")
    assert aside.read_bytes() == OTHER


def test_while_another_daemon_is_at_work_nothing_is_moved(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(OTHER)
    lock = Lock(tmp_path, SystemClock())

    async def second() -> None:
        assert await lock.acquire(timedelta(0), for_life=True)
        with pytest.raises(BusyError):
            await _live(settings, tmp_path, 1)

    asyncio.run(second())
    lock.release()
    assert path.read_bytes() == OTHER


def test_one_that_cannot_be_moved_is_told_with_advice(machine: Machine) -> None:
    machine.configure(CONFIG)
    path = machine.home / "state" / "colter" / "state.db"
    path.mkdir(parents=True)
    done = machine.inside("daemon")
    assert done.code == 3
    assert "hint: " in done.err
