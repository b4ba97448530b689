"""`colter config` and secrets: sealed, shown, kept, taken along."""

import pytest

from tests.cli.running import Machine
from tests.config.typing_in import CANARY, START, changed


def test_sealing_changes_the_secrets_and_adds_the_vault(machine: Machine) -> None:
    path = machine.configure(START)
    done = machine.inside("config", "seal")
    assert (done.code, done.err.splitlines()[-1]) == (0, "2 sealed")
    before, after = START.splitlines(), path.read_text().splitlines()
    assert [number for number, line in enumerate(before) if line != after[number]] == [2, 7]
    assert after[2].endswith("   # from the office")
    assert after[len(before)].startswith("vault: ")
    assert CANARY not in path.read_text()
    assert machine.inside("config", "get", "endpoints.api.request.auth.bearer", "--reveal").out == f"{CANARY}\n"
    assert machine.inside("config", "check").err == ""


def test_a_change_of_the_address_by_colter_takes_the_secret_along(machine: Machine) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    assert machine.inside("config", "set", "endpoints.api.url", "https://new.example.org").code == 0
    assert machine.inside("config", "set", "endpoints.api.name", "renamed").code == 0
    key = "endpoints.renamed.request.auth.bearer"
    assert machine.inside("config", "get", key, "--reveal").out == f"{CANARY}\n"

    path.write_text(path.read_text().replace("new.example.org", "evil.example.org"))
    refused = machine.inside("config", "get", key, "--reveal")
    assert (refused.code, refused.out) == (3, "")
    assert "colter config reseal" in refused.err
    assert machine.inside("config", "reseal", key, "--was", "https://wrong.example.org").code != 0
    assert machine.inside("config", "reseal", key, "--was", "https://new.example.org").code == 0
    assert machine.inside("config", "get", key, "--reveal").out == f"{CANARY}\n"


def test_a_secret_is_sealed_at_once_where_there_is_a_vault(machine: Machine) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    done = machine.process("config", "set", "github.token", "-", stdin="canary-new\n")
    assert (done.code, done.out, done.err) == (0, "", "")
    loud = machine.inside("config", "set", "smtp.password", "canary-argv")
    assert "seen by others" in loud.err
    assert "canary" not in path.read_text()
    assert machine.inside("config", "get", "github.token", "--reveal").out == "canary-new\n"


@pytest.mark.parametrize("kind", ["slack", "webhook", "alertmanager", "ntfy", "apprise"])
@pytest.mark.parametrize("vault", [True, False], ids=["vault", "no vault"])
def test_the_address_of_a_channel_can_be_a_secret(machine: Machine, kind: str, vault: bool) -> None:
    channel = f"{{type: {kind}, url: 'https://hooks.example.org/old'}}"
    path = machine.configure(f"github: {{token: t}}\nalerts: {{channels: {{new: {channel}}}}}\n")
    if vault:
        machine.inside("config", "seal")
    done = machine.process("config", "set", "alerts.channels.new.url", "-", stdin="https://hooks.example.org/canary")
    assert done.code == 0, done.err
    assert ("canary" in path.read_text()) != vault
    got = machine.inside("config", "get", "alerts.channels.new.url", "--reveal")
    assert got.out == "https://hooks.example.org/canary\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("smtp", "{smtp_server: m.example.org, sender: a@b, recipient: a@b, password: canary-new}"),
        ("alerts.channels.chat", "{type: slack, url: 'https://hooks.example.org/canary-new'}"),
        ("pypi.index_url", "https://me:canary-new@pypi.example.org/simple"),
        ("endpoints.new", "{url: 'https://n.example.org', request: {headers: {cookie: canary-new}}}"),
    ],
)
def test_a_secret_within_a_section_is_sealed_too(machine: Machine, key: str, value: str) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    done = machine.inside("config", "set", key, value)
    assert done.code == 0, done.err
    assert "canary" not in path.read_text()
    assert machine.inside("config", "check").err == ""


def test_a_secret_of_the_environment_is_never_written(machine: Machine) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    env = {"COLTER_INFLUXDB__TOKEN": "canary-env"}
    value = "{url: 'https://i.example.org', org: o, bucket: b}"
    for new in (value, value.replace("i.", "j.")):
        assert machine.inside("config", "set", "influxdb", new, env=env).code == 0
    assert "token" not in path.read_text().partition("influxdb")[2]


def test_a_variable_is_kept_as_a_variable(machine: Machine) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    assert machine.inside("config", "set", "github.token", "${GH}").code == 0
    assert '"${GH}"' in path.read_text()
    assert machine.inside("config", "get", "github.token", "--reveal", env={"GH": "x"}).out == "x\n"


def test_a_new_password_changes_one_line_and_a_new_key_changes_every_secret(machine: Machine) -> None:
    path = machine.configure(START)
    machine.inside("config", "seal")
    sealed = path.read_text()
    fresh = machine.home / "fresh"
    fresh.write_text("another good password")
    fresh.chmod(0o600)
    assert machine.inside("config", "passwd", "--new-password-file", str(fresh)).code == 0
    after = path.read_text()
    assert [line[:7] for line in changed(sealed, after)] == ["-vault:", "+vault:"]
    key = "github.token"
    assert machine.inside("config", "get", key, "--reveal").code == 4
    env = {"COLTER_MASTER_PASSWORD": "another good password"}
    assert machine.inside("config", "get", key, "--reveal", env=env).out == f"{CANARY}\n"

    assert machine.inside("config", "rekey", env=env).code == 0
    assert len(changed(after, path.read_text())) == 6
    assert machine.inside("config", "get", key, "--reveal", env=env).out == f"{CANARY}\n"


def test_a_password_that_is_too_short_makes_no_vault(machine: Machine) -> None:
    path = machine.configure(START)
    done = machine.inside("config", "seal", env={"COLTER_MASTER_PASSWORD": "short"})
    assert done.code == 2
    assert path.read_text() == START


SHOWN = """\
github: {token: "${GH:-canary-4f1b}"}
smtp: {smtp_server: m, sender: a@b, recipient: a@b, password: "pa$${s canary-4f1b"}
influxdb: {url: "http://x", org: o, bucket: b, token: "canary-4f1b${X}"}
pypi: {index_url: "https://me:canary-4f1b@pypi.example.org/simple"}
endpoints:
  - name: api
    url: https://api.example.org/${X}
    request: {method: POST, body: "pin=${PIN}", headers: {x-pin: "${PIN}"}}
"""


def test_what_is_shown_holds_no_part_of_a_secret_and_no_variables_value(machine: Machine) -> None:
    machine.configure(SHOWN)
    env = {"X": "x", "PIN": CANARY}
    for command in (["show"], ["show", "--effective"], ["get", "endpoints"], ["get", "smtp.password"], ["get", "pypi"]):
        done = machine.inside("config", *command, env=env)
        assert done.code == 0, done.err
        assert CANARY not in done.out + done.err, command
    assert machine.inside("config", "get", "endpoints.api.url", env=env).out == "https://api.example.org/${X}\n"
    sealed = machine.inside("config", "seal", env=env)
    assert sealed.err.splitlines()[-1] == "2 sealed", "the password and the index; the others have variables"
    assert machine.inside("config", "get", "smtp.password", "--reveal", env=env).out == f"pa${{s {CANARY}\n"
