"""Exports are the same byte for byte, whether what they export is packed or not."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from colter.store.sql import SqlStore
from tests.cli.running import Machine
from tests.export.filling import database, fill
from tests.export.histories import METRICS, long
from tests.fakes.clock import START, FakeClock
from tests.store.packing import pack_all

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)
EXPORTS = """
import pathlib, sys
from colter.app.delivering import transfer
from tests.export import killed_at

state, path, die_at = sys.argv[1:]
transfer._PAGE = 100
killed_at._export(pathlib.Path(state), pathlib.Path(path), "csv", die_at=int(die_at) if die_at else None)
"""


def test_every_export_of_any_window_is_the_same_before_and_after_packing(machine: Machine) -> None:
    fill(machine, long(120, 20, every=HOUR))
    before = _exported(machine)
    assert _packed(machine) > 1000
    assert _exported(machine) == before
    assert all(part.count(b"\n") > 100 for part in before)


def test_an_export_that_was_killed_before_packing_goes_on_after_it(machine: Machine) -> None:
    """Its place is a round that lies in a pack by then."""
    fill(machine, long(60, 20, every=HOUR))
    whole, path = machine.home / "whole" / "history.csv", machine.home / "killed" / "history.csv"
    assert _exports_in_small_pages(machine, whole).returncode == 0
    assert _exports_in_small_pages(machine, path, die_at=12).returncode == -signal.SIGKILL
    assert _packed(machine) == 20 * (30 - 1)
    resumed = _exports_in_small_pages(machine, path)
    assert "going on where the same command ended" in resumed.stdout
    assert path.read_bytes() == whole.read_bytes()


def _exports_in_small_pages(
    machine: Machine, path: Path, die_at: int | None = None
) -> "subprocess.CompletedProcess[str]":
    path.parent.mkdir(exist_ok=True)
    state = database(machine).parent
    argv = [sys.executable, "-c", EXPORTS, str(state), str(path), "" if die_at is None else str(die_at)]
    return subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)


def _exported(machine: Machine) -> list[bytes]:
    """All of it in every format, and windows that begin and end within packs."""
    everything = ["--since", "30d"]
    asked = [[*everything, "-f", format_] for format_ in ("csv", "jsonl", "influx", "openmetrics")]
    asked += [["--since", "2026-05-01T07:30", "--until", "2026-05-03T13:00", "-f", "csv"]]
    asked += [["--since", "2026-05-02", "-f", "csv"]]
    path, parts = machine.home / "part", []
    for options in asked:
        ended = machine.inside("export", *options, "--file", str(path))
        assert ended.code == 0, ended.err
        parts.append(path.read_bytes())
    return parts


def _packed(machine: Machine) -> int:
    async def work(path: Path) -> int:
        store = SqlStore(path, FakeClock(), METRICS)
        await store.open()
        try:
            return await pack_all(store, most=500, before=START + timedelta(days=2))
        finally:
            await store.close()

    return asyncio.run(work(database(machine)))
