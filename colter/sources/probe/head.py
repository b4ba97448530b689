"""Heads of requests and responses: lines of bytes that libcurl takes and gives."""

import re
from collections.abc import Iterable, Sequence

from colter.core.secret import Secret

Headers = Sequence[tuple[str, Secret]]
_FIRST_FINAL, _SWITCHING = 200, 101
_BLANK = (b"\r\n", b"\n", b"")
_STATUS_LINE = re.compile(rb"HTTP/[\d.]+ (\d{3})")


def header_lines(headers: Headers) -> list[bytes]:
    """Headers as libcurl takes them: "Name:" would be the wish to leave one out, "Name;" is one without a value."""
    pairs = [(name, value.reveal()) for name, value in headers]
    return [f"{name}: {value}".encode() if value else f"{name};".encode() for name, value in pairs]


def read_head(lines: Sequence[bytes]) -> tuple[int | None, Sequence[bytes]]:
    """Status and header lines of the last response, without 1xx and trailers; None when its head is not complete."""
    for first in range(len(lines) - 1, -1, -1):
        if lines[first].startswith(b"HTTP/") and (found := _STATUS_LINE.match(lines[first])):
            break
    else:
        return None, ()
    status = int(found[1])
    for end in range(first, len(lines)):
        if lines[end] in _BLANK and (status >= _FIRST_FINAL or status == _SWITCHING):
            return status, lines[first + 1 : end]
    return None, ()


def read_headers(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    """Header lines as names in lower case and values."""
    pairs = (line.partition(b":") for line in lines)
    return [(_text(name).strip().lower(), _text(value).strip()) for name, _, value in pairs]


def _text(raw: bytes) -> str:
    # No charset is agreed on for headers: most of what is not ASCII is UTF-8, and Latin-1 takes everything.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
