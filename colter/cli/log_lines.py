"""What a line of the log looks like: for people, painted for a terminal, or as JSON for services."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from colter.cli.lines import harmless

Hide = Callable[[str], str]
"""Masks secrets in a text."""

_COLORS = {"WARNING": "yellow", "ERROR": "bold red", "CRITICAL": "bold red"}


class TextLines(logging.Formatter):
    """Masks the finished text, so that no argument and no traceback gets past it; times are UTC."""

    def __init__(self, form: str, hide: Hide, *, traceback: bool) -> None:
        """Lines of this form; without `traceback` each is one line."""
        super().__init__(form, datefmt="%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._hide = hide
        self._traceback = traceback

    def format(self, record: logging.LogRecord) -> str:
        """The record in one line, and more only for a traceback."""
        text = harmless(self._hide(super().format(record)))
        return text if self._traceback else text.partition("\n")[0]


class PaintedLines(TextLines):
    """The same; the level, with which the line begins, has its colour."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with the escape sequences of a terminal."""
        from rich.color import ColorSystem
        from rich.style import Style

        text = super().format(record)
        style = Style.parse(_COLORS.get(record.levelname, "dim"))
        painted = style.render(record.levelname, color_system=ColorSystem.STANDARD)
        return painted + text.removeprefix(record.levelname)


class JsonLines(logging.Formatter):
    """A JSON object to a line: `time` (ISO, UTC), `level`, `logger`, `message`, and `traceback` if there is one."""

    def __init__(self, hide: Hide) -> None:
        """Masked by `hide`."""
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The record; masked before it is escaped, where a secret would look different."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": harmless(self._hide(record.getMessage())),
        }
        if record.exc_info:
            line["traceback"] = harmless(self._hide(self.formatException(record.exc_info)))
        return json.dumps(line, ensure_ascii=False)
