"""F5: what an outage of hours leaves behind is brought when the sink is back: all of it, fast, in little memory."""

import json
import subprocess
import sys
from pathlib import Path

from bench.delivery import MILLION, MOST_MIB, MOST_SECONDS, Cost
from tests.cli.running import PROGRAM, Machine
from tests.full import FULL
from tests.servers.victoriametrics import VictoriaMetrics

MEASUREMENTS = MILLION if FULL else 10_000
# In processes of their own: a child begins with the most memory that its parent ever had.
OWE = """
import asyncio, pathlib, sys
from bench.delivery import owe
asyncio.run(owe(pathlib.Path(sys.argv[1]), "influx", int(sys.argv[2])))
"""
BRING = """
import json, os, sys
from bench.delivery import run
print(json.dumps(run(sys.argv[1:], os.environ)))
"""


def test_all_that_is_owed_after_an_outage_is_brought_by_the_next_run(victoria: VictoriaMetrics, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.configure(f"influxdb: {{url: '{victoria.url}', org: o, bucket: b}}\n")
    state = tmp_path / "state" / "colter"
    subprocess.run([sys.executable, "-c", OWE, state, str(MEASUREMENTS)], check=True)
    bring = [
        sys.executable,
        "-c",
        BRING,
        str(PROGRAM),
        "probe",
        f"tcp://127.0.0.1:{victoria.port}",
        "-q",
        "-o",
        "influx",
    ]
    measured = subprocess.run(bring, env=machine.environment, check=True, stdout=subprocess.PIPE)
    cost = Cost(*json.loads(measured.stdout))
    sys.stdout.write(f"{MEASUREMENTS:,} measurements in {cost.seconds:.1f} s and {cost.mib:.0f} MiB\n")
    assert victoria.count("endpoint_probe_up") == MEASUREMENTS + 1
    assert cost.mib <= MOST_MIB
    assert cost.seconds <= MOST_SECONDS
