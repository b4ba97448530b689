"""Heads of requests and responses: lines of bytes that libcurl takes and gives."""

import re
from collections.abc import Iterable, Sequence

from colter.core.secret import Secret

Headers = Sequence[tuple[str, Secret]]
_FIRST_FINAL, _SWITCHING = 200, 101
_STATUS_LINE = re.compile(rb"HTTP/[\d.]+ (\d{3})")


def header_lines(headers: Headers) -> list[bytes]:
    """Headers as libcurl takes them: "Name:" would be the wish to leave one out, "Name;" is one without a value."""
    pairs = [(name, value.reveal()) for name, value in headers]
    return [f"{name}: {value}".encode() if value else f"{name};".encode() for name, value in pairs]


def read_head(lines: Iterable[bytes]) -> tuple[int | None, list[tuple[str, str]]]:
    """Status and headers of the last response, without 1xx and trailers; None when its head is not complete."""
    status, headers, complete = None, list[tuple[str, str]](), True
    for line in lines:
        if found := _STATUS_LINE.match(line):
            status, headers, complete = int(found[1]), [], False
        elif not line.strip(b"\r\n"):
            complete = True
        elif not complete:
            name, _, value = line.partition(b":")
            headers.append((_text(name).strip().lower(), _text(value).strip()))
    final = complete and status is not None and (status >= _FIRST_FINAL or status == _SWITCHING)
    return (status, headers) if final else (None, [])


def _text(raw: bytes) -> str:
    # No charset is agreed on for headers: most of what is not ASCII is UTF-8, and Latin-1 takes everything.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
