"""One call to the operating system's keyring, in a process of its own: a keyring that hangs can be ended.

`python -m colter.config.session.keyring_process SECONDS get|set|delete SERVICE USER` reads the text to keep from stdin,
and answers in JSON: {"text": what is kept now, or null}, {"refused": CLASS}, or {"absent": true} without any keyring.
One that has not answered after so many seconds is the exit code SILENT.
"""

import contextlib
import json
import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ALLOWED = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
)
"""The backends that protect what they keep; others write clear text, keep nothing, or ask on the terminal."""
SILENT = 3


class RefusedError(Exception):
    """The user's keyring is set to one that is not in the list."""


def main(action: str, service: str, username: str) -> dict[str, object]:
    """Do one call; whatever goes wrong inside the keyring ends this process with its traceback."""
    try:
        backend = _backend()
    except RefusedError as refused:
        return {"refused": str(refused)}
    if backend is None:
        return {"absent": True}
    if action == "set":
        backend.set_password(service, username, sys.stdin.read())
    elif action == "delete" and backend.get_password(service, username) is not None:
        backend.delete_password(service, username)
    return {"text": backend.get_password(service, username)}


def _backend() -> "KeyringBackend | None":
    """What the user has set for all programs when it is in the list, else the first of the list that works here.

    Not `keyring.get_keyring()`: that would also choose plug-ins that happen to be installed, plaintext ones too.
    """
    from keyring import core

    chosen = core.load_env() or core.load_config()
    if chosen is None:
        return next((backend for name in ALLOWED if (backend := _usable(name)) is not None), None)
    name = f"{type(chosen).__module__}.{type(chosen).__qualname__}"
    if name not in ALLOWED:
        raise RefusedError(name)
    return chosen


def _usable(name: str) -> "KeyringBackend | None":
    module, _, attribute = name.rpartition(".")
    kind: type[KeyringBackend] = getattr(import_module(module), attribute)
    return kind() if kind.viable else None


def _end_after(seconds: float) -> None:
    """End this process, whatever it waits for by then."""
    timer = threading.Timer(seconds, os._exit, [SILENT])
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    for slow in ("keyring.core", "keyring.backends.SecretService"):
        import_module(slow)  # which asks nobody yet, so the machine may take its time
    _end_after(float(sys.argv[1]))
    with contextlib.redirect_stdout(sys.stderr):  # a backend that talks must not spoil the answer
        answer = main(*sys.argv[2:])
    sys.stdout.write(json.dumps(answer))
