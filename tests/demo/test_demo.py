"""`colter demo` as a whole: what it leaves behind, and how it ends when it cannot go on."""

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from colter.cli import demo
from colter.cli.context import Context, Streams
from colter.cli.main import run
from colter.core.errors import ExitCode


def test_a_kept_sandbox_can_be_looked_into_afterwards(tmp_path: Path) -> None:
    kept = _shell([sys.executable, "-m", "colter", "demo", "--keep"], tmp_path)
    (folder,) = tmp_path.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["authority.pem", "colter", "config.yaml"]
    door = kept.rstrip().splitlines()[-1].split()
    assert door[-2:] == ["colter", "status"]
    shown = _shell(["env", *door[:-2], sys.executable, "-m", "colter", "status"], tmp_path)
    assert "github:sample-org/compass" in shown


def test_an_interrupted_demo_ends_its_servers_and_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "colter", "demo"], env=_environment(tmp_path), stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        while "$ colter track github" not in running.stdout.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        running.stdout.read()
        # Interrupted within an import, CPython ends itself by the signal in the end; a shell says 130 of both.
        assert running.wait(300) in (ExitCode.INTERRUPTED, -signal.SIGINT)
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_ends_otherwise_than_it_should_is_told_and_ends_the_demo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo, "TOUR", (demo.Step("colter status", "A step.", ExitCode.ALERT), *demo.TOUR))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stdout, stderr = io.StringIO(), io.StringIO()
    code = run(["demo"], Context(env={}, streams=Streams(sys.stdin, stdout, stderr)))
    assert code == ExitCode.BUG
    assert "`colter status` ended with exit code 0, not 10" in stderr.getvalue()
    assert re.findall(r"^\$ .*", stdout.getvalue(), re.MULTILINE) == ["$ colter status"]
    assert list(tmp_path.iterdir()) == []


def _shell(argv: list[str], folder: Path) -> str:
    done = subprocess.run(
        argv, env=_environment(folder), capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
