"""Regular expressions over strangers' text, in a process that can be stopped.

`(a+)+$` and a hostile body take for ever, Python's `re` cannot be interrupted, and while it searches no other
thread runs: in the engine's own process one body could stop all probes.
"""

import struct
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

_CHILD = Path(__file__).with_name("search_child.py")


class Searcher:
    """One child process, started when it is first needed and again after a search that took too long."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "colter-search")
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Start the child while there is time: before the first body is there."""
        self._thread.submit(self._open)

    def search(self, pattern: str, body: bytes) -> "Future[bool | None]":
        """Whether the pattern is found anywhere in the body, read as UTF-8; None: it took too long to tell."""
        return self._thread.submit(self._search, pattern.encode(), body)

    def close(self) -> None:
        """End the child; harmless twice."""
        self._thread.shutdown(cancel_futures=True)
        self._stop()

    def _open(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            # -I -S: nothing of the user's environment, and a start of 10 ms.
            command = [sys.executable, "-I", "-S", str(_CHILD)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  our own file
        return self._process

    def _search(self, pattern: bytes, body: bytes) -> bool | None:
        process = self._open()
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both are pipes")
        found = b""
        with suppress(OSError):  # a child that died is like one that took too long
            process.stdin.write(struct.pack("!II", len(pattern), len(body)) + pattern + body)
            process.stdin.flush()
            found = process.stdout.read(1)
        if not found:
            self._stop()
            return None
        return found == b"1"

    def _stop(self) -> None:
        if self._process:
            self._process.kill()
            with suppress(OSError):
                self._process.communicate()
            self._process = None
