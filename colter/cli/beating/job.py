"""Runs a job as if it had been started directly: with our input, output, environment, open files and signals.

The threads of the other work (keeping the beat, waiting for a locked history) must never delay a signal or lose how the
job ended. So the signals are blocked in all of them, and one thread does nothing but wait for signals and for the end.
"""

import errno
import os
import shutil
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from colter.core.clock import Clock

_FORWARDED = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2})
_AWAITED = _FORWARDED | {signal.SIGCHLD}
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
_NOT_FOUND, _NOT_STARTED, _SIGNALLED = 127, 126, 128


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended."""

    code: int
    """As a shell has it: 128 and more when a signal ended it, 126 or 127 when it could not be started."""
    at: datetime
    ran: timedelta | None
    problem: str | None = None
    """Why it could not be started."""


class Job:
    """A running job. From here on this process takes no signals for itself."""

    def __init__(self, argv: Sequence[str], clock: Clock) -> None:
        """Start it; what keeps it from starting is told by `wait`, as the end of a job."""
        self.began: datetime = clock.now()
        self._clock = clock
        self._start = clock.monotonic()
        self._ended: Ended | None = None
        # If whoever started us ignores it, so do we: and then the system would forget how the job ended.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        try:
            self._pid = _spawn(argv, mask)
        except OSError as error:
            code = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_STARTED
            self._ended = Ended(code, self.began, None, f"{argv[0]}: {error.strerror}")
            return
        self._attendant = threading.Thread(target=self._attend, name="job", daemon=True)
        self._attendant.start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._ended is None

    def wait(self) -> Ended:
        """Wait for its end."""
        if self._ended is None:
            self._attendant.join()
        if self._ended is None:
            raise RuntimeError("nobody waits for the job any more")
        return self._ended

    def _attend(self) -> None:
        while True:
            told = signal.sigwaitinfo(_AWAITED)
            if told.si_signo == signal.SIGCHLD:
                # It comes as well when the job was only stopped, or goes on.
                pid, status = os.waitpid(self._pid, os.WNOHANG)
                if pid:
                    code = os.waitstatus_to_exitcode(status)
                    ran = timedelta(seconds=self._clock.monotonic() - self._start)
                    # The clock may have been set back meanwhile, but nothing ends before it begins.
                    at = max(self.began, self._clock.now())
                    self._ended = Ended(code if code >= 0 else _SIGNALLED - code, at, ran)
                    return
            elif not self._has_heard(told):
                with suppress(PermissionError):  # sudo runs as somebody else
                    os.kill(self._pid, told.si_signo)

    def _has_heard(self, told: signal.struct_siginfo) -> bool:
        """Whether the terminal has told it the same: to many programs a second Ctrl-C means something else."""
        return told.si_code > 0 and os.getpgid(self._pid) == os.getpgrp()


def _spawn(argv: Sequence[str], mask: set[int | signal.Signals]) -> int:
    def start(words: list[str]) -> int:
        return os.posix_spawnp(words[0], words, os.environ, setsigmask=mask, setsigdef=_IGNORED_BY_PYTHON)

    try:
        return start([*argv])
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        # A script that does not say what runs it: execvp(3), and so every shell, gives it to sh.
        return start(["/bin/sh", shutil.which(argv[0]) or argv[0], *argv[1:]])
