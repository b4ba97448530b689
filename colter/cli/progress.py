"""One line on the terminal that says how far a long run is, and goes away."""

from typing import TextIO

from colter.core.clock import Clock

_AGAIN = 0.1
"""Seconds between two lines: a terminal may be slow, and nobody reads faster."""


class Progress:
    """The line; on a stream that is no terminal, or with `wanted` false, it is never written."""

    def __init__(self, stream: TextIO, clock: Clock, *, wanted: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._wanted = wanted and stream.isatty()
        self._next = clock.monotonic() + 2 * _AGAIN  # what is done at once needs none
        self._shown = False

    def show(self, text: str) -> None:
        """Put this in place of what stands there; `text` is harmless."""
        now = self._clock.monotonic()
        if self._wanted and now >= self._next:
            self._next = now + _AGAIN
            # The cursor goes back at once: whatever is written next, by the log too, overwrites the line.
            self._write(f"\x1b[K{text}\r")
            self._shown = True

    def clear(self) -> None:
        """Take it away before something else is written."""
        if self._shown:
            self._write("\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._wanted = False  # nobody looks any more
