"""The vault line of a configuration: how the master password becomes a key, and the data key wrapped by that key.

colter-vault:v1:argon2id:m=65536,t=3,p=4:<salt16>:<vault-id16>:<check16>:<nonce12 + wrapped data key>:<crc32>
"""

import re
import zlib
from dataclasses import dataclass

from colter.config.vault import base64url
from colter.config.vault.crypto import Cost
from colter.core.errors import VaultError

DEFAULT_COST = Cost(memory_kib=64 * 1024, passes=3, lanes=4)  # RFC 9106 section 4, second choice; about 0.3 s

# Whoever can write the file must not make us eat the memory, nor make guessing cheap (OWASP's minimum is the floor).
_MEMORY_KIB = range(19 * 1024, 1024 * 1024 + 1)
_PASSES = range(2, 10 + 1)
_LANES = range(1, 16 + 1)

_LONGEST = 400
_BODY = re.compile(
    r"colter-vault:v1:argon2id:m=([1-9]\d{0,8}),t=([1-9]\d{0,3}),p=([1-9]\d{0,3})"
    r":([\w-]{22}):([\w-]{22}):([\w-]{22}):([\w-]{80})",
    re.ASCII,
)
_NEWER = re.compile(r"colter-vault:(?!v1:)\w{1,8}:")
_HINT = "restore the line `vault:` from a backup; without it the secrets cannot be opened, only entered anew"


class VaultDamaged(VaultError):  # noqa: N818  named for what it says to the user
    """The vault line is cut off, mistyped or not one: nothing was tried with the password."""


@dataclass(frozen=True, slots=True)
class Header:
    """The parsed line. `check` commits to the key, `wrapped` is the data key under it, bound to all before it."""

    cost: Cost
    salt: bytes
    vault_id: str
    check: bytes
    wrapped: bytes

    @property
    def bound(self) -> bytes:
        """What the wrapped data key is bound to: the line up to it."""
        cost = f"m={self.cost.memory_kib},t={self.cost.passes},p={self.cost.lanes}"
        salt, check = base64url.encode(self.salt), base64url.encode(self.check)
        return f"colter-vault:v1:argon2id:{cost}:{salt}:{self.vault_id}:{check}".encode()

    def __str__(self) -> str:
        body = f"{self.bound.decode()}:{base64url.encode(self.wrapped)}"
        return f"{body}:{_checksum(body)}"


def parse_header(text: str) -> Header:
    """Read the line.

    Raises:
        VaultDamaged: it is not one, does not fit its checksum, or asks for more or less work than Colter agrees to.
    """
    if len(text) > _LONGEST or not text.isascii():
        raise VaultDamaged("vault: this is no vault line", hint=_HINT)
    body, _, checksum = text.rpartition(":")
    if checksum != _checksum(body):
        raise VaultDamaged("vault: the line is damaged: it does not fit its checksum", hint=_HINT)
    if _NEWER.match(body):
        raise VaultDamaged("vault: made by a newer Colter", hint="update Colter")
    found = _BODY.fullmatch(body)
    if not found:
        raise VaultDamaged("vault: the line is damaged: a part is missing or malformed", hint=_HINT)
    cost = Cost(int(found[1]), int(found[2]), int(found[3]))
    _refuse_absurd(cost)
    try:
        salt, _, check, wrapped = map(base64url.decode, found.group(4, 5, 6, 7))
    except ValueError:
        raise VaultDamaged("vault: the line is damaged: a part is malformed", hint=_HINT) from None
    return Header(cost, salt, found[5], check, wrapped)


def _refuse_absurd(cost: Cost) -> None:
    for name, value, allowed in (
        ("m", cost.memory_kib, _MEMORY_KIB),
        ("t", cost.passes, _PASSES),
        ("p", cost.lanes, _LANES),
    ):
        if value not in allowed:
            raise VaultDamaged(
                f"vault: {name}={value} is outside of {allowed[0]} to {allowed[-1]}: somebody altered the line",
                hint=_HINT,
            )


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
