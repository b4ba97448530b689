"""F13: no name server answers: who needs none is looked at as ever, and the daemon ends as soon as it is asked to."""

import sys
from pathlib import Path

from tests.faults.own_network import in_own_network
from tests.full import FULL

LIMIT = 5  # seconds


def test_names_that_nobody_finds_keep_a_daemon_neither_from_looking_nor_from_ending(tmp_path: Path) -> None:
    found = in_own_network("tests.faults.nameless", str(tmp_path), "60" if FULL else "4")
    sys.stdout.write(f"{found}\n")
    assert (found["code"], found["seconds"] < LIMIT) == (143, True)
    states = found["states"]
    assert {state for state in states if state.startswith("probe:well")} == {"probe:well up"}
    assert {"probe:lost down", "probe:lost unknown"} & states.keys()
    assert "probe:lost up" not in states
    assert states["probe:well up"] >= found["looks"] - LIMIT
