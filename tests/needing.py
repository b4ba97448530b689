"""What a test needs of the machine: without it the test is skipped, and fails where everything must be there."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """End the test; under `COLTER_REQUIRE_SERVERS=1`, which `./dev test` sets, as a failure."""
    if os.environ.get("COLTER_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{what} is needed")
    pytest.skip(f"{what} is not here")


def program(name: str) -> str:
    return shutil.which(name) or lacking(name)


def fetched(path: Path) -> Path:
    """A file or folder that tests/fetch.py brings."""
    return path if path.exists() else lacking(f"{path.name} (python tests/fetch.py)")
