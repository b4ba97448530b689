"""`colter login` and `colter logout`, as a user types them, in processes of their own."""

import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from colter.config.yaml.save import save
from colter.core.errors import ExitCode
from colter.core.secret import Secret
from tests.vault.cheap_vault import cheap_vault
from tests.vault.keyring_daemon import bare_environment, need_kernel_keyring

PASSWORD = "canary horse battery"
TOKEN = "canary-token-4242"


class User:
    """Somebody with a home, a configuration with a sealed token, and a runtime directory."""

    def __init__(self, home: Path) -> None:
        home.chmod(0o755)  # the files themselves must keep others out
        self.home = home
        self.vault = cheap_vault(PASSWORD)
        runtime = home / "run"
        runtime.mkdir(mode=0o755)
        self.env = {
            **bare_environment(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_STATE_HOME": str(home / ".state"),
        }
        self.config = home / ".config" / "colter" / "config.yaml"
        token = self.vault.seal(("github", "token"), "https://api.github.com:443", Secret(TOKEN))
        save(self.config, f"vault: {self.vault.header}\ngithub:\n  token: {token}\n".encode())

    def colter(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "colter", *arguments],
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def has_session(self) -> bool:
        return bool(list((self.home / "run").glob("colter/*.session")))


@pytest.fixture
def user() -> Iterator[User]:
    need_kernel_keyring()
    with tempfile.TemporaryDirectory(prefix="colter-vault-") as folder:
        made = User(Path(folder))
        yield made
        made.colter("logout", "--all")


def test_login_begins_a_session_and_logout_ends_it_twice(user: User) -> None:
    login = user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    assert (login.returncode, login.stdout) == (ExitCode.OK, "")
    assert login.stderr.startswith("unlocked until ")
    assert user.has_session()
    for said in ("session ended\n", "there was no session\n"):
        logout = user.colter("logout")
        assert (logout.returncode, logout.stdout, logout.stderr) == (ExitCode.OK, "", said)
    assert not user.has_session()


def test_login_asks_on_a_terminal_and_shows_no_password(user: User) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "colter", "login"], env=user.env, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = os.read(ours, 1000)
        while b"password" not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, PASSWORD.encode() + b"\n")
        while b"unlocked until" not in seen:
            seen += os.read(ours, 1000)
        assert process.wait(timeout=300) == ExitCode.OK
    os.close(ours)
    assert PASSWORD.encode() not in seen
    assert user.has_session()


def test_login_with_a_wrong_password_is_locked_and_leaves_nothing(user: User) -> None:
    login = user.colter("login", COLTER_MASTER_PASSWORD="not the right one")
    assert login.returncode == ExitCode.LOCKED
    assert "wrong master password, from COLTER_MASTER_PASSWORD" in login.stderr
    assert "not the right one" not in login.stderr
    assert not user.has_session()


def test_login_without_a_terminal_says_what_to_do(user: User) -> None:
    login = user.colter("login")
    assert login.returncode == ExitCode.LOCKED
    assert "COLTER_PASSWORD_FILE" in login.stderr


def test_login_without_a_vault_says_how_to_get_one(user: User) -> None:
    user.config.write_text("pypi: {packages: [httpx]}\n")
    login = user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    assert login.returncode == ExitCode.CONFIG
    assert "colter config init" in login.stderr


@pytest.mark.parametrize("spoiled", ["github: [\n", "vault: nonsense\n", "", None])
def test_logout_ends_the_session_although_the_configuration_is_broken_or_gone(user: User, spoiled: str | None) -> None:
    user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    assert user.has_session()
    if spoiled is None:
        user.config.unlink()
    else:
        user.config.write_text(spoiled)
    assert user.colter("logout").returncode == ExitCode.OK
    assert not user.has_session()


def test_logout_of_all_ends_sessions_of_other_configurations(user: User) -> None:
    user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    other = user.home / "other.yaml"
    save(other, f"vault: {cheap_vault(PASSWORD).header}\n".encode())
    assert user.colter("-c", str(other), "logout").stderr == "there was no session\n"
    assert user.has_session()
    assert user.colter("-c", str(other), "logout", "--all").stderr == "session ended\n"
    assert not user.has_session()


def test_logout_with_a_refused_keyring_still_takes_away_the_file(user: User) -> None:
    user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    logout = user.colter("logout", PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    assert logout.returncode == ExitCode.OK
    assert not user.has_session()


def test_on_a_ci_machine_there_is_nothing_to_log_in_to_or_out_of(user: User) -> None:
    assert user.colter("login", CI="true", COLTER_MASTER_PASSWORD=PASSWORD).returncode == ExitCode.USAGE
    assert user.colter("logout", CI="true").returncode == ExitCode.OK


def test_no_secret_is_left_in_any_file_and_no_file_is_for_others(user: User) -> None:
    done = user.colter("login", "-vv", COLTER_MASTER_PASSWORD=PASSWORD)
    files = [path for path in user.home.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".yaml", ".session"}
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, path
        for secret in (PASSWORD, TOKEN):
            assert secret.encode() not in path.read_bytes(), path
    assert PASSWORD not in done.stdout + done.stderr


def test_another_user_of_the_machine_can_read_none_of_the_files(user: User) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    user.colter("login", COLTER_MASTER_PASSWORD=PASSWORD)
    files = [str(path) for path in user.home.rglob("*") if path.is_file()]
    assert len(files) >= 2
    script = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for path in sys.argv[1:]:\n"
        "    try: open(path).close()\n"
        "    except PermissionError: continue\n"
        "    print('readable:', path)"
    )
    tried = subprocess.run([sys.executable, "-c", script, *files], capture_output=True, text=True, check=True)
    assert tried.stdout == ""
