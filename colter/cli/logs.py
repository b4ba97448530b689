"""Where log lines go, and what never stands in them."""

import base64
import logging
import os
import re
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO
from urllib.parse import quote, quote_plus

from colter.cli.global_options import LogFormat
from colter.cli.log_lines import JsonLines, PaintedLines, TextLines
from colter.core.secret import MASK, Secret

MAX_BYTES = 5_000_000
BACKUPS = 5
_SHORTEST_MASKED = 6  # masking "a" everywhere would spoil the log, and tell the secret
_NOISY = ("alembic", "apprise", "asyncio", "httpcore", "httpx", "sqlalchemy", "urllib3")
"""At DEBUG, httpcore prints cookies and tokens, and urllib3 (of Apprise) addresses."""
_CONSOLE_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)([^\s/?#@]*@)?([^\s?#\"']*)(\?[^\s#\"']*)?", re.IGNORECASE)


class Masks:
    """Hides secrets in text: each one that was opened, and what URLs carry in user information and query."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, secret: Secret) -> None:
        """Hide this one from now on, also percent-encoded and in base64; ones under 6 characters cannot be hidden."""
        text = secret.reveal()
        if len(text) >= _SHORTEST_MASKED:
            self._forms |= _forms(text)

    def hide(self, text: str) -> str:
        """The text with dots where secrets were."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return _URL.sub(_bare_url, text)


class Logs:
    """The console, and once it is known where, a file. Close it at the end."""

    def __init__(self, console: TextIO, verbosity: int, form: LogFormat = "text", *, colored: bool = False) -> None:
        """Open to the console.

        Args:
            console: where to.
            verbosity: -1: errors; 0: warnings too; 1: what happens as well; 2: everything.
            form: of the lines there; those of the file are always text.
            colored: whether the levels of text have colours.
        """
        self.masks = Masks()
        self._level_before = logging.getLogger().level
        self._handlers: list[logging.Handler] = []
        self.has_file = False
        self._console = logging.StreamHandler(console)
        self._console.setFormatter(_lines(self.masks, verbosity, form, colored=colored))
        self._console.addFilter(lambda record: record.name != "colter.cli.main")  # the door tells the user itself
        self._attach(self._console, _CONSOLE_LEVELS[min(verbosity, 2) + 1])

    def tell(self, level: str, text: str) -> None:
        """What is said to the user, as a line of the log on the console, whatever is worth a line there."""
        number = logging.getLevelNamesMapping()[level]
        self._console.handle(logging.LogRecord("colter", number, "", 0, text, None, None))

    def to_file(self, path: Path, level: str) -> None:
        """Log to a private rotating file too. One that cannot be written is said nothing about: the work goes on."""
        with suppress(OSError):
            _make_folder(path)
            file = _PrivateFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True)
            file.setFormatter(
                TextLines("%(asctime)s %(levelname)s %(name)s %(message)s", self.masks.hide, traceback=True)
            )
            self._attach(file, logging.getLevelNamesMapping()[level.upper()])
            self.has_file = True

    def set_file_level(self, level: str) -> None:
        """From now on this is worth a line in the file."""
        for file in self._handlers[1:]:
            file.setLevel(logging.getLevelNamesMapping()[level.upper()])
        logging.getLogger().setLevel(min(each.level for each in self._handlers))

    def reopen(self) -> None:
        """Begin the file anew where it was removed, with its folder."""
        for file in self._handlers:
            if isinstance(file, _PrivateFile):
                file.close()  # the next line opens it
                with suppress(OSError):
                    _make_folder(Path(file.baseFilename))

    def close(self) -> None:
        """Let go of everything; harmless twice."""
        while self._handlers:
            handler = self._handlers.pop()
            logging.getLogger().removeHandler(handler)
            with suppress(OSError):
                handler.close()
        logging.getLogger().setLevel(self._level_before)

    def _attach(self, handler: logging.Handler, level: int) -> None:
        logging.raiseExceptions = False  # a full disk or a closed stderr would print a traceback for every line
        handler.setLevel(level)
        self._handlers.append(handler)
        root = logging.getLogger()
        root.addHandler(handler)
        root.setLevel(min(each.level for each in self._handlers))
        for name in _NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
        # It warns of a line that was cut: so do we, and say to where.
        logging.getLogger("psycopg").setLevel(logging.ERROR)


def _lines(masks: Masks, verbosity: int, form: LogFormat, *, colored: bool) -> logging.Formatter:
    if form == "json":
        return JsonLines(masks.hide)
    kind = PaintedLines if colored else TextLines
    return kind("%(levelname)s %(name)s: %(message)s", masks.hide, traceback=verbosity > 0)


def _make_folder(path: Path) -> None:
    # mkdir gives its mode to the last folder only, and the one above is the state directory.
    path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(exist_ok=True, mode=0o700)


class _PrivateFile(RotatingFileHandler):
    """Readable by its owner only, from the first byte on."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return open(handle, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123  a descriptor has no Path


def _forms(text: str) -> set[str]:
    raw = text.encode("utf-8", "surrogateescape")
    # Within `user:secret` in base64 (HTTP Basic) the secret begins at one of three offsets; the middle is the same.
    encoded = {base64.b64encode(b"\0" * offset + raw)[4 if offset else 0 :][:-4] for offset in (0, 1, 2)}
    encoded |= {base64.b64encode(raw), base64.urlsafe_b64encode(raw)}
    forms = {
        text,
        quote(text, safe=""),
        quote(text),
        quote_plus(text),
        *(form.decode().rstrip("=") for form in encoded),
    }
    return {form for form in forms if len(form) >= _SHORTEST_MASKED}


def _bare_url(found: re.Match[str]) -> str:
    scheme, user, rest, query = found.groups()
    return f"{scheme}{MASK + '@' if user else ''}{rest}{'?' + MASK if query else ''}"
