"""F24: SIGTERM at any moment: a command ends soon and in order, and what it said is kept is in every sink, once."""

import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from tests.cli.running import PROGRAM, Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.handlers import await_handler
from tests.full import FULL
from tests.servers.postgres import Postgres
from tests.servers.victoriametrics import VictoriaMetrics
from tests.watching.daemons import until
from tests.withheld import withheld

RUNS = 200 if FULL else 15
ENDPOINTS = 3
LIMIT = 5  # seconds
LONGEST = 300
"""Seconds that one of them may take on a machine where others work beside us."""
PROBE = ("probe", "-f", "csv", "-o", "influx,database,file")
RESULTS = (
    "SELECT r.round_key, p.position, p.latency_us FROM probe_result p JOIN round r ON r.id = p.round_id ORDER BY 1, 2"
)


class End(NamedTuple):
    """Of one command."""

    code: int
    kept: int
    """Results that it said are kept."""
    seconds: float
    """Of its own, from the signal on."""


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture
def ready(tmp_path: Path, postgres: Postgres, database: str, victoria: VictoriaMetrics) -> Iterator[Machine]:
    """A machine with endpoints to probe and three sinks."""
    machine = Machine(tmp_path)
    shared = {
        "driver": "postgresql",
        "host": postgres.host,
        "port": postgres.port,
        "name": database,
        "user": postgres.user,
    }
    with EndpointServer(reply()) as web:
        endpoints = [{"name": f"e{number}", "url": web.url()} for number in range(ENDPOINTS)]
        machine.configure(
            f"endpoints: {json.dumps(endpoints)}\ndatabase: {json.dumps(shared)}\n"
            f"influxdb: {{url: '{victoria.url}', org: o, bucket: b}}\nfile: {{path: '{tmp_path / 'all.jsonl'}'}}\n"
        )
        yield machine


def test_terminated_at_any_moment_a_command_keeps_its_word(
    ready: Machine, postgres: Postgres, database: str, victoria: VictoriaMetrics, tmp_path: Path
) -> None:
    assert ready.process(*PROBE).code == 0
    chance, work = random.Random(4), _seconds_of_work(ready)
    ends = [_terminated(ready, chance.uniform(-work / 4, work)) for _ in range(RUNS)]
    seconds = sorted(each.seconds for each in ends)
    assert ready.process(*PROBE).code == 0
    codes = Counter(end.code for end in ends)
    promised = 3 * ENDPOINTS + sum(end.kept for end in ends)
    with closing(sqlite3.connect(tmp_path / "state" / "colter" / "state.db")) as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert state.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
        history = state.execute(RESULTS).fetchall()
    sys.stdout.write(
        f"{RUNS} times SIGTERM: {dict(codes)}, within {seconds[RUNS // 2]:.2f} s, {seconds[-1]:.2f} s at most; "
        f"{promised} results promised, {len(history)} kept\n"
    )
    assert seconds[-1] < LIMIT
    assert set(codes) <= {0, 143, -signal.SIGTERM}
    assert promised <= len(history) <= promised + codes[-signal.SIGTERM] * ENDPOINTS
    with psycopg.connect(postgres.url(database)) as connection:
        assert connection.execute(RESULTS.encode()).fetchall() == history
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert sorted({(line["round"], line["position"]) for line in lines}) == [row[:2] for row in history]
    until(lambda: _shown(victoria) >= len(history))  # a busy server takes a moment to show what it has taken
    assert _shown(victoria) == len(history)


def _shown(victoria: VictoriaMetrics) -> int:
    """How many results it has."""
    up = victoria.export("endpoint_probe_up")
    return len({(series.labels["endpoint"], at) for series in up for at, _ in series.samples})


def _seconds_of_work(machine: Machine) -> float:
    """From when the command begins to listen for signals to its end."""
    command = _started(machine)
    await_handler(command.pid)
    begun = time.perf_counter()
    command.communicate()
    assert command.returncode == 0
    return time.perf_counter() - begun


def _terminated(machine: Machine, seconds: float) -> End:
    """Run the command and end it so long after it begins to listen, or, if that is negative, after it was born."""
    command = _started(machine)
    if seconds > 0:
        await_handler(command.pid)
    time.sleep(abs(seconds))
    with withheld(command.pid) as waited:
        begun = time.perf_counter()
        command.terminate()
        _, said = command.communicate(timeout=LONGEST)
        took = time.perf_counter() - begun
    assert "Traceback" not in said, said
    assert "a bug" not in said, said
    told = re.search(r"results until then: (\d+), kept in the history", said)
    kept = ENDPOINTS if command.returncode == 0 else int(told[1]) if told else 0
    return End(command.returncode, kept, took - waited.seconds)


def _started(machine: Machine) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, *PROBE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=machine.environment, text=True
    )
