"""Where one half of a session is kept: a file in the runtime directory, or the keyring where there is none."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from colter.config.private_file import private_directory, read_private
from colter.config.session.keyrings import MachineKeyring
from colter.config.vault.crypto import binding
from colter.config.yaml.save import save
from colter.core.errors import ConfigError, StateError

_VERSION = 1
_LONGEST = 4096
_SUFFIX = ".session"
_ENTRY = "sessions"
_VAULT_ID = re.compile(r"[\w-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Record:
    """A session as it is kept. Everything but `wrapped` is bound to `wrapped`: a changed word makes it useless."""

    vault_id: str
    header_sha256: str
    """Of the vault line: a new password ends the session."""
    uid: int
    boot_id: str
    created_ms: int
    """By the wall clock, since 1970."""
    uptime_ms: int
    """By the clock that counts from the boot, suspended time too."""
    ttl_ms: int
    wrapped: str
    """The data key under the key that the keyring keeps."""

    @property
    def bound(self) -> bytes:
        """What `wrapped` is bound to."""
        words = {**asdict(self), "version": _VERSION}
        del words["wrapped"]
        return binding(["colter/session", *(f"{name}={words[name]}" for name in sorted(words))])

    def to_json(self) -> str:
        """As one line of text."""
        return json.dumps({"version": _VERSION, **asdict(self)})

    @staticmethod
    def from_json(text: str) -> "Record":
        """The record; ValueError when it is not one of this version."""
        try:
            words = json.loads(text)
        except RecursionError:
            raise ValueError("absurdly nested") from None
        if not isinstance(words, dict) or words.pop("version", None) != _VERSION:
            raise ValueError("not a session of this version")
        try:
            record = Record(**words)
        except TypeError:
            raise ValueError("a session has other parts") from None
        if [type(part) for part in asdict(record).values()] != [str, str, int, str, int, int, int, str]:
            raise ValueError("a part of the session has another type")
        return record


class Records(Protocol):
    """Keeps one text for each vault. StateError when the place cannot be trusted or used."""

    def read(self, vault_id: str) -> str | None:
        """The text; None when there is none."""

    def write(self, vault_id: str, text: str) -> None:
        """Keep it in place of an older one."""

    def remove(self, vault_id: str) -> bool:
        """Forget it; whether there was one."""

    def vault_ids(self) -> set[str]:
        """Of which vaults there is a text."""

    def version(self) -> object:
        """Another one whenever a text was written or removed; always the same where finding out takes long."""


class RecordFiles:
    """One file for each vault in a directory of mode 0700, which the system empties when the machine starts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, vault_id: str) -> str | None:
        """The text; None when there is none."""
        try:
            found = read_private(self._file(vault_id), limit=_LONGEST) if self._exists() else None
            return None if found is None else found.decode(errors="replace")
        except OSError as error:
            raise _unusable(self._directory, error) from error

    def write(self, vault_id: str, text: str) -> None:
        """Keep it in place of an older one."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._exists():
                save(self._file(vault_id), text.encode())
        except OSError as error:
            raise _unusable(self._directory, error) from error
        except ConfigError as error:  # what is written here is no configuration
            raise StateError(str(error)) from error

    def remove(self, vault_id: str) -> bool:
        """Forget it; whether there was one."""
        try:
            self._file(vault_id).unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise _unusable(self._directory, error) from error
        return True

    def vault_ids(self) -> set[str]:
        """Of which vaults there is a text."""
        names = {path.name.removesuffix(_SUFFIX) for path in self._directory.glob(f"*{_SUFFIX}")}
        return set(filter(_VAULT_ID.fullmatch, names))

    def version(self) -> object:
        """Another one whenever a text was written or removed."""
        try:
            found = [(path.name, path.stat()) for path in sorted(self._directory.glob(f"*{_SUFFIX}"))]
        except OSError:
            return None
        return [(name, each.st_mtime_ns, each.st_ino) for name, each in found]

    def _exists(self) -> bool:
        return private_directory(self._directory)

    def _file(self, vault_id: str) -> Path:
        return self._directory / f"{vault_id}{_SUFFIX}"


class RecordsInKeyring:
    """All texts in one entry of the keyring: it cannot list its entries."""

    def __init__(self, keyring: MachineKeyring) -> None:
        self._keyring = keyring

    def read(self, vault_id: str) -> str | None:
        """The text; None when there is none."""
        return self._all().get(vault_id)

    def write(self, vault_id: str, text: str) -> None:
        """Keep it in place of an older one."""
        self._keyring.write(_ENTRY, json.dumps({**self._all(), vault_id: text}))

    def remove(self, vault_id: str) -> bool:
        """Forget it; whether there was one."""
        texts = self._all()
        if vault_id not in texts:
            return False
        del texts[vault_id]
        if texts:
            self._keyring.write(_ENTRY, json.dumps(texts))
        else:
            self._keyring.remove(_ENTRY)
        return True

    def vault_ids(self) -> set[str]:
        """Of which vaults there is a text."""
        return set(self._all())

    def version(self) -> object:
        """Always the same: a keyring may have to start a process for every answer."""
        return None

    def _all(self) -> dict[str, str]:
        try:
            kept = json.loads(self._keyring.read(_ENTRY) or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in kept.items()} if isinstance(kept, dict) else {}


def _unusable(directory: Path, error: OSError) -> StateError:
    return StateError(f"{directory}: {error.strerror}")
