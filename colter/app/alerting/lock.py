"""The right to decide about alerts: one process per state directory has it, for as long as it lives."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from colter.core.clock import Clock
from colter.core.errors import BusyError, StateError

FILE = "alerts.lock"
GATE = "daemon.lock"
"""A daemon takes this one before it opens anything: of two that start at once, the second learns so without waiting."""
_DAEMON = " for life"
_AGAIN = timedelta(milliseconds=50)


class Lock:
    """A lock on a file, which the kernel releases when its process ends, however it ends."""

    def __init__(self, directory: Path, clock: Clock, file: str = FILE) -> None:
        """The lock of a state directory, which is there already."""
        self._path = directory / file
        self._clock = clock
        self._handle: int | None = None

    async def acquire(self, patience: timedelta, *, for_life: bool = False) -> bool:
        """Whether it is ours now; harmless when it was already.

        Args:
            patience: how long to wait for somebody else to let go of it; nobody waits for a daemon.
            for_life: whether we are one.

        Raises:
            StateError: the directory cannot be used for it.
        """
        deadline = self._clock.monotonic() + patience.total_seconds()
        tried = False
        while not self._take(for_life=for_life):
            # The second time: whoever only asks whether there is a daemon has it for a moment.
            if self._clock.monotonic() >= deadline or (tried and self._read().endswith(_DAEMON)):
                return False
            tried = True
            await self._clock.sleep(_AGAIN)
        return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have it for life, which is this block; the directory is made if need be.

        Raises:
            BusyError: somebody else has it.
            StateError: the directory cannot be used for it.
        """
        with suppress(OSError):  # told by whoever needs it
            self._path.parent.parent.mkdir(parents=True, exist_ok=True)
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
        if not self._take(for_life=True):
            raise self.busy()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Let somebody else have it; harmless twice."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def busy(self) -> BusyError:
        """Says that somebody else has it."""
        number = self._read().partition(" ")[0]
        holder = f" (process {number})" if number.isdigit() else ""
        return BusyError(
            f"another Colter{holder} decides about the alerts of this history already",
            hint="only one daemon may use a state directory; another one can be named with --state",
        )

    def refuse_second_daemon(self) -> None:
        """Find out before anything is opened, in a moment: BusyError when a daemon has it."""
        if self.daemon() is not None:
            raise self.busy()

    def daemon(self) -> int | None:
        """The number of the process that has it for life, found out in a moment; None: there is none."""
        signed = self._read()
        number = signed.removesuffix(_DAEMON)
        if number == signed or not number.isdigit():
            return None
        with suppress(OSError), self._path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(number)
        return None

    def _read(self) -> str:
        try:
            return self._path.read_text("ascii", "replace").strip()
        except OSError:
            return ""

    def _take(self, *, for_life: bool) -> bool:
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                raise
        except BlockingIOError:
            return False
        except OSError as error:
            raise StateError(
                f"{self._path}: {error.strerror}: nobody can decide about alerts",
                hint="make the state directory writable, or choose another with --state",
            ) from error
        self._handle = handle
        _sign(handle, for_life=for_life)
        return True


def _sign(handle: int, *, for_life: bool) -> None:
    """Write down who has it. What stands there while nobody has it is of a process long gone."""
    with suppress(OSError):  # a full disk
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}{_DAEMON if for_life else ''}\n".encode(), 0)
