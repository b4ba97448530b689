"""The machine's keyring: the trusted ones are used, the others refused politely, and none can hang Colter."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from colter.config.session.kernel_keyring import KernelKeyring
from colter.config.session.keyrings import KeyringError, MachineKeyring, NoKeyringError
from tests.vault.keyring_daemon import bare_environment, gnome_keyring, need_kernel_keyring, secret_service_pid
from tests.watching.daemons import until
from tests.withheld import withheld

MINUTE = timedelta(minutes=1)
CANARY = "canary-51c0ffee"
NAME = f"test-{os.getpid()}"
"""In the kernel, where all test processes of a user have one keyring."""

PLAINTEXT_BACKEND = """
    from pathlib import Path
    from keyring.backend import KeyringBackend

    class PlaintextKeyring(KeyringBackend):
        priority = 9
        def get_password(self, service, username):
            return None
        def set_password(self, service, username, password):
            Path(__file__).with_name("passwords.txt").write_text(password)
        def delete_password(self, service, username):
            pass
"""


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with gnome_keyring(tmp_path_factory.mktemp("desktop")) as env:
        yield env


def test_the_secret_service_keeps_reads_and_forgets(desktop: dict[str, str]) -> None:
    MachineKeyring(desktop, MINUTE).write("a", CANARY)
    assert MachineKeyring(desktop, MINUTE).read("a") == CANARY
    assert KernelKeyring(MINUTE).get_password("colter", "a") is None
    MachineKeyring(desktop, MINUTE).remove("a")
    MachineKeyring(desktop, MINUTE).remove("a")
    assert MachineKeyring(desktop, MINUTE).read("a") is None


def test_a_secret_service_that_hangs_is_given_up_after_three_seconds_and_not_asked_again(
    desktop: dict[str, str],
) -> None:
    pid = secret_service_pid(desktop)
    keyring = MachineKeyring(desktop, MINUTE)
    os.kill(pid, signal.SIGSTOP)
    try:
        with withheld(os.getpid()) as waited:
            started = time.perf_counter()
            for _ in range(10):
                with pytest.raises(KeyringError, match="did not answer within 3 s") as caught:
                    keyring.write("a", CANARY)
                assert CANARY not in "".join(traceback.format_exception(caught.value))
            took = time.perf_counter() - started
        assert took - waited.seconds < 15  # ten times three seconds, were it asked again
    finally:
        os.kill(pid, signal.SIGCONT)
    MachineKeyring(desktop, MINUTE).remove("a")


def test_how_long_it_takes_to_begin_to_ask_is_not_the_keyrings_fault(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(3.5)\n")
    env = {**bare_environment(tmp_path / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    with pytest.raises(NoKeyringError, match="does not protect"):
        MachineKeyring({**env, "PYTHONPATH": str(tmp_path)}, MINUTE).read("a")


@pytest.mark.parametrize("listens", [False, True])
def test_a_bus_that_is_gone_or_never_answers_leads_to_the_kernel(tmp_path: Path, listens: bool) -> None:
    need_kernel_keyring()
    env = {**bare_environment(tmp_path), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'bus'}"}
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        if listens:
            bus.listen()
        keyring = MachineKeyring(env, MINUTE)
        keyring.write(NAME, CANARY)
        assert KernelKeyring(MINUTE).get_password("colter", NAME) == CANARY
        keyring.remove(NAME)
        assert keyring.read(NAME) is None


def test_without_a_bus_the_kernel_is_asked_and_the_keyring_library_never_loaded(tmp_path: Path) -> None:
    need_kernel_keyring()
    script = (
        "import os, sys; from datetime import timedelta; from colter.config.session.keyrings import MachineKeyring\n"
        "keyring = MachineKeyring(os.environ, timedelta(minutes=1))\n"
        f"keyring.write({NAME!r}, 'x'); print(keyring.read({NAME!r})); keyring.remove({NAME!r})\n"
        "print([name for name in sys.modules if name.startswith(('keyring', 'jeepney', 'secretstorage'))])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], env=bare_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert run.stdout == "x\n[]\n"


@pytest.mark.parametrize("chosen_by", ["environment", "settings"])
def test_a_plaintext_keyring_is_refused_and_gets_nothing_to_write(tmp_path: Path, chosen_by: str) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "strangers.py").write_text(textwrap.dedent(PLAINTEXT_BACKEND))
    env = {**bare_environment(tmp_path), "PYTHONPATH": str(plugins)}
    if chosen_by == "environment":
        env["PYTHON_KEYRING_BACKEND"] = "strangers.PlaintextKeyring"
    else:
        settings = tmp_path / ".config" / "python_keyring" / "keyringrc.cfg"
        settings.parent.mkdir(parents=True)
        settings.write_text("[backend]\ndefault-keyring=strangers.PlaintextKeyring\n")
    with pytest.raises(NoKeyringError, match=r"strangers\.PlaintextKeyring does not protect what it keeps"):
        MachineKeyring(env, MINUTE).write("a", CANARY)
    assert not (plugins / "passwords.txt").exists()


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_a_keyring_that_keeps_nothing_is_refused(tmp_path: Path, backend: str) -> None:
    env = {**bare_environment(tmp_path), "PYTHON_KEYRING_BACKEND": backend}
    with pytest.raises(NoKeyringError, match="does not protect"):
        MachineKeyring(env, MINUTE).write("a", CANARY)


@pytest.mark.parametrize("backend", ["nowhere.Keyring", "keyring.backends.null.Nothing", "json.loads", "os"])
def test_a_keyring_that_cannot_be_loaded_is_a_failure_and_no_traceback(tmp_path: Path, backend: str) -> None:
    env = {**bare_environment(tmp_path), "PYTHON_KEYRING_BACKEND": backend}
    with pytest.raises(KeyringError, match="the keyring") as caught:
        MachineKeyring(env, MINUTE).write("a", CANARY)
    assert "\n" not in str(caught.value)


def test_the_kernel_forgets_by_itself() -> None:
    need_kernel_keyring()
    keyring = KernelKeyring(timedelta(seconds=1))
    begun = time.perf_counter()
    keyring.set_password("colter", NAME, CANARY)
    assert keyring.get_password("colter", NAME) == CANARY or time.perf_counter() - begun >= 1
    until(lambda: keyring.get_password("colter", NAME) is None)  # the time that passes is the kernel's


def test_the_kernel_keyring_lets_the_same_user_read_from_another_login_session_and_no_other_user() -> None:
    need_kernel_keyring()
    keyring = KernelKeyring(MINUTE)
    keyring.set_password("colter", NAME, CANARY)
    script = (
        "import os, sys; from datetime import timedelta\n"
        "from colter.config.session.kernel_keyring import KernelKeyring\n"
        "keyring = KernelKeyring(timedelta(minutes=1))\n"
        "keyring._call(keyring._keyctl, 1, 0)\n"  # KEYCTL_JOIN_SESSION_KEYRING: as sudo, cron and systemd do
        "if len(sys.argv) > 1: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"print(keyring.get_password('colter', {NAME!r}))"
    )
    try:
        same = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert same.stdout.strip() == CANARY
        if os.getuid() == 0:
            other = subprocess.run([sys.executable, "-c", script, "x"], capture_output=True, text=True, check=True)
            assert other.stdout.strip() == "None"
    finally:
        keyring.delete_password("colter", NAME)
