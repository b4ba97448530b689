"""The password of the vault from where systemd puts it (`LoadCredential=`), for a daemon whose secrets are sealed."""

import json
from pathlib import Path

import pytest

from colter.config.vault.vault import create
from colter.core.secret import Secret
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import daemon, ended, log_of, until

PASSWORD = "the password of the service"
TOKEN = "canary-of-the-service"


@pytest.fixture
def credentials(machine: Machine, tmp_path: Path) -> Path:
    """The folder that systemd makes; the password is not in it yet."""
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    machine.env["CREDENTIALS_DIRECTORY"] = str(folder)
    return folder


def configure(machine: Machine, web: EndpointServer) -> None:
    vault = create(Secret(PASSWORD))
    sealed = vault.seal(("endpoints", "api", "request", "auth", "bearer"), web.url(""), Secret(TOKEN))
    endpoint = {"name": "api", "url": web.url("/"), "interval": "1s", "request": {"auth": {"bearer": sealed}}}
    machine.configure(json.dumps({"vault": vault.header, "endpoints": [endpoint]}))


def hand_over(folder: Path, password: str, mode: int) -> None:
    file = folder / "colter.password"
    file.write_text(password)
    file.chmod(mode)
    folder.chmod(0o500)


# 0440 is how the access list shows by which systemd lets the user of a service read it.
@pytest.mark.parametrize("mode", [0o400, 0o440], ids=["0400", "0440"])
def test_the_daemon_opens_its_secrets_with_what_systemd_hands_it(
    machine: Machine, credentials: Path, mode: int
) -> None:
    hand_over(credentials, f"{PASSWORD}\n", mode)
    with EndpointServer(reply()) as web:
        configure(machine, web)
        with daemon(machine) as process:
            until(lambda: any(f"Bearer {TOKEN}".encode() in each for each in web.requests))
            code, said, _ = ended(process)
    assert code == 143
    told = said + log_of(machine)
    assert PASSWORD not in told
    assert TOKEN not in told


@pytest.mark.parametrize(("password", "mode"), [("another one", 0o400), (PASSWORD, 0o444)], ids=["wrong", "for all"])
def test_with_a_credential_that_is_of_no_use_it_does_not_begin(
    machine: Machine, credentials: Path, password: str, mode: int
) -> None:
    """With the code for which the unit does not start it again: the same would come of it."""
    hand_over(credentials, password, mode)
    with EndpointServer(reply()) as web:
        configure(machine, web)
        done = machine.process("--no-input", "daemon", "--listen", "off")
        assert (done.code, web.requests) == (4, [])
    assert str(credentials / "colter.password") in done.err


def test_without_the_credential_it_asks_nobody_and_says_what_is_missing(machine: Machine, credentials: Path) -> None:
    with EndpointServer(reply()) as web:
        configure(machine, web)
        done = machine.process("--no-input", "daemon", "--listen", "off")
    assert done.code == 4
    assert "password" in done.err
