"""The session: thirty minutes, two halves, one user, one boot, one header; everything else asks again."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from colter.config.private_file import NotPrivateError
from colter.config.session.keyrings import MachineKeyring
from colter.config.session.records import Record
from colter.config.session.sessions import LIFETIME, Sessions
from colter.config.vault import base64url, vault
from colter.config.vault.vault import OpenVault
from colter.config.yaml.save import save
from colter.core.clock import SystemClock
from colter.core.errors import StateError
from colter.core.secret import Secret
from tests.fakes.clock import FakeClock
from tests.vault.cheap_vault import cheap_vault
from tests.vault.keyring_daemon import bare_environment, gnome_keyring, need_kernel_keyring, secret_service_pid

PATH, AUDIENCE = ("github", "token"), "https://api.github.com:443"
SECOND = timedelta(seconds=1)
PASSWORD = "correct horse battery"


@pytest.fixture
def opened() -> OpenVault:
    return cheap_vault(PASSWORD)


class Machine:
    """One machine with a clock of its own and the kernel's keyring."""

    def __init__(self, home: Path, *, runtime: bool = True) -> None:
        self.clock = FakeClock()
        self.uptime = 5000.0
        self.keyring = MachineKeyring(bare_environment(home), LIFETIME)
        self.runtime = home / "run" / "colter" if runtime else None

    def sessions(self) -> Sessions:
        return Sessions(clock=self.clock, keyring=self.keyring, runtime_dir=self.runtime, uptime=lambda: self.uptime)

    def wait(self, length: timedelta) -> None:
        self.clock.advance(length)
        self.uptime += length.total_seconds()


@pytest.fixture(params=["runtime directory", "keyring only"])
def machine(request: pytest.FixtureRequest, tmp_path: Path, opened: OpenVault) -> Iterator[Machine]:
    need_kernel_keyring()
    made = Machine(tmp_path, runtime=request.param == "runtime directory")
    yield made
    made.sessions().end(opened.vault_id)


@pytest.fixture
def files(tmp_path: Path, opened: OpenVault) -> Iterator[Machine]:
    need_kernel_keyring()
    made = Machine(tmp_path)
    made.sessions().save(opened)
    yield made
    made.keyring.remove(f"session:{opened.vault_id}")


def record_file(machine: Machine, opened: OpenVault) -> Path:
    assert machine.runtime is not None
    return machine.runtime / f"{opened.vault_id}.session"


def test_a_session_opens_the_vault_without_a_password_until_thirty_minutes_are_over(
    machine: Machine, opened: OpenVault
) -> None:
    sealed = opened.seal(PATH, AUDIENCE, Secret("token"))
    assert machine.sessions().save(opened) == machine.clock.now() + timedelta(minutes=30)
    machine.wait(timedelta(minutes=30) - SECOND)
    found = machine.sessions().load(opened.header)
    assert found is not None
    assert found.open(PATH, AUDIENCE, sealed) == Secret("token")
    machine.wait(SECOND)
    assert machine.sessions().load(opened.header) is None
    assert machine.sessions().vault_ids() == set()


def test_use_does_not_prolong_a_session(machine: Machine, opened: OpenVault) -> None:
    machine.sessions().save(opened)
    for _ in range(29):
        machine.wait(timedelta(minutes=1))
        assert machine.sessions().load(opened.header) is not None
    machine.wait(timedelta(minutes=1))
    assert machine.sessions().load(opened.header) is None


def test_logout_ends_it_and_is_harmless_twice(machine: Machine, opened: OpenVault) -> None:
    machine.sessions().save(opened)
    assert machine.sessions().end(opened.vault_id).found
    assert machine.sessions().load(opened.header) is None
    assert machine.keyring.read(f"session:{opened.vault_id}") is None
    again = machine.sessions().end(opened.vault_id)
    assert (again.found, again.warning) == (False, None)


def test_two_vaults_have_sessions_of_their_own(machine: Machine, opened: OpenVault) -> None:
    other = cheap_vault(PASSWORD)
    sessions = machine.sessions()
    sessions.save(opened)
    sessions.save(other)
    assert sessions.vault_ids() == {opened.vault_id, other.vault_id}
    assert sessions.end(other.vault_id).found
    assert sessions.load(opened.header) is not None


def test_a_new_password_ends_the_session(machine: Machine, opened: OpenVault) -> None:
    machine.sessions().save(opened)
    changed = vault.change_password(opened, Secret("a new password, longer"))
    assert machine.sessions().load(changed.header) is None


@pytest.mark.parametrize(
    ("wall", "uptime", "lives"),
    [
        (0, 0, True),
        (-5, 0, True),
        (-6, 0, False),
        (0, -1, False),
        (0, 1800, False),
        (1800, 0, False),
        (1799, 1799, True),
        (-86400, 1800, False),
    ],
)
def test_both_clocks_must_agree_that_it_is_young(
    files: Machine, opened: OpenVault, wall: int, uptime: int, lives: bool
) -> None:
    files.clock.advance(wall * SECOND)
    files.uptime += uptime
    assert (files.sessions().load(opened.header) is not None) is lives
    assert record_file(files, opened).exists() is lives


def changed_part(name: str, value: object) -> Callable[[Record], Record]:
    return lambda record: dataclasses.replace(record, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        changed_part("created_ms", 1_777_896_000_001),
        changed_part("uptime_ms", 4_999_999),
        changed_part("ttl_ms", 1_799_999),
        changed_part("ttl_ms", 10**12),
        changed_part("created_ms", 10**30),
        changed_part("boot_id", "another boot"),
        changed_part("uid", 12345),
        changed_part("header_sha256", "0" * 64),
        changed_part("vault_id", "x" * 22),
        changed_part("wrapped", "AAAA"),
        changed_part("wrapped", "not base64!"),
    ],
)
def test_a_changed_record_is_refused_and_deleted(
    files: Machine, opened: OpenVault, change: Callable[[Record], Record]
) -> None:
    path = record_file(files, opened)
    path.write_text(change(Record.from_json(path.read_text())).to_json())
    assert files.sessions().load(opened.header) is None
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\0", "[" * 3000, '{"version": 2}', '{"version": 1, "x": 1}'])
def test_a_record_that_is_none_is_deleted(files: Machine, opened: OpenVault, text: str) -> None:
    record_file(files, opened).write_text(text)
    assert files.sessions().load(opened.header) is None
    assert not record_file(files, opened).exists()


def test_every_flipped_character_of_the_record_is_detected(files: Machine, opened: OpenVault) -> None:
    path = record_file(files, opened)
    whole = path.read_text()
    for position in range(len(whole)):
        other = "1" if whole[position] != "1" else "2"
        save(path, (whole[:position] + other + whole[position + 1 :]).encode())
        assert files.sessions().load(opened.header) is None, whole[position:]
    save(path, whole.encode())
    assert files.sessions().load(opened.header) is not None


def test_neither_half_alone_is_of_use(files: Machine, opened: OpenVault) -> None:
    record = record_file(files, opened).read_text()
    files.keyring.remove(f"session:{opened.vault_id}")
    assert files.sessions().load(opened.header) is None
    files.sessions().save(opened)
    record_file(files, opened).write_text(record)  # an old record beside a new key
    assert files.sessions().load(opened.header) is None


def test_neither_half_holds_the_data_key_or_the_password(files: Machine, opened: OpenVault) -> None:
    halves = record_file(files, opened).read_text() + str(files.keyring.read(f"session:{opened.vault_id}"))
    for secret in (opened._data_key.hex(), base64url.encode(opened._data_key), PASSWORD):
        assert secret not in halves


def test_the_files_are_for_their_owner_only(files: Machine, opened: OpenVault) -> None:
    path = record_file(files, opened)
    assert [oct(each.stat().st_mode & 0o777) for each in (path.parent, path)] == ["0o700", "0o600"]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def loosen_folder(path: Path) -> None:
    path.parent.chmod(0o750)


def loosen_file(path: Path) -> None:
    path.chmod(0o640)


def link_file(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def link_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("real"))
    path.parent.symlink_to(path.parent.with_name("real"))


def give_away(path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 65534, 65534)


def put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def put_a_giant(path: Path) -> None:
    path.write_bytes(b"x" * 5000)


@pytest.mark.parametrize(
    "spoil", [loosen_folder, loosen_file, link_file, link_folder, give_away, put_a_pipe, put_a_giant]
)
def test_a_place_that_others_could_have_touched_is_not_believed(
    files: Machine, opened: OpenVault, spoil: Callable[[Path], None]
) -> None:
    spoil(record_file(files, opened))
    with pytest.raises(NotPrivateError):
        files.sessions().load(opened.header)


def test_a_runtime_directory_that_cannot_be_made_is_an_expected_error(tmp_path: Path, opened: OpenVault) -> None:
    need_kernel_keyring()
    machine = Machine(tmp_path)
    (tmp_path / "run").write_text("a file is in the way")
    with pytest.raises(StateError, match="Not a directory"):
        machine.sessions().save(opened)
    assert not machine.sessions().end(opened.vault_id).found


def test_logout_with_a_keyring_that_hangs_ends_the_session_and_warns(tmp_path: Path, opened: OpenVault) -> None:
    with gnome_keyring(tmp_path) as env:

        def sessions() -> Sessions:
            keyring = MachineKeyring(env, LIFETIME)
            return Sessions(clock=FakeClock(), keyring=keyring, runtime_dir=tmp_path / "run" / "colter")

        sessions().save(opened)
        pid = secret_service_pid(env)
        os.kill(pid, signal.SIGSTOP)
        try:
            ended = sessions().end(opened.vault_id)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert ended.found
        assert str(ended.warning).startswith("the keyring did not answer within 3 s")
        assert sessions().load(opened.header) is None


SECOND_PROCESS = """
import json, os, sys
from datetime import timedelta
from pathlib import Path
from colter.config.unlock import Unlocker
from colter.core.clock import SystemClock
from colter.core.errors import LockedError

class Later(SystemClock):
    def now(self):
        return super().now() + timedelta(minutes=float(sys.argv[2]))

def said(line):
    sys.stderr.write(line + "\\n")

unlock = Unlocker(env=os.environ, clock=Later(), password_file=None, password_command=None, ask=None, say=said,
                  runtime_dir=Path(os.environ["HOME"], "run", "colter"))
try:
    print(unlock(sys.argv[1]).vault_id)
except LockedError as error:
    print("locked:", error)
"""


@pytest.mark.parametrize("keyring", ["gnome-keyring", "kernel"])
def test_a_second_process_asks_nothing_until_the_time_is_over_or_logout(
    tmp_path: Path, opened: OpenVault, keyring: str
) -> None:
    if keyring == "kernel":
        need_kernel_keyring()
        a_second_process(bare_environment(tmp_path), opened)
    else:
        with gnome_keyring(tmp_path) as env:
            a_second_process(env, opened)


def a_second_process(env: dict[str, str], opened: OpenVault) -> None:
    def second_process(minutes: float = 0) -> str:
        argv = [sys.executable, "-c", SECOND_PROCESS, opened.header, str(minutes)]
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout.strip()

    keyring = MachineKeyring(env, LIFETIME)
    sessions = Sessions(clock=SystemClock(), keyring=keyring, runtime_dir=Path(env["HOME"], "run", "colter"))
    sessions.save(opened)
    assert second_process() == opened.vault_id
    assert second_process(29) == opened.vault_id
    assert second_process(30).startswith("locked: the master password is needed")
    sessions.save(opened)
    assert second_process() == opened.vault_id
    sessions.end(opened.vault_id)
    assert second_process().startswith("locked")
    assert keyring.read(f"session:{opened.vault_id}") is None
