"""Several processes that exchange notifications in one file, and processes that die while they do."""

import asyncio
import itertools
import random
import subprocess
import sys
from pathlib import Path
from typing import IO

from tests.store.making import opened

LIVES = 4

# Waits for a line, then exchanges each notice of its own for the next one, and gives up one that it shares with others.
EXCHANGES = """
import asyncio, pathlib, sys
from colter.core.model import AlertState, Delivery, Target
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, at

path, name, most = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def notice(incident, number):
    return Delivery(f"{incident}:{number}:ops", "channel", "ops", at(0), "api is down")

async def main():
    store = SqlStore(path, FakeClock(), METRICS)
    await store.open()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(1, most + 1):
        shared = notice("shared", number)
        await store.exchange(
            [notice(name, number), shared],
            given_up={f"{name}:{number - 1}:ops": "550", shared.key: "550"},
            states=[AlertState(Target("probe", name), "down", "firing", at(0), incident=name, sequence=number)],
        )
        print(number, flush=True)
    await store.close()

asyncio.run(main())
"""


def test_what_processes_exchange_at_once_is_neither_lost_nor_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with _exchanger(path, "a", 100) as first, _exchanger(path, "b", 100) as second:
        for child in (first, second):
            assert _output(child).readline() == "ready\n"
        for child in (first, second):
            _begin(child)
        assert [child.wait(timeout=300) for child in (first, second)] == [0, 0]

    async def look() -> None:
        async with opened(path) as store:
            assert {each.key for each in await store.owed()} == {"a:100:ops", "b:100:ops"}
            assert len(await store.undelivered()) == 2 + 99 + 99 + 100
            (owing,) = await store.owing()
            assert owing.refused == 99 + 99 + 100

    asyncio.run(look())


def test_an_exchange_is_kept_as_a_whole_or_not_at_all_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    chance = random.Random(4)
    for life in range(LIVES):
        with _exchanger(path, f"life {life}", 1_000_000) as child:
            assert _output(child).readline() == "ready\n"
            _begin(child)
            lines = list(itertools.islice(_output(child), chance.randrange(1, 60)))
            child.kill()
            acknowledged = int([*lines, *_output(child)][-1])
        assert asyncio.run(_kept(path, f"life {life}")) in (acknowledged, acknowledged + 1)


async def _kept(path: Path, name: str) -> int:
    """How far it has come, by all accounts."""
    async with opened(path) as store:
        (state,) = [state for state in await store.alert_states() if state.target.name == name]
        mine = [each for each in await store.undelivered() if each.key.startswith(f"{name}:")]
        assert [each.key for each in mine if each.settled is None] == [f"{name}:{state.sequence}:ops"]
        assert len(mine) == state.sequence
        return state.sequence


def _exchanger(path: Path, name: str, most: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", EXCHANGES, str(path), name, str(most)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _begin(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    child.stdin.write("now\n")
    child.stdin.flush()


def _output(child: "subprocess.Popen[str]") -> IO[str]:
    assert child.stdout is not None
    return child.stdout
