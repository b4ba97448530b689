"""The session: for thirty minutes after the password was entered, this user on this machine is not asked again.

It has two halves, and each alone is useless: a random key in the keyring, and the vault's data key sealed with it in a
file of the runtime directory, which does not outlive a reboot. The password itself is kept nowhere.
"""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from colter.config.session.keyrings import KeyringError, MachineKeyring, NoKeyringError
from colter.config.session.records import Record, RecordFiles, Records, RecordsInKeyring
from colter.config.vault import base64url, crypto
from colter.config.vault.header import parse_header
from colter.config.vault.vault import OpenVault, VaultAltered, reopen
from colter.core.clock import Clock

LIFETIME = timedelta(minutes=30)
_TTL_MS = int(LIFETIME.total_seconds() * 1000)
_CLOCK_SLACK_MS = 5000  # time synchronisation may move the wall clock back a little
_EPOCH = datetime.fromtimestamp(0, UTC)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Ended:
    """How the end of a session went."""

    found: bool
    """Whether there was one."""
    warning: str | None = None


def uptime() -> float:
    """Seconds since the machine started, suspended time included where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Sessions:
    """The live sessions of this user, one for each vault.

    Every method raises StateError when the runtime directory or the keyring cannot be trusted or does not answer; then
    there is no session, and nothing else is wrong.
    """

    def __init__(
        self, *, clock: Clock, keyring: MachineKeyring, runtime_dir: Path | None, uptime: Callable[[], float] = uptime
    ) -> None:
        self._clock = clock
        self._keyring = keyring
        self._uptime = uptime
        self._records: Records = RecordFiles(runtime_dir) if runtime_dir else RecordsInKeyring(keyring)

    def load(self, header: str) -> OpenVault | None:
        """The vault of this line, when its password was entered less than thirty minutes ago; VaultDamaged."""
        vault_id = parse_header(header).vault_id
        text = self._records.read(vault_id)
        if text is None:
            return None
        try:
            record = Record.from_json(text)
            if self._lives(record, header):
                key = self._keyring.read(_entry(vault_id))
                # No key: perhaps it is in another keyring, and this command runs outside of the desktop.
                return _reopened(header, key, record) if key else None
        except (ValueError, VaultAltered):
            pass  # not what we wrote: as good as expired
        self._records.remove(vault_id)
        return None

    def save(self, vault: OpenVault) -> datetime:
        """Begin a session, in place of an older one; until when it lives."""
        key, now = os.urandom(crypto.KEY_BYTES), self._clock.now()
        record = Record(
            vault_id=vault.vault_id,
            header_sha256=_digest(vault.header),
            uid=os.getuid(),
            boot_id=_boot_id(),
            created_ms=_milliseconds(now),
            uptime_ms=int(self._uptime() * 1000),
            ttl_ms=_TTL_MS,
            wrapped="",
        )
        record = replace(record, wrapped=base64url.encode(vault.wrap(key, record.bound)))
        self._keyring.write(_entry(vault.vault_id), base64url.encode(key))
        self._records.write(vault.vault_id, record.to_json())
        return now + LIFETIME

    def end(self, vault_id: str) -> Ended:
        """Forget both halves, first the file; harmless when there is no session."""
        try:
            found = self._records.remove(vault_id)
        except NoKeyringError:
            return Ended(found=False)
        try:
            self._keyring.remove(_entry(vault_id))
        except NoKeyringError:
            return Ended(found)
        except KeyringError as error:
            return Ended(found, f"{error}; what it still keeps is of no use without the file that was deleted")
        return Ended(found)

    def vault_ids(self) -> set[str]:
        """Which vaults have a session, expired ones among them."""
        return self._records.vault_ids()

    def version(self) -> object:
        """Another one when a session was begun or ended, as far as that can be found out in a moment."""
        return self._records.version()

    def _lives(self, record: Record, header: str) -> bool:
        by_wall = _milliseconds(self._clock.now()) - record.created_ms
        by_uptime = int(self._uptime() * 1000) - record.uptime_ms
        ttl = min(record.ttl_ms, _TTL_MS)
        return (
            (record.header_sha256, record.uid, record.boot_id) == (_digest(header), os.getuid(), _boot_id())
            and -_CLOCK_SLACK_MS <= by_wall < ttl
            and 0 <= by_uptime < ttl
        )


def _reopened(header: str, key: str, record: Record) -> OpenVault:
    return reopen(header, base64url.decode(key), base64url.decode(record.wrapped), record.bound)


def _entry(vault_id: str) -> str:
    return f"session:{vault_id}"


def _digest(header: str) -> str:
    return hashlib.sha256(header.encode()).hexdigest()


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""  # not Linux: the clock that starts with the machine has to do


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
