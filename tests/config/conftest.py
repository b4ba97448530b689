"""A machine whose master password is known."""

from pathlib import Path

import pytest

from tests.cli.running import Machine
from tests.config.typing_in import PASSWORD


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, {"COLTER_MASTER_PASSWORD": PASSWORD, "CI": "1"})
