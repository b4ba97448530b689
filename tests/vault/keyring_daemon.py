"""A real Secret Service on a D-Bus of its own, and how to have less than that."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from colter.config.session.kernel_keyring import KernelKeyring
from colter.config.session.sessions import LIFETIME
from tests.needing import lacking, program


def bare_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has nothing but a home: no desktop, no keyring service, no settings."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


@contextmanager
def gnome_keyring(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a desktop session with an unlocked gnome-keyring in it."""
    program("gnome-keyring-daemon")
    program("dbus-run-session")
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True)
    env = {**bare_environment(home), "XDG_RUNTIME_DIR": str(runtime), "XDG_DATA_HOME": str(home / "data")}
    script = (
        "printf 'login-password\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null;"
        'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'
    )
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=env,
        text=True,
    ) as session:
        if session.stdin is None or session.stdout is None:
            raise AssertionError("both are pipes")
        try:
            yield {**env, "DBUS_SESSION_BUS_ADDRESS": session.stdout.readline().strip()}
        finally:
            session.stdin.close()  # ends cat, and with it the bus and the keyring
            session.wait(timeout=300)


def secret_service_pid(env: dict[str, str]) -> int:
    """The process that answers for the Secret Service on this bus."""
    owner = ["org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets"]
    asked = ["dbus-send", "--session", "--dest=org.freedesktop.DBus", "--print-reply=literal", "/org/freedesktop/DBus"]
    done = subprocess.run([*asked, *owner], env=env, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def need_kernel_keyring() -> None:
    """Skip or fail where the kernel has no keyring, or a sandbox forbids it."""
    try:
        KernelKeyring(LIFETIME).get_password("colter-test", "nothing")
    except OSError as error:
        lacking(f"the kernel keyring ({error.strerror})")
