"""A machine that watches three endpoints."""

from pathlib import Path

import pytest

from tests.cli.running import Machine
from tests.reports.lived import CONFIG


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, {"TZ": "UTC"})
    made.configure(CONFIG)
    return made
