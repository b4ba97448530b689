"""Strangers' text, made harmless before it reaches a terminal, a log, a mail or a label."""

import re
import unicodedata

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HARMFUL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{_BIDI}]")
_SPACES = re.compile(r"[\t\n ]+")


def clean(text: str, limit: int = 300) -> str:
    r"""One line of visible text: NFC, no controls, no escape sequences, no bidi tricks, at most `limit` characters.

    The characters that are taken out leave nothing behind, so `\x1b[2J` becomes `[2J`.
    """
    # Cut first: a megabyte of body must not be normalised to show three hundred characters.
    shortened = text[: limit * 4]
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", _HARMFUL.sub("", shortened))).strip()
    if len(line) > limit or len(shortened) < len(text):
        return line[: limit - 1].rstrip() + "…"
    return line
