"""Secrets of the predecessor: Fernet tokens under a key from PBKDF2, with the salt in a file of its own."""

import base64
import hashlib
from pathlib import Path

from colter.config.private_file import NotPrivateError, read_private
from colter.core.errors import ConfigError, LockedError
from colter.core.secret import Secret
from colter.core.text import clean

SALT_NAME = ".colter_salt.bin"
_SALT_BYTES = 16
_ROUNDS = 100_000


def read_salt(path: Path) -> bytes:
    """The predecessor's salt.

    Raises:
        ConfigError: it is not there, or is no such file.
    """
    name = clean(str(path))
    try:
        salt = read_private(path, limit=_SALT_BYTES, forbidden=0, follow=True)  # a salt is no secret
    except NotPrivateError as error:
        raise ConfigError(f"{clean(str(error))}; expected the predecessor's salt") from None
    except OSError as error:
        raise ConfigError(f"{name}: the predecessor's salt cannot be read: {error.strerror}") from error
    if salt is None:
        raise ConfigError(
            f"{name}: the predecessor's salt is missing, and its secrets cannot be opened without it",
            hint="copy it from the old machine, or set the secrets anew: colter config set github.token",
        )
    if len(salt) != _SALT_BYTES:
        raise ConfigError(f"{name}: expected {_SALT_BYTES} bytes of salt, got {len(salt)}")
    return salt


class LegacyKey:
    """What opens the predecessor's secrets."""

    def __init__(self, password: Secret, salt: bytes) -> None:
        from cryptography.fernet import Fernet  # noqa: PLC0415  needed only by those who come from the predecessor

        key = hashlib.pbkdf2_hmac("sha256", password.reveal().encode(), salt, _ROUNDS)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def open(self, key: str, token: str) -> Secret:
        """Decrypt one token; `key` is its place, for the message.

        Raises:
            LockedError: the password is wrong, or salt or token are not what they were: Fernet cannot tell these apart.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415  the same

        try:
            return Secret(self._fernet.decrypt(token.encode()).decode())
        except (InvalidToken, UnicodeError):
            raise LockedError(
                f"{key}: wrong master password, or the predecessor's salt or secret is damaged",
                hint="the password is the one you used with the predecessor",
            ) from None
