"""F6: an outage that is longer than what may be owed: the oldest is given up, counted exactly, and told once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.hurried import FastClock, daemon_meanwhile
from tests.full import FULL
from tests.sending.receiver import Receiver, receiving
from tests.servers.toxics import Proxy
from tests.servers.victoriametrics import VictoriaMetrics
from tests.watching.daemons import until

SPEED = 20
ENDPOINTS = 5
MOST = 2000 if FULL else 200
"""Measurements that may be owed."""


def test_what_cannot_be_owed_any_longer_is_counted_and_told_once(victoria: VictoriaMetrics, tmp_path: Path) -> None:
    machine, clock, file = Machine(tmp_path), FastClock(SPEED), tmp_path / "all.jsonl"
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook, Proxy(victoria.port) as proxy:
        machine.configure(configuration(web, hook, proxy, file))
        proxy.refuse()

        def story() -> None:
            until(lambda: hook.taken)
            looks = len(web.requests)
            until(lambda: len(web.requests) > looks + MOST)
            proxy.accept()
            until(lambda: points(victoria))

        done = daemon_meanwhile(machine, clock, story, "-o", "influx,file")
        assert done.code == 143, done.err
        assert machine.inside("probe", "last", "-q", "-o", "influx,file", clock=clock).code == 10
    kept = machine.inside("export", "--since", "1d", "-f", "jsonl", "-q", clock=clock).out.splitlines()
    (owing,) = [each for each in status(machine, clock) if each["to"] == "influx"]
    assert owing["dropped"] > MOST
    assert owing["dropped"] == len(kept) - points(victoria)
    assert len(file.read_text().splitlines()) == len(kept)
    (told,) = hook.taken
    (alert,) = told.json["alerts"]
    assert (alert["target"], alert["rule"]) == ("sink:influx", "loss")
    assert told.json["title"].startswith("Loss on the way to influx: ")
    assert done.err.count("given up: too much was owed for too long") == 1


def configuration(web: EndpointServer, hook: Receiver, proxy: Proxy, file: Path) -> str:
    endpoints = [
        *({"name": f"e{number}", "url": web.url(), "interval": "1s", "timeout": "9s"} for number in range(ENDPOINTS)),
        {"name": "last", "url": "tcp://127.0.0.1:1", "interval": "1h", "confirm": 0},
    ]
    return json.dumps(
        {
            "endpoints": endpoints,
            "alerts": {"channels": {"hook": {"type": "webhook", "url": hook.url}}},
            "influxdb": {"url": f"http://127.0.0.1:{proxy.port}", "org": "o", "bucket": "b"},
            "file": {"path": str(file)},
            "outbox": {"max_measurements": MOST},
        }
    )


def points(victoria: VictoriaMetrics) -> int:
    """How many measurements there are; one that was on its way when the daemon ended has come twice."""
    return sum(len(set(series.samples)) for series in victoria.export("endpoint_probe_up"))


def status(machine: Machine, clock: FastClock) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(machine.inside("status", "-f", "json", clock=clock).out)["owing"]
    return found
