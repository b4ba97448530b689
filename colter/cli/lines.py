"""Text of several lines, made safe for a terminal."""

from colter.core.text import clean

_LONGEST_LINE = 2000


def harmless(text: str) -> str:
    """Each line by itself through `clean()`; the indentation stays, a traceback is read by it."""
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    body = line.lstrip(" ")
    return " " * (len(line) - len(body)) + clean(body, _LONGEST_LINE)
