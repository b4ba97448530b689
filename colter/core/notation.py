"""Records as text for programs: JSON that no terminal minds, CSV that no spreadsheet calculates."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from colter.core.text import clean

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 2000


def json_text(value: Any, indent: int | None = None) -> str:
    """ASCII, so that no control character of a stranger reaches a terminal; DEL is the one that JSON leaves alone."""
    return json.dumps(value, indent=indent, allow_nan=False).replace("\x7f", "\\u007f")


def csv_rows(rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180; no cell is a formula for a spreadsheet, and what is None is empty."""
    page = io.StringIO()
    csv.writer(page, lineterminator="\r\n").writerows([_inert(value) for value in row] for row in rows)
    return page.getvalue()


def cell(value: Any) -> str:
    """One value on one line; nothing for None."""
    if value is None:
        return ""
    return clean(value, _LONGEST_CELL) if isinstance(value, str) else str(value)


def _inert(value: Any) -> str:
    return _inert_text(value) if isinstance(value, str) else cell(value)


@lru_cache(4096)  # names of targets and metrics stand in row after row
def _inert_text(text: str) -> str:
    # https://owasp.org/www-community/attacks/CSV_Injection; our own numbers may begin with a minus.
    shown = cell(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
