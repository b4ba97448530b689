"""The master password from where nobody has to type it: a command, a private file, systemd, the environment."""

import shlex
import subprocess
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from colter.config.private_file import NotPrivateError, read_private
from colter.config.vault.password_policy import MAX_BYTES
from colter.core.errors import LockedError
from colter.core.secret import Secret

CREDENTIAL = "colter.password"
"""Name of the file in `$CREDENTIALS_DIRECTORY`: `LoadCredential=colter.password:PATH` in a systemd unit."""

_COMMAND_DEADLINE = timedelta(seconds=60)  # it may open a password manager that asks its user
_LONGEST = MAX_BYTES + 2  # and a line end
# systemd hands credentials to a service's user by an access list, which shows as the group's permission to read.
_NOT_FOR_OTHERS = 0o037


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """A password and where it came from, in words for a message."""

    password: Secret
    origin: str


class PasswordSources:
    """Everything that may know the master password, in the order in which it is asked.

    What was asked for must work: a source that is named and fails is an error, and no later one is tried.
    """

    def __init__(self, env: Mapping[str, str], *, file: Path | None, command: str | None) -> None:
        self._env = env
        self._command = command or env.get("COLTER_PASSWORD_COMMAND") or None
        named = env.get("COLTER_PASSWORD_FILE")
        self._file = file or (Path(named) if named else None)
        variable = env.get("COLTER_MASTER_PASSWORD")
        self._variable = Secret(variable) if variable else None
        if isinstance(env, MutableMapping):
            env.pop("COLTER_MASTER_PASSWORD", None)  # programs that we start must not inherit it

    def find(self) -> FoundPassword | None:
        """The password of the first source that is there; None when there is none.

        Raises:
            LockedError: the source does not work.
        """
        if self._command:
            return FoundPassword(_from_command(self._command, self._env), "the password command")
        if self._file:
            return FoundPassword(password_from_file(self._file), str(self._file))
        if directory := self._env.get("CREDENTIALS_DIRECTORY"):
            path = Path(directory, CREDENTIAL)
            if path.exists():
                return FoundPassword(password_from_file(path, forbidden=_NOT_FOR_OTHERS), str(path))
        if self._variable:
            return FoundPassword(self._variable, "COLTER_MASTER_PASSWORD")
        return None

    def version(self) -> object:
        """Another one when the file was changed that is asked; always the same where none is."""
        directory = self._env.get("CREDENTIALS_DIRECTORY")
        asked = self._file or (Path(directory, CREDENTIAL) if directory else None)
        try:
            found = asked.stat() if asked and not self._command else None
        except OSError:
            return None
        return found and (found.st_mtime_ns, found.st_size, found.st_ino)


def password_from_file(path: Path, *, forbidden: int = 0o077) -> Secret:
    """The one line of a private file; `forbidden` are the permission bits that it may not have.

    Raises:
        LockedError: there is none, others could read it, or it does not hold one line of text.
    """
    try:
        content = read_private(path, limit=_LONGEST, forbidden=forbidden, follow=True)
    except NotPrivateError as error:
        raise LockedError(f"password file {error}", hint=error.hint or "--password-command takes any program") from None
    except OSError as error:
        raise LockedError(f"password file {path}: {error.strerror}") from error
    if content is None:
        raise LockedError(f"password file {path}: there is no such file")
    return _first_and_only_line(content, f"password file {path}")


def _from_command(command: str, env: Mapping[str, str]) -> Secret:
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise LockedError(f"the password command cannot be read: {error}") from None
    if not argv:
        raise LockedError("the password command is empty")
    program = argv[0]
    try:
        done = subprocess.run(  # noqa: S603  the user's own command, no shell
            argv, stdout=subprocess.PIPE, env=dict(env), timeout=_COMMAND_DEADLINE.total_seconds(), check=False
        )
    except OSError as error:
        raise LockedError(f"the password command {program} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        # Without `from`: that error carries what the command has printed so far.
        raise LockedError(f"the password command {program} took longer than {_COMMAND_DEADLINE.seconds} s") from None
    if done.returncode:
        raise LockedError(f"the password command {program} ended with status {done.returncode}")
    return _first_and_only_line(done.stdout, f"the password command {program}")


def _first_and_only_line(content: bytes, origin: str) -> Secret:
    line = content.removesuffix(b"\n").removesuffix(b"\r")
    if not line or b"\n" in line or b"\x00" in line:
        raise LockedError(f"{origin}: expected one line with the master password")
    try:
        return Secret(line.decode())
    except UnicodeDecodeError:
        raise LockedError(f"{origin}: the password is not valid UTF-8") from None
