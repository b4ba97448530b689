"""The page about faults names every test of this folder, and nothing that is not there."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = (FOLDER / "README.md").read_text()
FAULTS = (1, *range(3, 7), 8, *range(10, 16), *range(20, 26))


def test_every_fault_has_its_tests() -> None:
    rows = re.findall(r"^\| F(\d+) \|(.*)$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(FAULTS)
    for number, row in rows:
        named = re.findall(r"`(test_\w+\.py)`", row)
        assert named, number
        for name in named:
            assert f"F{number}" in (FOLDER / name).read_text().split('"""')[1], f"F{number} in {name}"


def test_every_test_stands_there() -> None:
    there = {path.name for path in FOLDER.glob("test_*.py")}
    assert set(re.findall(r"`(test_\w+\.py)`", PAGE)) == there - {Path(__file__).name}
