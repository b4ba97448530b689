"""Several processes on one file, and processes that die."""

import asyncio
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from tests.store.making import FOR_EVER, opened

KILLS = 30

# Commits rounds and says so, one line each; for every name it reads there is a process of its own.
COMMITS = """
import asyncio, os, pathlib, sys
from colter.core.model import AlertState, Delivery, Target
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, STARS, answer, at, done, look

path, most = pathlib.Path(sys.argv[1]), int(sys.argv[2])

async def commit(name):
    store = SqlStore(path, FakeClock(), METRICS)
    await store.open()
    for number in range(most):
        key = f"{name}-{number}"
        seen = [look(number, values={STARS: number}), *(answer(number, f"endpoint {each}") for each in range(20))]
        await store.commit(
            done(key, *seen, minutes=number),
            [AlertState(Target("probe", "endpoint 0"), "down", "ok", at(number), number)],
            [Delivery(key, "sink", "influx", at(number), round_key=key)],
        )
        os.write(1, f"{key}\\n".encode())  # at once: nobody is killed in the middle of a line
    await store.close()

for name in sys.stdin:
    child = os.fork()
    if not child:
        print(os.getpid(), flush=True)
        asyncio.run(commit(name.strip()))
        os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""

# Waits for a line, then tries at once to take the right to deliver; says whether it has got it.
CLAIMS = """
import asyncio, pathlib, sys
from colter.store.sql import SqlStore
from tests.fakes.clock import FakeClock
from tests.store.making import METRICS, at

async def main():
    store = SqlStore(pathlib.Path(sys.argv[1]), FakeClock(), METRICS)
    await store.open()
    print("ready", flush=True)
    for number, line in enumerate(sys.stdin):
        print(await store.claim(f"sink {number}", sys.argv[2], at(1), at(0)), flush=True)
    await store.close()

asyncio.run(main())
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    chance = random.Random(9)
    acknowledged: set[str] = set()
    with _committer(path, 1_000_000) as children:
        for life in range(KILLS):
            lines = _told(children, f"life {life}")
            pid = int(next(lines))
            acknowledged.update(itertools.islice(lines, chance.randrange(1, 30)))
            os.kill(pid, signal.SIGKILL)
            acknowledged.update(lines)
        assert children.stdin is not None
        children.stdin.close()
    kept, owed = asyncio.run(_kept(path))
    assert not acknowledged - kept
    assert len(kept - acknowledged) <= KILLS  # at most the one that was being told about, each time
    assert owed == kept
    assert _integrity(path) == "ok"


def test_processes_that_open_a_new_file_at_the_same_time_all_work(tmp_path: Path) -> None:
    path = tmp_path / "new" / "state.db"
    children = [_committer(path, 10) for _ in range(4)]
    told = [child.communicate(f"process {number}", timeout=300) for number, child in enumerate(children)]
    assert [(child.returncode, errors) for child, (_, errors) in zip(children, told, strict=True)] == [(0, "")] * 4
    kept, _ = asyncio.run(_kept(path))
    assert len(kept) == 40
    assert _integrity(path) == "ok"


def test_a_reader_sees_whole_rounds_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def watch(child: "subprocess.Popen[str]") -> None:
        lines = _told(child, "writer")
        pid = int(next(lines))
        next(lines)
        async with opened(path) as store:
            for _ in range(20):
                for each in await store.rounds(*FOR_EVER):
                    assert (len(each.readings), len(each.results)) == (1, 20)
        os.kill(pid, signal.SIGKILL)

    with _committer(path, 1_000_000) as child:
        asyncio.run(watch(child))


def test_of_two_processes_that_claim_at_once_exactly_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    asyncio.run(_kept(path))
    with _claimer(path, "a") as first, _claimer(path, "b") as second:
        children = [_pipes(first), _pipes(second)]
        assert [answers.readline() for _, answers in children] == ["ready\n"] * 2
        for _ in range(20):
            for orders, _ in children:
                orders.write("now\n")
                orders.flush()
            assert sorted(answers.readline() for _, answers in children) == ["False\n", "True\n"]
        for orders, _ in children:
            orders.close()


def test_what_was_owed_when_the_process_was_killed_is_found_again_with_its_rounds(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with _committer(path, 1_000_000) as children:
        lines = _told(children, "life")
        pid = int(next(lines))
        acknowledged = list(itertools.islice(lines, 5))
        os.kill(pid, signal.SIGKILL)
        list(lines)
        assert children.stdin is not None
        children.stdin.close()

    async def find() -> None:
        async with opened(path) as store:
            owed = await store.next_owed("sink", "influx", most=5 * 21)
            rounds = await store.rounds_by_key([each.round_key or "" for each in owed])
            assert [each.key for each in rounds] == acknowledged
            assert [len(each.entries) for each in rounds] == [21] * 5

    asyncio.run(find())


def _claimer(path: Path, holder: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CLAIMS, str(path), holder]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _pipes(child: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin, child.stdout


def _committer(path: Path, most: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMITS, str(path), str(most)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _told(children: "subprocess.Popen[str]", name: str) -> Iterator[str]:
    """What one process, begun under this name, says until it ends."""
    assert children.stdin is not None
    children.stdin.write(f"{name}\n")
    children.stdin.flush()
    stdout = children.stdout
    assert stdout is not None
    return iter(lambda: stdout.readline().strip(), "ended")


async def _kept(path: Path) -> tuple[set[str], set[str]]:
    async with opened(path) as store:
        return {each.key for each in await store.rounds(*FOR_EVER)}, {each.key for each in await store.owed()}


def _integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
