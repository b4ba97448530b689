"""What is locked after a reload is tried again by itself when a password is changed, or somebody logs in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from colter.config.session.keyrings import MachineKeyring
from colter.config.session.sessions import LIFETIME, Sessions
from colter.config.vault.vault import OpenVault
from colter.core.clock import SystemClock
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.reload.test_locked import asked, private, public
from tests.vault.cheap_vault import cheap_vault
from tests.vault.keyring_daemon import need_kernel_keyring
from tests.watching.daemons import daemon, ended, log_of, until

OURS, FOREIGN = "the password of the daemon", "another password altogether"


def by_password_file(machine: Machine, _: OpenVault) -> None:
    (machine.home / "password").write_text(FOREIGN)


def by_login(machine: Machine, vault: OpenVault) -> None:
    keyring = MachineKeyring(machine.environment, LIFETIME)
    Sessions(clock=SystemClock(), keyring=keyring, runtime_dir=machine.home / "run" / "colter").save(vault)


def with_password_file(machine: Machine, _: OpenVault) -> None:
    path = machine.home / "password"
    path.write_text(OURS)
    path.chmod(0o600)
    machine.env["COLTER_PASSWORD_FILE"] = str(path)


def with_session(machine: Machine, vault: OpenVault) -> None:
    need_kernel_keyring()
    (machine.home / "run").mkdir(mode=0o700)
    machine.env["XDG_RUNTIME_DIR"] = str(machine.home / "run")
    by_login(machine, vault)


@pytest.mark.parametrize(
    ("before", "after"),
    [(with_password_file, by_password_file), (with_session, by_login)],
    ids=["password file", "session"],
)
def test_it_is_opened_without_being_asked_for(
    machine: Machine, before: Callable[[Machine, OpenVault], None], after: Callable[[Machine, OpenVault], None]
) -> None:
    ours, foreign = cheap_vault(OURS), cheap_vault(FOREIGN)
    before(machine, ours)
    with EndpointServer(reply()) as web:

        def write(vault: OpenVault, token: str) -> None:
            listed = [private("old", vault, web, token), public("fine", web)]
            machine.configure(json.dumps({"vault": vault.header, "endpoints": listed}))

        write(ours, "first")
        with daemon(machine) as process:
            until(lambda: asked(web, "old", "Bearer first"))
            write(foreign, "second")
            until(lambda: "cannot be opened" in log_of(machine))
            fine = asked(web, "fine")
            until(lambda: asked(web, "fine") > fine + 2)
            assert asked(web, "old", "second") == 0
            assert log_of(machine).count("cannot be opened") == 1
            after(machine, foreign)
            until(lambda: asked(web, "old", "Bearer second"))
            assert ended(process)[0] == 143
    assert log_of(machine).count("cannot be opened") == 1


def test_what_could_open_a_vault_has_another_version_when_it_has_changed(machine: Machine, tmp_path: Path) -> None:
    password = tmp_path / "password"
    machine.env.update(COLTER_PASSWORD_FILE=str(password), XDG_RUNTIME_DIR=str(tmp_path))
    unlocker = machine.context().unlocker
    versions = [unlocker.version()]
    for path, text in ((password, "one"), (password, "three"), (tmp_path / "colter" / "x.session", "{}")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        versions.append(unlocker.version())
    assert len({repr(each) for each in versions}) == 4
    assert unlocker.version() == versions[-1]
