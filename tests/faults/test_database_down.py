"""F23: the database is away when the daemon starts, and again later: it starts all the same, and all arrives, once."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.hurried import FastClock, daemon_meanwhile
from tests.faults.places import Place, mariadb_place, postgres_place
from tests.full import FULL
from tests.servers.toxics import Proxy
from tests.watching.daemons import until

SPEED = 20
ENDPOINTS = 4
OUTAGES = 10 if FULL else 1
"""After that at the start."""
SOME = 40
"""Measurements."""
COUNT = "SELECT count(*) FROM probe_result"
RESULTS = (
    "SELECT r.round_key, p.position FROM probe_result p JOIN round r ON r.id = p.round_id ORDER BY r.id, p.position"
)
SERVERS: Mapping[str, Callable[[Any, int], Place]] = {"postgres": postgres_place, "mariadb": mariadb_place}


@pytest.mark.parametrize("server", SERVERS if FULL else ["postgres"])
def test_a_database_that_is_away_gets_everything_when_it_is_back(
    server: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    started: Any = request.getfixturevalue(server)
    clock = FastClock(SPEED)
    with EndpointServer(reply()) as web, Proxy(started.port) as proxy:
        place = SERVERS[server](started, proxy.port)
        machine = Machine(tmp_path, dict(place.env))
        endpoints = [{"name": f"e{n}", "url": web.url(), "interval": "1s", "timeout": "9s"} for n in range(ENDPOINTS)]
        last = {"name": "last", "url": "tcp://127.0.0.1:1", "interval": "1h"}
        machine.configure(json.dumps({"endpoints": [*endpoints, last]}))
        proxy.refuse()

        def story() -> None:
            for _ in range(1 + OUTAGES):
                wanted = len(web.requests) + SOME
                until(partial(lambda wanted: len(web.requests) > wanted, wanted))
                known = proxy.connections
                proxy.accept()
                until(partial(lambda known: proxy.connections > known, known))
                proxy.refuse()

        done = daemon_meanwhile(machine, clock, story, "-o", "database")
        assert done.code == 143, done.err
        proxy.accept()
        assert machine.inside("probe", "last", "-q", "-o", "database", clock=clock).code == 10
        arrived = place.rows(RESULTS)
    with closing(sqlite3.connect(tmp_path / "state" / "colter" / "state.db")) as history:
        kept = history.execute(RESULTS).fetchall()
        assert history.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert len(kept) > (1 + OUTAGES) * SOME
    assert [tuple(row) for row in arrived] == kept
