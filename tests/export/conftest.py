"""A machine with a history of its own."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from colter.core.model import Round
from tests.cli.running import Machine
from tests.export.filling import database, fill
from tests.export.histories import long

YEAR = 365


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(scope="session")
def year() -> Sequence[Round]:
    """Every day 200 looks: 73,000 in all, up to START."""
    return list(long(YEAR, 200, every=timedelta(days=1)))


@pytest.fixture(scope="session")
def year_machine(year: Sequence[Round], tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("year"))
    fill(machine, year)
    return machine


@pytest.fixture
def old_machine(machine: Machine, year_machine: Machine) -> Machine:
    """A machine with a year of history."""
    shutil.copytree(database(year_machine).parent, database(machine).parent)
    return machine
