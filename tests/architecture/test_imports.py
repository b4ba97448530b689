"""Light commands start light: what they import is watched in a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from colter.cli.track.github import FACTS
from colter.sources.github.facts import FACTS as SOURCE_FACTS

HEAVY = {
    "alembic",
    "asyncio",
    "cryptography",
    "httpx",
    "keyring",
    "prometheus_client",
    "pycurl",
    "pydantic",
    "rich",
    "sqlalchemy",
    "yaml",
}
LOOK = """
import json, sys
from colter.__main__ import main
sys.argv = ["colter", *sys.argv[1:]]
code = main()
print(json.dumps([code, sorted(name for name in sys.modules if "." not in name)]), file=sys.stderr)
"""


def imported(home: Path, *argv: str) -> set[str]:
    env = {"HOME": str(home), "XDG_STATE_HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", LOOK, *argv], capture_output=True, text=True, env=env, check=False)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 5, 10), done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "command",
    [
        "--version",
        "-V",
        "--help",
        "track --help",
        "probe --help",
        "beat --help",
        "alerts test --help",
        "report --help",
        "completion bash",
        "config path",
        "config --help",
    ],
)
def test_a_light_command_imports_nothing_heavy(tmp_path: Path, command: str) -> None:
    assert imported(tmp_path, *command.split()) & HEAVY == set()


def test_the_version_costs_not_even_typer(tmp_path: Path) -> None:
    assert imported(tmp_path, "--version") & {"typer", "logging", "typing", "colter.cli"} == set()


def test_importing_colter_imports_nothing() -> None:
    look = "import sys; before = set(sys.modules); import colter; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["colter"]


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("probe tcp://127.0.0.1:1 --no-store", {"sqlalchemy", "alembic", "httpx", "rich", "keyring", "cryptography"}),
        ("probe tcp://127.0.0.1:1 --no-store -f json", {"sqlalchemy", "rich", "prometheus_client"}),
        ("probe tcp://127.0.0.1:1", {"httpx", "rich", "keyring"}),
        ("status", {"httpx", "pycurl", "rich", "keyring", "greenlet", "aiosqlite"}),
        ("report", {"httpx", "pycurl", "rich", "keyring", "greenlet", "aiosqlite", "apscheduler"}),
    ],
)
def test_a_command_imports_what_it_needs_only(tmp_path: Path, command: str, unneeded: set[str]) -> None:
    assert imported(tmp_path, *command.split()) & unneeded == set()


def test_a_job_that_reports_imports_nothing_heavy_unless_something_is_new(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("endpoints: [{name: backup, heartbeat: {every: 1h}}]\n")
    config.chmod(0o600)
    argv = ["-c", str(config), "beat", "backup"]
    assert imported(tmp_path, *argv) >= {"alembic", "pydantic"}  # there is no history yet
    assert imported(tmp_path, *argv) & {"alembic", "sqlalchemy"} == set()  # the name is not written down yet
    assert imported(tmp_path, *argv) & HEAVY == set()
    config.touch()
    assert imported(tmp_path, *argv) >= {"pydantic"}


def test_reading_packages_without_keeping_them_never_imports_the_store(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("pypi: {index_url: 'http://127.0.0.1:1/simple/', stats_url: 'http://127.0.0.1:1/'}\n")
    config.chmod(0o600)
    modules = imported(tmp_path, "-c", str(config), "track", "pypi", "one", "--no-store")
    assert modules & {"sqlalchemy", "alembic", "keyring", "pycurl"} == set()


def test_the_facts_that_can_be_chosen_are_those_of_the_source() -> None:
    assert FACTS == SOURCE_FACTS
