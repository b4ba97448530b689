"""A machine that has never seen Colter."""

from pathlib import Path

import pytest

from tests.cli.running import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
