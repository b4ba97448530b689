"""Unlocking: sources, then the session, then the terminal; and at once an error when there is none of them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from colter.config.session.sessions import LIFETIME
from colter.config.unlock import TRIES, Unlocker
from colter.config.vault.vault import VaultDamaged, WrongPassword
from colter.core.errors import LockedError, StateError, UsageError
from colter.core.secret import Secret
from tests.fakes.clock import FakeClock
from tests.vault.cheap_vault import cheap_vault
from tests.vault.keyring_daemon import bare_environment, need_kernel_keyring

RIGHT, WRONG = "correct horse battery", "incorrect horse battery"


class Terminal:
    """Somebody who types these lines, and reads what is said."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.prompts: list[str] = []
        self.said: list[str] = []

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


class Home:
    """A user's home with a vault, on a machine with a kernel keyring and no desktop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.vault = cheap_vault(RIGHT)

    def unlocker(self, terminal: Terminal | None = None, **env: str) -> Unlocker:
        return Unlocker(
            env={**bare_environment(self.folder), **env},
            clock=self.clock,
            password_file=None,
            password_command=None,
            ask=terminal.ask if terminal else None,
            say=terminal.said.append if terminal else pytest.fail,
            runtime_dir=self.folder / "run",
        )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    need_kernel_keyring()
    made = Home(tmp_path)
    yield made
    sessions = made.unlocker().sessions
    if sessions:
        sessions.end(made.vault.vault_id)


def test_the_password_is_asked_once_and_then_not_for_thirty_minutes(home: Home) -> None:
    terminal = Terminal(RIGHT)
    unlock = home.unlocker(terminal)
    assert unlock(home.vault.header) is unlock(home.vault.header)
    assert home.unlocker()(home.vault.header).vault_id == home.vault.vault_id
    home.clock.advance(LIFETIME)
    with pytest.raises(LockedError):
        home.unlocker()(home.vault.header)
    assert (terminal.prompts, terminal.said) == (["Master password"], [])


def test_a_typing_error_is_forgiven_twice(home: Home) -> None:
    terminal = Terminal(WRONG, "", RIGHT)
    home.unlocker(terminal)(home.vault.header)
    assert terminal.prompts == ["Master password", "Wrong. Master password", "Wrong. Master password"]


def test_three_wrong_passwords_are_enough_and_begin_no_session(home: Home) -> None:
    terminal = Terminal(*[WRONG] * TRIES, RIGHT)
    with pytest.raises(WrongPassword):
        home.unlocker(terminal)(home.vault.header)
    assert terminal.lines == [RIGHT]
    with pytest.raises(LockedError):
        home.unlocker()(home.vault.header)


def test_closing_the_input_is_an_expected_end(home: Home) -> None:
    with pytest.raises(LockedError, match="no master password was entered"):
        home.unlocker(Terminal())(home.vault.header)


def test_with_nobody_to_ask_it_fails_and_names_the_ways(home: Home) -> None:
    with pytest.raises(LockedError) as caught:
        home.unlocker()(home.vault.header)
    for way in ("colter login", "COLTER_PASSWORD_COMMAND", "COLTER_PASSWORD_FILE", "COLTER_MASTER_PASSWORD"):
        assert way in str(caught.value.hint)


def test_a_source_goes_before_session_and_prompt_and_leaves_no_session(home: Home) -> None:
    terminal = Terminal()
    home.unlocker(terminal, COLTER_MASTER_PASSWORD=RIGHT)(home.vault.header)
    assert terminal.prompts == []
    with pytest.raises(LockedError):
        home.unlocker()(home.vault.header)


def test_a_wrong_password_from_a_source_is_told_with_its_source_and_nobody_is_asked(home: Home) -> None:
    terminal = Terminal(RIGHT)
    with pytest.raises(WrongPassword, match="from COLTER_MASTER_PASSWORD") as caught:
        home.unlocker(terminal, COLTER_MASTER_PASSWORD=WRONG)(home.vault.header)
    assert WRONG not in repr(caught.value)
    assert terminal.prompts == []


def test_a_damaged_header_is_told_before_anybody_types(home: Home) -> None:
    terminal = Terminal(RIGHT)
    with pytest.raises(VaultDamaged):
        home.unlocker(terminal)(home.vault.header[:-1])
    assert terminal.prompts == []


@pytest.mark.parametrize("value", ["true", "1", "woodpecker"])
def test_on_a_ci_machine_there_is_no_session(home: Home, value: str) -> None:
    unlock = home.unlocker(Terminal(RIGHT), CI=value)
    unlock(home.vault.header)
    assert unlock.sessions is None
    assert not (home.folder / "run").exists()
    with pytest.raises(UsageError):
        unlock.login(home.vault.header)


def test_without_a_keyring_it_works_and_says_so_in_one_line(home: Home) -> None:
    terminal = Terminal(RIGHT)
    home.unlocker(terminal, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")(home.vault.header)
    assert terminal.said == ["no session: the keyring keyring.backends.null.Keyring does not protect what it keeps"]


def test_login_checks_the_password_begins_a_session_and_tells_its_end(home: Home) -> None:
    assert home.unlocker(Terminal(WRONG, RIGHT)).login(home.vault.header) == home.clock.now() + LIFETIME
    assert home.unlocker()(home.vault.header).vault_id == home.vault.vault_id


def test_login_asks_although_there_is_a_session(home: Home) -> None:
    home.unlocker(Terminal(RIGHT)).login(home.vault.header)
    home.clock.advance(LIFETIME / 2)
    assert home.unlocker(Terminal(RIGHT)).login(home.vault.header) == home.clock.now() + LIFETIME


def test_login_without_a_keyring_is_an_error(home: Home) -> None:
    unlock = home.unlocker(Terminal(RIGHT), PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    with pytest.raises(StateError, match="does not protect"):
        unlock.login(home.vault.header)


def test_login_takes_the_password_from_a_source(home: Home) -> None:
    home.unlocker(COLTER_MASTER_PASSWORD=RIGHT).login(home.vault.header)
    assert home.unlocker()(home.vault.header).vault_id == home.vault.vault_id


def test_a_password_that_is_not_checked_here_comes_from_the_same_places(home: Home) -> None:
    terminal = Terminal("typed")
    assert home.unlocker(terminal).password("Password of the old file") == Secret("typed")
    assert home.unlocker(terminal).given() is None
    given = home.unlocker(terminal, COLTER_MASTER_PASSWORD="given")
    assert (given.password("Password"), given.given()) == (Secret("given"), Secret("given"))
    assert terminal.prompts == ["Password of the old file"]
    with pytest.raises(LockedError):
        home.unlocker().password("Password")


def test_no_core_dump_is_left_of_a_process_that_has_opened_a_vault(home: Home) -> None:
    script = (
        "import os, resource, sys\n"
        "from colter.config.unlock import Unlocker; from colter.core.clock import SystemClock\n"
        "unlock = Unlocker(env=os.environ, clock=SystemClock(), password_file=None, password_command=None, ask=None,\n"
        "                  say=print, runtime_dir=None)\n"
        "unlock(sys.argv[1]); print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "import ctypes; print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    env = {**bare_environment(home.folder), "COLTER_MASTER_PASSWORD": RIGHT}
    argv = [sys.executable, "-c", script, home.vault.header]
    assert subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout == "(0, 0)\ndumpable 0\n"


def test_importing_the_unlocker_loads_no_cryptography_and_no_keyring() -> None:
    script = (
        "import sys, colter.config.unlock\n"
        "print([name for name in sys.modules if name.startswith(('cryptography', 'keyring', 'pydantic', 'yaml'))])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
