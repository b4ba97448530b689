"""Unlocking: from a source that needs nobody, else from the live session, else by asking on the terminal."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from colter.config.password import FoundPassword, PasswordSources
from colter.config.session.keyrings import MachineKeyring
from colter.config.session.sessions import LIFETIME, Sessions
from colter.config.vault.header import parse_header
from colter.config.vault.vault import OpenVault, WrongPassword, open_vault
from colter.core.clock import Clock
from colter.core.errors import LockedError, StateError, UsageError
from colter.core.secret import Secret

TRIES = 3
_PR_SET_DUMPABLE = 4
_SOURCES = "set COLTER_PASSWORD_COMMAND, COLTER_PASSWORD_FILE or COLTER_MASTER_PASSWORD"
_WAYS = f"run `colter login` in a terminal, or {_SOURCES}"


class Unlocker:
    """Opens vaults; asks at most once for each. `ask` None: there is nobody to ask. `say` takes one line for stderr."""

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        clock: Clock,
        password_file: Path | None,
        password_command: str | None,
        ask: Callable[[str], str] | None,
        say: Callable[[str], None],
        runtime_dir: Path | None,
    ) -> None:
        self._sources = PasswordSources(env, file=password_file, command=password_command)
        self._ask = ask
        self._say = say
        self._said: set[str] = set()
        self._open: dict[str, OpenVault] = {}
        automatic = env.get("CI", "").lower() not in ("", "0", "false")
        keyring = MachineKeyring(env, LIFETIME)
        self.sessions = None if automatic else Sessions(clock=clock, keyring=keyring, runtime_dir=runtime_dir)
        """None on a CI machine: its keyring is never touched."""

    def __call__(self, header: str) -> OpenVault:
        """The vault of this line, opened.

        Raises:
            LockedError: a wrong password, or none and nobody to ask; at once, without waiting for anything.
            VaultError: the line is damaged or was altered.
        """
        if header not in self._open:
            parse_header(header)  # a damaged line is told before anybody types a password
            self._open[header] = self._from_source(header) or self._from_session(header) or self._asked(header)
            _keep_out_of_core_dumps()
        return self._open[header]

    def ask_nobody(self) -> None:
        """From now on nobody is asked for a password: a prompt would stop everything else."""
        self._ask = None

    def version(self) -> object:
        """Another one when a vault that could not be opened may be now: a session was begun, a password changed.

        Found out in a moment. A password command that would answer now is not noticed.
        """
        return self._sources.version(), self.sessions.version() if self.sessions else None

    def login(self, header: str) -> datetime:
        """Get the password, check it and begin a session; until when it lives.

        Raises:
            StateError: no session can be kept here.
            UsageError: this is a CI machine.
            LockedError, VaultError: as when called.
        """
        if self.sessions is None:
            raise UsageError("no session is kept on a CI machine (CI is set)", hint=_SOURCES)
        parse_header(header)
        vault = self._from_source(header) or self._try_passwords(header)
        _keep_out_of_core_dumps()
        return self.sessions.save(vault)

    def given(self) -> Secret | None:
        """The master password from a source that needs nobody, unchecked; None when there is no source.

        Raises:
            LockedError: the source does not work.
        """
        found = self._sources.find()
        return found.password if found else None

    def password(self, prompt: str) -> Secret:
        """A master password that is not checked here, from a source or by asking.

        Raises:
            LockedError: there is none, and nobody to ask.
        """
        return self.given() or self._prompt(prompt, hint=_SOURCES)  # a session opens vaults, and holds no password

    def _from_source(self, header: str) -> OpenVault | None:
        found = self._sources.find()
        return _open_with(header, found) if found else None

    def _from_session(self, header: str) -> OpenVault | None:
        try:
            return self.sessions.load(header) if self.sessions else None
        except StateError as error:
            self._say_once(f"no session: {error}")
            return None

    def _asked(self, header: str) -> OpenVault:
        vault = self._try_passwords(header)
        if self.sessions:
            try:
                self.sessions.save(vault)
            except StateError as error:
                self._say_once(f"no session: {error}")
        return vault

    def _try_passwords(self, header: str) -> OpenVault:
        prompt = "Master password"
        for _ in range(TRIES):
            password = self._prompt(prompt)
            try:
                return open_vault(header, password)
            except LockedError:  # wrong, empty or no password at all
                prompt = "Wrong. Master password"
        raise WrongPassword(f"wrong master password, {TRIES} times")

    def _prompt(self, prompt: str, *, hint: str = _WAYS) -> Secret:
        if self._ask is None:
            raise LockedError("the master password is needed, and there is nobody to ask", hint=hint)
        try:
            return Secret(self._ask(prompt))
        except EOFError:
            raise LockedError("no master password was entered", hint=hint) from None

    def _say_once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._say(line)


def _open_with(header: str, found: FoundPassword) -> OpenVault:
    try:
        return open_vault(header, found.password)
    except WrongPassword:
        raise WrongPassword(f"wrong master password, from {found.origin}") from None


def _keep_out_of_core_dumps() -> None:
    import ctypes  # noqa: PLC0415  only needed with an open vault
    import resource  # noqa: PLC0415  the same, and not everywhere

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # core(5): the limit does not hold for dumps that are piped to a program
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
