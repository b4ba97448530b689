"""A message as a mail: one part of plain text, one of HTML, and headers by which mail programs know repeats."""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from colter.core.message import Message

_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif">
<h1 style="font-size: 1.25em">{title}</h1>
{lines}
<p style="font-size: .85em; opacity: .7">Sent by Colter. {key}</p>
</body>
</html>
"""


def write_letter(message: Message, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """The mail. However often it is written, its Message-ID is the same: mail servers and programs drop repeats.

    Args:
        message: what to say.
        sender: address in From, whose domain stands in the Message-ID.
        recipients: addresses in To.
    """
    domain = ascii_address(sender).rpartition("@")[2]
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = _subject(message.title)
    letter["From"] = f"Colter <{ascii_address(sender)}>"
    letter["To"] = ", ".join(map(ascii_address, recipients))
    letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = _id("message", message.key, domain)
    if message.thread is not None:
        # No mail has this id; that it is referred to is enough for mail programs to show an incident as one thread.
        letter["In-Reply-To"] = letter["References"] = _id("thread", message.thread, domain)
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices, please
    letter.set_content(_text(message))
    letter.add_alternative(_html(message), subtype="html")
    return letter


def ascii_address(written: str) -> str:
    """The address with its domain in ASCII, as name servers and old mail servers want it."""
    user, _, domain = written.rpartition("@")
    try:
        return f"{user}@{domain.encode('idna').decode()}"
    except UnicodeError:  # the mail server will say what it thinks of it
        return written


def _subject(title: str) -> str:
    # Debian's Python decodes such a word, and writes the line break that it may hold into the header (CVE-2024-6923).
    return title.replace("=?", "= ?")


def _id(kind: str, key: str, domain: str) -> str:
    return f"<{kind}.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _text(message: Message) -> str:
    return "\n".join([message.title, "", *message.lines, "", "-- ", f"Sent by Colter. {message.key}", ""])


def _html(message: Message) -> str:
    lines = "\n".join(f"<p>{escape(line)}</p>" for line in message.lines)
    return _PAGE.format(title=escape(message.title), lines=lines, key=escape(message.key))
