"""What a master password may be: long enough, never picky (NIST SP 800-63B: no composition rules)."""

import unicodedata

from colter.core.errors import LockedError, UsageError
from colter.core.secret import Secret

MIN_CHARACTERS = 12
ADVISED_CHARACTERS = 15
MAX_BYTES = 1024


def password_bytes(password: Secret) -> bytes:
    """The bytes that the key is made from: NFC, so that every keyboard types the same password.

    Raises:
        LockedError: empty, longer than 1,024 bytes, or not text.
    """
    try:
        encoded = unicodedata.normalize("NFC", password.reveal()).encode()
    except UnicodeEncodeError:
        raise LockedError("the master password is not valid text", hint="use UTF-8") from None
    if not 0 < len(encoded) <= MAX_BYTES:
        raise LockedError(f"a master password has 1 to {MAX_BYTES} bytes, this one has {len(encoded)}")
    return encoded


def require_length(password: Secret) -> None:
    """Refuse a new password that is too short; UsageError says how long it must be."""
    length = len(password_bytes(password).decode())
    if length < MIN_CHARACTERS:
        raise UsageError(
            f"a master password needs at least {MIN_CHARACTERS} characters, this one has {length}",
            hint="four or five random words are easy to remember and hard to guess",
        )


def advice(password: Secret) -> str | None:
    """One line about a new password that is allowed but weak when it stands alone; None when it is fine."""
    if len(password_bytes(password).decode()) >= ADVISED_CHARACTERS:
        return None
    return f"a master password of {ADVISED_CHARACTERS} characters or more is much harder to guess"
