"""The demo's sandbox, and a shell in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from colter.core.clock import SystemClock
from colter.demo.sandbox import Sandbox, sandbox
from tests.journeys.shell import Shell


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with sandbox(SystemClock()) as box:
        yield box


@pytest.fixture
def sh(box: Sandbox, tmp_path: Path) -> Shell:
    return Shell(tmp_path, box.env)
