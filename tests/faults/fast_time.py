"""Time for other processes: libfaketime stands before their clocks, and makes them fast, or sets them."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from colter.core.clock import SystemClock
from tests.needing import lacking


def library() -> Path:
    """The one for programs with threads; Debian's package `faketime` brings it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else lacking("libfaketime")


class FastTime:
    """A time that began when this was made, and runs so many times as fast as that of the machine."""

    def __init__(self, begins: datetime, speed: int) -> None:
        """`begins` is better long ago: the kernel's notes of when packets came are in the machine's time."""
        self.begins = begins
        self.speed = speed
        self._clock = SystemClock()
        self._since = self._clock.monotonic()

    def now(self) -> datetime:
        return self.begins + timedelta(seconds=(self._clock.monotonic() - self._since) * self.speed)

    def wait_until(self, moment: datetime) -> None:
        while (left := moment - self.now()) > timedelta(0):
            time.sleep(left.total_seconds() / self.speed)

    def environment(self, *, fast: bool = True) -> Mapping[str, str]:
        """For a process that is started now. Its time is behind by as long as it takes to be born: mostly a second.

        Not `fast`: from now on it runs as fast as that of the machine.
        """
        speed = self.speed if fast else 1
        return {**_preloaded(), "FAKETIME": f"@{self.now().timestamp():.0f} x{speed}", "FAKETIME_FMT": "%s"}


class WallClock:
    """A wall clock that is set while processes run by it; the one that never jumps is the machine's."""

    def __init__(self, file: Path) -> None:
        """`file` is where libfaketime reads by how much it was set."""
        self._file = file
        self._machine = SystemClock()
        self.set_by(timedelta(0))

    def set_by(self, difference: timedelta) -> None:
        """Ahead of that of the machine, or behind it."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{difference.total_seconds():+.0f}\n")
        fresh.rename(self._file)

    def set_to(self, moment: datetime) -> None:
        self.set_by(moment - self._machine.now())

    @property
    def environment(self) -> Mapping[str, str]:
        """For processes that go by it."""
        told = {"FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1"}
        return {**_preloaded(), **told, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _preloaded() -> Mapping[str, str]:
    return {"LD_PRELOAD": str(library()), "NO_FAKE_STAT": "1"}
