"""The vault: one master password, one random data key, every secret sealed to its place and its destination.

The password becomes a key with Argon2id; that key wraps the data key in the vault line; a key derived from the data key
seals each value. So a new password changes one line of the file, and the place and the destination of a value cannot be
edited without its being noticed.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from colter.config.vault import base64url, crypto
from colter.config.vault.crypto import NotAuthenticError
from colter.config.vault.header import DEFAULT_COST, Header, VaultDamaged, parse_header
from colter.config.vault.password_policy import password_bytes, require_length
from colter.core.errors import LockedError, VaultError
from colter.core.secret import Secret
from colter.core.text import clean

__all__ = [
    "SEALED_PREFIX",
    "OpenVault",
    "SealedValueError",
    "VaultAltered",
    "VaultDamaged",
    "WrongPassword",
    "change_password",
    "create",
    "open_vault",
    "reopen",
]

SEALED_PREFIX = "enc:v1:"
_BLOCK = 16  # a sealed value tells the length of its secret only to this many bytes


class WrongPassword(LockedError):  # noqa: N818  named for what it says to the user
    """The vault line is whole, and the master password is not the one that made it."""


class VaultAltered(VaultError):  # noqa: N818  named for what it says to the user
    """The master password is right, and somebody changed the vault line after it was written."""


class SealedValueError(VaultError):
    """One sealed value is damaged, was altered or moved, or its destination was changed; the others may be fine."""


class OpenVault:
    """An unlocked vault: seals and opens single values."""

    __slots__ = ("_data_key", "_field_key", "header", "vault_id")

    def __init__(self, header: Header, data_key: bytes) -> None:
        self.header = str(header)
        self.vault_id = header.vault_id
        self._data_key = data_key
        self._field_key = crypto.subkey(data_key, "colter/field/v1")

    def seal(self, path: Sequence[str], audience: str, secret: Secret) -> str:
        """Encrypt a value for its place in the file and the one destination it may be sent to, as `enc:v1:...`."""
        try:
            plain = secret.reveal().encode()
        except UnicodeEncodeError:
            raise VaultError(f"{_shown(path)}: the secret is not valid text", hint="use UTF-8") from None
        fill = _BLOCK - len(plain) % _BLOCK
        sealed = crypto.seal(self._field_key, plain + bytes([fill]) * fill, self._place(path, audience))
        return SEALED_PREFIX + base64url.encode(sealed)

    def open(self, path: Sequence[str], audience: str, sealed: str) -> Secret:
        """Decrypt a value that was sealed for this place and this destination.

        Raises:
            SealedValueError: it was not, or one character of it is different.
        """
        try:
            raw = base64url.decode(sealed.removeprefix(SEALED_PREFIX)) if sealed.startswith(SEALED_PREFIX) else b""
        except ValueError:
            raise SealedValueError(
                f"{_shown(path)}: the sealed value is damaged", hint=f"colter config set {_shown(path)}"
            ) from None
        try:
            plain = crypto.unseal(self._field_key, raw, self._place(path, audience))
        except NotAuthenticError:
            raise SealedValueError(
                f"{_shown(path)}: the value was altered, or sealed for another place or destination than "
                f"{clean(audience) or 'this one'}",
                hint=f"if you changed the place or the address yourself: colter config reseal {_shown(path)}",
            ) from None
        return Secret(plain[: -plain[-1]].decode())

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """The data key sealed under another key, for a session; the data key itself never leaves the vault."""
        return crypto.seal(key, self._data_key, bound_to)

    def _place(self, path: Sequence[str], audience: str) -> bytes:
        return crypto.binding(["colter/v1", self.vault_id, *path, audience])

    def __repr__(self) -> str:
        return f"OpenVault({self.vault_id})"

    def __reduce__(self) -> str:
        raise TypeError("an open vault is not pickled")


def create(password: Secret) -> OpenVault:
    """A new vault with a new data key.

    Raises:
        UsageError: the password is shorter than 12 characters.
    """
    require_length(password)
    vault_id = base64url.encode(os.urandom(16))
    data_key = os.urandom(crypto.KEY_BYTES)
    return _lock(data_key, vault_id, password, DEFAULT_COST)


def open_vault(header: str, password: Secret) -> OpenVault:
    """Unlock the vault of this line.

    Raises:
        VaultDamaged: the line is not whole.
        WrongPassword: the line is whole, the password another.
        VaultAltered: the password is right, the line was changed.
    """
    parsed = parse_header(header)
    wrapping_key, check = _derive(password, parsed.salt, parsed.cost)
    if not hmac.compare_digest(check, parsed.check):
        raise WrongPassword("wrong master password")
    return reopen(header, wrapping_key, parsed.wrapped, parsed.bound)


def reopen(header: str, key: bytes, wrapped: bytes, bound_to: bytes) -> OpenVault:
    """Unlock the vault of this line with a data key that was wrapped by `OpenVault.wrap`, or by the password's key.

    Raises:
        VaultDamaged: the line is not whole.
        VaultAltered: the key does not fit, or the wrapped key or what it is bound to was changed.
    """
    parsed = parse_header(header)
    try:
        return OpenVault(parsed, crypto.unseal(key, wrapped, bound_to))
    except NotAuthenticError:
        raise VaultAltered(
            "vault: the master password is right, but the line was altered after it was written",
            hint="restore the line `vault:` from a backup",
        ) from None


def change_password(vault: OpenVault, password: Secret) -> OpenVault:
    """The same data key under a new password: the sealed values stay as they are. Ends every session.

    Raises:
        UsageError: the password is shorter than 12 characters.
    """
    require_length(password)
    return _lock(vault._data_key, vault.vault_id, password, DEFAULT_COST)  # noqa: SLF001  its own module


def _lock(data_key: bytes, vault_id: str, password: Secret, cost: crypto.Cost) -> OpenVault:
    salt = os.urandom(16)
    wrapping_key, check = _derive(password, salt, cost)
    blank = Header(cost, salt, vault_id, check, wrapped=b"")
    header = Header(cost, salt, vault_id, check, wrapped=crypto.seal(wrapping_key, data_key, blank.bound))
    return OpenVault(header, data_key)


def _derive(password: Secret, salt: bytes, cost: crypto.Cost) -> tuple[bytes, bytes]:
    """The wrapping key, and a check value that tells a wrong password from an altered line.

    AES-GCM alone does not commit to its key; a hash of a second, independent half of Argon2id's output does.
    """
    try:
        stretched = crypto.stretch(password_bytes(password), salt, cost, 2 * crypto.KEY_BYTES)
    except MemoryError:
        raise VaultError(
            f"unlocking needs {cost.memory_kib // 1024} MiB of memory, and there is not that much",
            hint="raise the memory limit of this container or service",
        ) from None
    wrapping_key, check_key = stretched[: crypto.KEY_BYTES], stretched[crypto.KEY_BYTES :]
    return wrapping_key, hashlib.sha256(b"colter-check-v1" + check_key).digest()[:16]


def _shown(path: Sequence[str]) -> str:
    return clean(".".join(path))
