"""Bytes as text without padding, in the one canonical spelling: a changed character is never the same bytes."""

import base64
import binascii


def encode(raw: bytes) -> str:
    """As base64url (RFC 4648 section 5), without the equals signs."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes; ValueError when this is not exactly what `encode` writes.

    The last character has bits that no byte needs: a lenient decoder would take four spellings for one value.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw
