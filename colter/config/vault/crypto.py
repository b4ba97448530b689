"""The few primitives that the vault is made of, from `cryptography`: nothing is hand-made, all is put together here."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


class NotAuthenticError(Exception):
    """The key, the ciphertext or what it is bound to is not what it was when it was sealed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a password costs, in Argon2id's own terms."""

    memory_kib: int
    passes: int
    lanes: int


def stretch(password: bytes, salt: bytes, cost: Cost, length: int) -> bytes:
    """Argon2id (RFC 9106): key bytes from a password, slowly. MemoryError when the machine has not that much."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415  20 ms, needed with secrets only

    kdf = Argon2id(salt=salt, length=length, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kdf.derive(password)


def subkey(key: bytes, purpose: str) -> bytes:
    """HKDF-SHA256: a key of its own for every purpose."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415  as above

    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a fresh random nonce: nonce (12 bytes), ciphertext, tag (16 bytes)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  as above

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `seal` was given.

    Raises:
        NotAuthenticError: one bit of key, ciphertext or `bound_to` differs.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  as above

    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise NotAuthenticError("too short")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise NotAuthenticError("the tag does not fit") from None


def binding(parts: Iterable[str]) -> bytes:
    """Texts as bytes to bind a ciphertext to: length-prefixed, so that ("a", "b:c") and ("a:b", "c") differ."""
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
