"""A machine with two endpoints, a package and two channels, which are never reached."""

from pathlib import Path

import pytest

from tests.alerts_commands.watching import CONFIG
from tests.cli.running import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, {"TZ": "UTC"})
    made.configure(CONFIG)
    return made
