"""Strangers' text must not call people by name."""

import re

_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[!@#])")  # the @ of a mail address stays
_BREAK = "\N{WORD JOINER}"


def without_mentions(text: str) -> str:
    """The text with `@here`, `@name`, `<!channel>` and `<@U123>` looking as they did, and calling nobody."""
    return _MENTION.sub(lambda found: found[0] + _BREAK, text)
