"""Runs an export that is killed at a chosen moment, many times over, in processes forked from this one.

Usage: python -m tests.export.killed_at STATE PATH FORMAT REFERENCE

The moments are those before and after whatever makes something last: every fsync, and every rename and removal. For
each of them: a new copy of the state, a run that is killed there with SIGKILL, and a second run that goes on. Prints
for each what the second run said, and ends with 1 when its file is not the reference, byte for byte.
"""

import io
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from colter.app.delivering import transfer
from colter.cli.context import Context, Streams
from colter.cli.main import run
from tests.fakes.clock import FakeClock

_SMALL_PAGE = 30


def main(state: Path, path: Path, format_: str, reference: Path) -> int:
    transfer._PAGE = _SMALL_PAGE  # many pages of a short history
    folder = path.parent / "state"
    shutil.copytree(state, folder)
    _export(folder, path, format_, die_at=None)  # imports everything, once for all
    for moment in count():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(state, folder)
        path.write_text("what was there before")
        if _forked(partial(_export, folder, path, format_, die_at=moment)) == 0:  # there is no such moment any more
            _say(f"{moment} moments")
            return 0 if path.read_bytes() == reference.read_bytes() else 1
        code = _forked(partial(_export, folder, path, format_, die_at=None))
        left = [each.name for each in path.parent.iterdir() if each.name.startswith(f"{path.name}.")]
        if code or path.read_bytes() != reference.read_bytes() or left:
            _say(f"moment {moment}: exit code {code}, left: {left}")
            return 1
    return 1


def _forked(work: Callable[[], int]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(work())
    return os.waitpid(child, 0)[1]


def _export(state: Path, path: Path, format_: str, *, die_at: int | None) -> int:
    if die_at is not None:
        _die(die_at)
    said = io.StringIO()
    streams = Streams(io.StringIO(), io.StringIO(), said)
    context = Context(env={"HOME": str(state)}, streams=streams, clock=FakeClock())
    code = run(["--state", str(state), "export", "-f", format_, "--file", str(path)], context)
    _say(said.getvalue())
    return code


def _say(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()


def _die(at: int) -> None:
    left = iter(range(at, -1, -1))

    def moment() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def lasting(call: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **more: Any) -> Any:
            moment()
            result = call(*args, **more)
            moment()
            return result

        return done

    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, lasting(getattr(os, name)))


if __name__ == "__main__":
    state, path, format_, reference = sys.argv[1:]
    sys.exit(main(Path(state), Path(path), format_, Path(reference)))
