"""How long others had the processors while somebody was ready to run: a promise of seconds is not about that."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.meanwhile import meanwhile

_PAUSE = 0.01
_STAT = Path("/proc/stat")


class Withheld:
    """Of all threads of a process, and of one of ours that waits for it; and by the host, of a virtual machine.

    Nothing where the kernel does not count it.
    """

    def __init__(self, pid: int) -> None:
        """From now on."""
        self._process = Path(f"/proc/{pid}/task")
        self._ours = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}")
        self._begun = self._waited()
        self._last = self._begun

    def look(self) -> None:
        """Note how much it is; what a thread has waited since the last look is not known once it has ended."""
        self._last = {**self._last, **self._waited()}

    @property
    def seconds(self) -> float:
        """Until the last look."""
        return sum(waited - self._begun.get(thread, 0) for thread, waited in self._last.items()) / 1e9

    def _waited(self) -> dict[Path, int]:
        """Nanoseconds by thread, as https://docs.kernel.org/scheduler/sched-stats.html has it; and of the machine."""
        waited = {}
        with suppress(OSError):
            stolen = _STAT.read_text().split(maxsplit=9)[8]  # proc_stat(5)
            waited[_STAT] = int(stolen) * 10**9 // os.sysconf("SC_CLK_TCK")
        with suppress(OSError):  # it has ended
            for thread in [*self._process.iterdir(), self._ours]:
                with suppress(OSError):
                    waited[thread] = int((thread / "schedstat").read_text().split()[1])
        return waited


@contextmanager
def withheld(pid: int) -> Iterator[Withheld]:
    """Look again and again until the block ends."""
    found = Withheld(pid)

    def look(over: threading.Event) -> None:
        while not over.wait(_PAUSE):
            found.look()

    with meanwhile(look):
        yield found
    found.look()
