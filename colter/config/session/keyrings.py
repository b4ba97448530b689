"""The keyring of this machine: the operating system's, or the Linux kernel's where there is none; never a file."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal

from colter.config.session.kernel_keyring import KernelKeyring
from colter.config.session.keyring_process import SILENT
from colter.core.errors import StateError
from colter.core.text import clean

SERVICE = "colter"
DEADLINE = timedelta(seconds=3)
"""For the answer to one call: a keyring may wait for a dialog that nobody sees."""
_START = timedelta(minutes=1)
"""For the process that asks to be ready for it, on a busy machine."""


class KeyringError(StateError):
    """The keyring does not answer, or does not do what it is told."""


class NoKeyringError(KeyringError):
    """There is no keyring that Colter would use, so nothing is remembered in one."""


class MachineKeyring:
    """Keeps short texts by name. Every call ends, at the deadline; after a failure the next ones fail at once.

    The kernel's keyring forgets a text after `lifetime` by itself; the others keep it until it is removed.
    """

    def __init__(self, env: Mapping[str, str], lifetime: timedelta) -> None:
        self._env = env
        self._lifetime = lifetime
        self._failure: KeyringError | None = None
        self._has_system = _has_system_keyring(env)

    def read(self, name: str) -> str | None:
        """The text, None when there is none; KeyringError when that cannot be known."""
        return self._call("get", name)

    def write(self, name: str, text: str) -> None:
        """Keep a text in place of an older one; KeyringError when it was not kept."""
        if self._call("set", name, text) != text:
            raise KeyringError("the keyring does not keep what it is given")

    def remove(self, name: str) -> None:
        """Forget a text; harmless when there is none; KeyringError when it may still be there."""
        if self._call("delete", name) is not None:
            raise KeyringError("the keyring does not forget what it is told to")

    def _call(self, action: Literal["get", "set", "delete"], name: str, text: str = "") -> str | None:
        if self._failure:
            raise self._failure
        try:
            if self._has_system:
                answer = self._ask_system(action, name, text)
                if not answer.get("absent"):
                    return answer.get("text")
                self._has_system = False
            return self._ask_kernel(action, name, text)
        except KeyringError as failure:
            self._failure = failure
            raise

    def _ask_kernel(self, action: str, name: str, text: str) -> str | None:
        try:
            keyring = KernelKeyring(self._lifetime)
            if action == "set":
                keyring.set_password(SERVICE, name, text)
            elif action == "delete":
                keyring.delete_password(SERVICE, name)
            return keyring.get_password(SERVICE, name)
        except OSError as error:
            raise NoKeyringError(f"this machine has no keyring ({error.strerror})") from error

    def _ask_system(self, action: str, name: str, text: str) -> dict[str, str | None]:
        seconds = str(DEADLINE.seconds)
        argv = [sys.executable, "-P", "-m", "colter.config.session.keyring_process", seconds, action, SERVICE, name]
        try:
            done = subprocess.run(  # noqa: S603  our own module, no shell
                argv,
                input=text,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                env=dict(self._env),
                timeout=(_START + DEADLINE).total_seconds(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            # Without `from`: that error carries what was sent to the process.
            raise KeyringError("the process that asks the keyring did not end") from None
        if done.returncode == SILENT:
            raise KeyringError(f"the keyring did not answer within {seconds} s")
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2]
            raise KeyringError(f"the keyring failed: {clean(reason, 150)}")
        answer: dict[str, str | None] = json.loads(done.stdout)
        if refused := answer.get("refused"):
            raise NoKeyringError(f"the keyring {clean(refused)} does not protect what it keeps")
        return answer


def _has_system_keyring(env: Mapping[str, str]) -> bool:
    """Whether asking is worth the start of a process: no desktop keyring of Linux works without a D-Bus session."""
    if sys.platform != "linux" or env.get("DBUS_SESSION_BUS_ADDRESS") or env.get("PYTHON_KEYRING_BACKEND"):
        return True
    runtime, home = env.get("XDG_RUNTIME_DIR"), env.get("HOME", "/")
    configured = Path(env.get("XDG_CONFIG_HOME") or Path(home, ".config"), "python_keyring", "keyringrc.cfg")
    return bool(runtime and Path(runtime, "bus").exists()) or configured.exists()
