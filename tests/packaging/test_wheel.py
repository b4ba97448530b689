"""The wheel, as users get it: alone in an empty environment."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from colter import __version__
from colter.cli.main import COMMANDS
from tests.docs.repository_files import ROOT

_BIN = "Scripts" if os.name == "nt" else "bin"
_UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that has the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    _run([str(_UV), "venv", "--quiet", "--python", sys.executable, str(folder)], ROOT)
    pins = ["--constraints", str(ROOT / "requirements.lock")]
    _run([str(_UV), "pip", "install", "--quiet", "--python", str(folder), *pins, str(wheel)], ROOT)
    return folder / _BIN


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "colter/demo/samples.json" in names
    assert {name.partition("/")[0] for name in names} == {"colter", f"colter-{__version__}.dist-info"}
    assert any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_it_starts_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    assert _colter(installed, tmp_path, "--version") == f"colter {__version__}\n"
    assert "Usage: colter" in _colter(installed, tmp_path, "--help")


def test_every_command_has_help_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    for command in COMMANDS:
        assert f"Usage: colter {command}" in _colter(installed, tmp_path, command, "--help")


def test_the_demo_runs_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    assert "sample-org/compass" in _colter(installed, tmp_path, "demo")


def _colter(programs: Path, home: Path, *arguments: str) -> str:
    environment = {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": str(home)}
    done = _run([str(programs / "colter"), *arguments], home, environment)
    assert list(home.iterdir()) == []  # nothing is left behind
    return done


def _run(argv: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"
    return done.stdout
