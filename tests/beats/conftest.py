"""A machine with one job."""

from pathlib import Path

import pytest

from tests.beats.wrapping import CONFIG
from tests.cli.running import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.configure(CONFIG)
    machine.inside("status")  # makes the history: what is kept in one that is there costs little
    return machine
