"""F5: the command line while a sink is out of reach: what it says, what it keeps, and how it catches up."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from colter.core.units import timestamp
from tests.cli.running import Ended, Machine
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, reply
from tests.servers.toxics import Proxy
from tests.servers.victoriametrics import VictoriaMetrics

MINUTE = timedelta(minutes=1)


def test_what_a_sink_has_not_taken_is_told_and_the_next_run_delivers_it(
    victoria: VictoriaMetrics, tmp_path: Path
) -> None:
    machine, clock = Machine(tmp_path), FakeClock()

    def colter(*argv: str) -> Ended:
        clock.advance(MINUTE)
        return machine.inside(*argv, clock=clock)

    with EndpointServer(reply()) as web, Proxy(victoria.port) as proxy:
        machine.configure(
            f"endpoints: [{{name: web, url: '{web.url()}'}}]\nfile: {{path: '{tmp_path / 'all.jsonl'}'}}\n"
            f"influxdb: {{url: 'http://127.0.0.1:{proxy.port}', org: o, bucket: b}}\n"
        )
        proxy.refuse()
        for _ in range(3):
            ended = colter("probe", "-o", "influx,file", "-f", "json")
            assert (ended.code, json.loads(ended.out)["results"][0]["state"]) == (6, "up")
            assert "colter: InfluxDB: cannot connect to 127.0.0.1" in ended.err
            assert "kept; the next run with this sink delivers it" in ended.err
        assert _owed(colter("status", "-f", "json").out) == {
            "influx": {"deliveries": 3, "measurements": 3, "since": timestamp(START + MINUTE)}
        }
        assert _lines(tmp_path) == 3
        proxy.accept()
        assert colter("probe", "-o", "influx,file", "-q").code == 0
        assert _owed(colter("status", "-f", "json").out) == {}
    (up,) = victoria.export("endpoint_probe_up")
    assert (len(up.samples), _lines(tmp_path)) == (4, 4)


def _owed(status: str) -> dict[str, Any]:
    told = ("deliveries", "measurements", "since")
    return {each["to"]: {key: each[key] for key in told} for each in json.loads(status)["owing"] if each["deliveries"]}


def _lines(folder: Path) -> int:
    return len((folder / "all.jsonl").read_text().splitlines())
