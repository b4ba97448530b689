"""A year of history in one command."""

import subprocess
import sys
from collections.abc import Sequence

from colter.core.model import ProbeResult, Reading, Round
from tests.cli.running import PROGRAM, Machine
from tests.servers.victoriametrics import VictoriaMetrics

MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)  # in KiB, of this one child
sys.exit(code)
"""


def test_a_year_moves_into_a_new_server_in_one_command_and_flat_in_memory(
    old_machine: Machine, year: Sequence[Round], victoria: VictoriaMetrics
) -> None:
    old_machine.configure(f'influxdb: {{url: "{victoria.url}", org: o, bucket: b}}')
    argv = [sys.executable, "-c", MEASURE, str(PROGRAM), "export", "--since", "2025-05-04", "-o", "influx"]
    export = subprocess.run(argv, env=old_machine.environment, capture_output=True, text=True, check=False)
    assert export.returncode == 0, export.stderr
    assert "influx: 73,000 measurements" in export.stderr
    assert int(export.stdout) < 150 * 1024
    looks = [entry.what for done in year for entry in done.entries]
    readings = [look for look in looks if isinstance(look, Reading)]
    results = [look for look in looks if isinstance(look, ProbeResult)]
    assert victoria.count('{__name__="github_repo_stats_followers"}') == len(readings)
    assert victoria.count('{__name__="endpoint_probe_duration_seconds"}') == len(results)
    (one,) = victoria.export('{__name__="github_repo_stats_followers",repo="repo-007"}')
    assert one.samples == tuple(
        (int(look.at.timestamp() * 1000), look.samples[0].value)
        for look in readings
        if look.target.name == "sample-org/repo-007"
    )
