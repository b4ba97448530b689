"""Ids of incidents: ULIDs, which sort by time."""

from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: https://github.com/ulid/spec
_RANDOM_BITS = 80
_LETTERS = 26


def ulid(now: datetime, chance: int) -> str:
    """26 letters of 48 bits of milliseconds and the 80 bits of chance that are handed in: `secrets.randbits(80)`."""
    number = (int(now.timestamp() * 1000) << _RANDOM_BITS) | chance
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LETTERS)))
