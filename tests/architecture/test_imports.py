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
CONFIG = """
endpoints: [{name: web, url: "tcp://127.0.0.1:1", down_after: 100}]
file: {path: ./out.jsonl}
alerts: {channels: {ops: {type: email}}}
smtp: {smtp_server: 127.0.0.1, sender: a@example.org, recipient: b@example.org}
"""
SERVERS = {"httpx", "httpcore", "anyio", "psycopg", "pymysql", "aiomysql", "prometheus_client", "starlette", "uvicorn"}
"""What speaks to somebody."""
LATER = {"alembic", "apscheduler", "cryptography", "dns", "keyring", "packaging", "rich"}
"""What a run without anything new or special does without."""
NOBODY = {"sqlalchemy.orm", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.postgresql", "greenlet", "aiosqlite"}
"""What no history in a file ever needs."""
LOOK = """
import gc, json, sys
from colter.__main__ import main
sys.argv = ["colter", *sys.argv[1:]]
code = main()
looked = sum(generation["collections"] for generation in gc.get_stats())
print(json.dumps([code, sorted(sys.modules), looked, gc.get_freeze_count() > 0]), file=sys.stderr)
"""


def run(home: Path, *argv: str) -> tuple[set[str], int, bool]:
    """What was imported, how often Python looked for garbage, and whether it will not do so when it ends."""
    env = {"HOME": str(home), "XDG_STATE_HOME": str(home), "LANG": "C.UTF-8"}
    look = [sys.executable, "-c", LOOK, *argv]
    done = subprocess.run(look, capture_output=True, text=True, env=env, check=False, cwd=home)
    code, modules, looked, frozen = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 5, 10), done.stderr
    return set(modules), looked, frozen


def imported(home: Path, *argv: str) -> set[str]:
    return run(home, *argv)[0]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody who has a configuration and a history."""
    home = tmp_path_factory.mktemp("home")
    config = home / ".config" / "colter" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG)
    config.chmod(0o600)
    assert imported(home, "status") >= {"alembic", "sqlalchemy"}  # there is no history yet
    return home


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
        ("status", {"sqlalchemy", "asyncio", "ssl", "pycurl", "colter.app.runtime"}),
        ("status -f json", {"sqlalchemy", "asyncio", "ssl", "pycurl", "colter.app.runtime"}),
        ("probe tcp://127.0.0.1:1 --no-store", {"sqlalchemy", "statistics", "html", "colter.app.alerting.alerting"}),
        ("probe tcp://127.0.0.1:1 --no-store -f json", {"sqlalchemy"}),
        ("probe", {"statistics", "html", "colter.cli.render.ci", "colter.web", "colter.app.watching.daemon"}),
        ("probe -o file", {"statistics", "html", "colter.cli.render.ci"}),
        ("report", {"pycurl", "colter.app.runtime"}),
        ("export -o file", {"pycurl", "colter.app.alerting.alerting"}),
        ("alerts list", {"pycurl", "colter.web"}),
        ("config get endpoints", {"sqlalchemy", "asyncio", "ssl", "pycurl"}),
        ("config show", {"sqlalchemy", "asyncio", "ssl", "pycurl"}),
        ("config check", {"sqlalchemy", "asyncio", "ssl"}),
        ("config set daemon.every 15m", {"sqlalchemy", "asyncio", "ssl", "pycurl"}),
        ("logout", {"sqlalchemy", "asyncio", "ssl", "pycurl"}),
        ("daemon --once", {"statistics", "colter.web"}),
    ],
)
def test_a_command_imports_what_it_needs_only(settled: Path, command: str, unneeded: set[str]) -> None:
    assert imported(settled, *command.split()) & (unneeded | SERVERS | LATER | NOBODY) == set()


@pytest.mark.parametrize("command", ["status", "probe", "report"])
def test_what_is_imported_is_not_looked_through_for_garbage_over_and_over(settled: Path, command: str) -> None:
    _, looked, frozen = run(settled, command)
    assert looked < 50  # with Python's own settings they are hundreds
    assert frozen


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
