"""Whoever can write to the file, or sets the environment, cannot have a sealed secret sent somewhere else."""

from pathlib import Path

import pytest

from tests.cli.running import Machine
from tests.config.predecessor import PASSWORD as OLD_PASSWORD
from tests.config.predecessor import write_predecessor

CANARY = "canary-51d0aa"
PASSWORD = "correct horse battery staple"
START = """\
github:
  token: canary-51d0aa
  targets: [a/b]
influxdb: {url: "http://influx.example.com:8086", org: o, bucket: b, token: canary-51d0aa}
smtp: {smtp_server: mail.example.org, sender: a@example.org, recipient: a@example.org, password: canary-51d0aa}
endpoints:
  - name: api
    url: https://api.example.org
    request: {auth: {bearer: canary-51d0aa}, headers: {x-key: plain, authorization: canary-51d0aa}}
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, {"COLTER_MASTER_PASSWORD": PASSWORD, "CI": "1"})


@pytest.fixture
def path(machine: Machine) -> Path:
    path = machine.configure(START)
    assert machine.inside("config", "seal").code == 0
    assert CANARY not in path.read_text()
    return path


EDITS = [
    ("influxdb.token", "influx.example.com", "evil.example.com"),
    ("influxdb.token", "8086", "8087"),
    ("influxdb.token", "http://influx", "https://influx"),
    ("github.token", "  targets: [a/b]", "  targets: [a/b]\n  api_url: https://evil.example.com"),
    ("smtp.password", "mail.example.org,", "mail.example.org, smtp_port: 25,"),
    ("endpoints.api.request.auth.bearer", "https://api.example.org", "http://api.example.org"),
    ("endpoints.evil.request.auth.bearer", "name: api", "name: evil"),
    ("endpoints.api.request.headers.x-key", "x-key: plain, authorization:", "x-key:"),
]


@pytest.mark.parametrize(("key", "old", "new"), EDITS)
def test_an_edited_destination_or_place_is_refused(machine: Machine, path: Path, key: str, old: str, new: str) -> None:
    text = path.read_text()
    path.write_text(text.replace(old, new))
    assert path.read_text() != text
    done = machine.inside("config", "get", key, "--reveal")
    assert (done.code, done.out) == (3, "")
    assert f"{key}: the value was altered, or sealed for another place or destination" in done.err
    assert f"colter config reseal {key}" in done.err


@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("github.token", "COLTER_GITHUB__API_URL"),
        ("influxdb.token", "COLTER_INFLUXDB__URL"),
        ("endpoints.api.request.auth.bearer", "COLTER_ENDPOINTS__API__URL"),
        ("smtp.password", "COLTER_SMTP__SMTP_SERVER"),
    ],
)
def test_a_destination_from_the_environment_gets_no_sealed_secret(
    machine: Machine, path: Path, key: str, variable: str
) -> None:
    evil = "evil.example.com" if "SMTP" in variable else "http://evil.example.com"
    done = machine.inside("config", "get", key, "--reveal", env={variable: evil})
    assert (done.code, done.out) == (3, "")
    assert "evil.example.com" in done.err
    assert machine.inside("config", "get", key, "--reveal").out == f"{CANARY}\n"
    assert path.exists()


def test_a_variable_in_an_address_decides_the_destination_too(machine: Machine, path: Path) -> None:
    path.write_text(path.read_text().replace("influx.example.com", "${HOST:-influx.example.com}"))
    assert machine.inside("config", "get", "influxdb.token", "--reveal").out == f"{CANARY}\n"
    done = machine.inside("config", "get", "influxdb.token", "--reveal", env={"HOST": "evil.example.com"})
    assert (done.code, done.out) == (3, "")


def test_the_master_password_stands_in_no_text(machine: Machine) -> None:
    machine.configure("github: {api_url: 'https://e.example.org/${COLTER_MASTER_PASSWORD}'}\n")
    done = machine.inside("config", "show", "--effective", env={"COLTER_MASTER_PASSWORD": CANARY})
    assert done.code == 3
    assert "COLTER_MASTER_PASSWORD is for the vault alone" in done.err
    assert CANARY not in done.out + done.err


def test_without_its_vault_line_a_file_gets_no_new_secret_in_clear_text(machine: Machine, path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("vault")))
    before = path.read_text()
    for command in (["set", "influxdb.token", "x"], ["seal"], ["passwd"], ["rekey"]):
        done = machine.inside("config", *command)
        assert done.code == 3, command
        assert "the file has no vault line" in done.err
    assert path.read_text() == before
    assert "no vault line to open it with" in machine.inside("config", "check").err


def test_a_secret_of_the_predecessor_is_opened_in_its_own_file_only(machine: Machine, path: Path) -> None:
    old = write_predecessor(machine.home)
    token = next(line.split()[-1] for line in old.read_text().splitlines() if "token: gAAAA" in line)
    (path.parent / ".colter_salt.bin").write_bytes((machine.home / ".colter_salt.bin").read_bytes())
    path.write_text(f"influxdb: {{url: 'http://evil.example.com', org: o, bucket: b, token: {token}}}\n")
    env = {"COLTER_MASTER_PASSWORD": OLD_PASSWORD}
    done = machine.inside("config", "get", "influxdb.token", "--reveal", env=env)
    assert (done.code, done.out) == (3, "")
    assert "colter config import legacy" in done.err


def test_a_sealed_value_copied_elsewhere_does_not_stop_other_changes(machine: Machine, path: Path) -> None:
    sealed = next(line for line in path.read_text().splitlines() if line.startswith("  token")).split()[-1]
    path.write_text(path.read_text() + f"database: {{driver: sqlite, name: x, password: {sealed}}}\n")
    assert machine.inside("config", "set", "probe.timeout", "5s").code == 0
    assert machine.inside("config", "get", "github.token", "--reveal").out == f"{CANARY}\n"
    assert machine.inside("config", "get", "database.password", "--reveal").code == 3
