"""Which file counts, what the environment adds, and how secrets are opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from colter.config.file import ConfigFile
from colter.config.paths import config_path, log_file, new_config_path, runtime_dir, state_dir
from colter.config.schema.secretref import Form
from colter.config.settings import load_settings
from colter.config.vault.vault import SealedValueError
from colter.config.yaml.document import load_document
from colter.core.errors import ConfigError, VaultError
from colter.core.secret import Secret
from tests.config.opening import load, locked, opened, vault

MAIL = {
    "COLTER_SMTP__SMTP_SERVER": "mail.example.org",
    "COLTER_SMTP__SMTP_PORT": "2525",
    "COLTER_SMTP__PASSWORD": "12345678",
    "COLTER_SMTP__SENDER": "a@example.org",
    "COLTER_SMTP__RECIPIENT": "b@example.org",
}


def test_the_file_is_the_named_one_else_the_users_else_the_predecessors(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    legacy, usual, named, given = (
        tmp_path / ".colter_config.yaml",
        tmp_path / "config/colter/config.yaml",
        tmp_path / "named.yaml",
        tmp_path / "given.yaml",
    )
    assert config_path(None, env) is None
    assert new_config_path(None, env) == usual
    usual.parent.mkdir(parents=True)
    for path in (legacy, usual):
        path.touch()
        assert config_path(None, env) == path
    env["COLTER_CONFIG"] = str(named)
    with pytest.raises(ConfigError, match="no such file"):
        config_path(None, env)
    named.touch()
    assert config_path(None, env) == named
    given.touch()
    assert config_path(given, env) == given


def test_a_user_without_a_home_has_no_configuration(tmp_path: Path) -> None:
    script = (
        "import pwd; from colter.config.paths import config_path\n"
        "pwd.getpwuid = {}.__getitem__\n"
        "print(config_path(None, {}))"
    )
    env = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_state_log_and_runtime_follow_the_environment() -> None:
    env = {"XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/7"}
    assert state_dir(env) == Path("/s/colter")
    assert state_dir({**env, "COLTER_STATE": "/elsewhere"}) == Path("/elsewhere")
    assert log_file(env) == Path("/s/colter/log/colter.log")
    assert runtime_dir(env) == Path("/run/user/7/colter")
    assert runtime_dir({}) is None
    assert runtime_dir({"XDG_RUNTIME_DIR": "relative"}) is None


def test_without_any_file_there_are_the_defaults_and_no_warning(tmp_path: Path) -> None:
    settings = load_settings(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}, locked)
    assert settings.path is None
    assert settings.config.endpoints == []
    assert settings.warnings == []


def test_every_kind_of_key_can_be_set_by_the_environment(tmp_path: Path) -> None:
    env = {
        **MAIL,
        "COLTER_PYPI__PACKAGES": "requests, httpx",
        "COLTER_GITHUB__TARGETS": "[a/b, 'c/*']",
        "COLTER_GITHUB__WITH": "ci",
        "COLTER_PROBE__TLS__WARN": "30d",
        "COLTER_ENDPOINTS__MY_API__TIMEOUT": "7s",
        "COLTER_ENDPOINTS__EXAMPLE_ORG__CONFIRM": "0",
    }
    settings = load(tmp_path, "endpoints: [{name: my-api, url: 'https://x'}, 'https://example.org']", env)
    config = settings.config
    assert config.smtp
    assert config.smtp.smtp_port == 2525
    assert [settings.reveal(ref).reveal() for ref in config.secrets] == ["12345678"]
    assert config.pypi.packages == ["requests", "httpx"]
    assert config.github.targets == ["a/b", "c/*"]
    assert config.github.with_ == ["ci"]
    assert config.probe.tls.warn.days == 30
    assert config.endpoints[0].timeout
    assert config.endpoints[0].timeout.seconds == 7
    assert config.endpoints[1].confirm == 0
    assert settings.warnings == []


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"COLTER_GITHUB__TOKKEN": "x"}, "environment: COLTER_GITHUB__TOKKEN: github.tokken: there is no such key"),
        ({"COLTER_LOG__LEVEL": "loud"}, "environment: COLTER_LOG__LEVEL: log.level: expected 'debug'"),
        ({"COLTER_PROBE__TIMEOUT": "5"}, "environment: COLTER_PROBE__TIMEOUT: probe.timeout: expected a duration"),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path, env: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, "", env)
    assert str(refusal.value).startswith(said)


def test_the_environments_github_token_goes_to_github_only_and_replaces_nothing(tmp_path: Path) -> None:
    env = {"GITHUB_TOKEN": "ghp_x"}
    settings = load(tmp_path, "", env)
    assert settings.config.github.token
    assert settings.reveal(settings.config.github.token) == Secret("ghp_x")
    assert load(tmp_path, "github: {api_url: 'https://ghe.example.org/api/v3'}", env).config.github.token is None
    own = load(tmp_path, "github: {token: '${OWN}'}", {**env, "OWN": "mine"})
    assert own.config.github.token
    assert own.reveal(own.config.github.token) == Secret("mine")


def test_variables_stand_in_texts_numbers_and_secrets(tmp_path: Path) -> None:
    text = """
        smtp: {smtp_server: '${HOST}', smtp_port: '${PORT:-2525}', sender: a@b, recipient: a@b, password: 'x${PW}'}
        log: {level: '${LEVEL:-info}', file: '$${HOME}/x.log'}
        """
    settings = load(tmp_path, text, {"HOST": "mail.example.org", "PW": "y", "LEVEL": ""})
    smtp = settings.config.smtp
    assert smtp
    assert (smtp.smtp_server, smtp.smtp_port) == ("mail.example.org", 2525)
    assert settings.config.log.level == "info"
    assert settings.config.log.file == "${HOME}/x.log"
    assert smtp.password
    assert settings.reveal(smtp.password) == Secret("xy")


def test_a_variable_that_is_not_set_is_an_error_where_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:1:13: log\.file: the environment variable NOWHERE is not set"):
        load(tmp_path, "log: {file: '${NOWHERE}'}")
    settings = load(tmp_path, "github: {token: '${NOWHERE}'}")  # a command that needs no token is not disturbed
    assert settings.config.github.token
    with pytest.raises(ConfigError, match=r"1:17: github\.token: the environment variable NOWHERE is not set"):
        settings.reveal(settings.config.github.token)


def sealed_file(tmp_path: Path) -> ConfigFile:
    text = f"vault: {vault().header!r}\ninfluxdb: {{url: 'http://influx.example.org:8086', org: a, bucket: b}}\n"
    path = tmp_path / "config.yaml"
    path.write_text(text)
    path.chmod(0o600)
    file = ConfigFile(path, load_document(path), {}, opened)
    file.write(file.with_secret(("influxdb", "token"), Secret("hunter2")))
    return ConfigFile(path, load_document(path), {}, opened)


def test_a_sealed_secret_is_opened_only_when_asked_for_and_told_to_the_masks(tmp_path: Path) -> None:
    file = sealed_file(tmp_path)
    assert "hunter2" not in file.path.read_text()
    load_settings(file.path, {}, locked)
    settings = file.settings()
    told: list[Secret] = []
    settings.on_reveal = told.append
    (ref,) = settings.config.secrets
    assert ref.form is Form.SEALED
    assert settings.reveal(ref) == Secret("hunter2")
    assert told == [Secret("hunter2")]
    assert "hunter2" not in repr(settings.config) + repr(told)
    assert settings.warnings == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("influx.example.org", "evil.example.org"),
        ("8086", "8087"),
        ("http:", "https:"),
    ],
)
def test_a_secret_does_not_follow_an_address_that_was_edited(tmp_path: Path, old: str, new: str) -> None:
    file = sealed_file(tmp_path)
    file.path.write_text(file.path.read_text().replace(old, new, 1))
    settings = load_settings(file.path, {}, opened)
    with pytest.raises(SealedValueError, match=r"influxdb\.token"):
        settings.reveal(settings.config.secrets[0])


def test_a_secret_that_was_moved_to_another_place_is_refused(tmp_path: Path) -> None:
    file = sealed_file(tmp_path)
    sealed = file.settings().config.secrets[0].raw
    file.path.write_text(file.path.read_text() + f"github: {{token: {sealed!r}}}\n")
    settings = load_settings(file.path, {}, opened)
    assert settings.config.github.token
    with pytest.raises(SealedValueError):
        settings.reveal(settings.config.github.token)


def test_a_sealed_secret_without_its_vault_line_says_so(tmp_path: Path) -> None:
    settings = load(tmp_path, "github: {token: 'enc:v1:abc'}")
    with pytest.raises(VaultError, match="no vault line"):
        settings.reveal(settings.config.secrets[0])


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = sealed_file(tmp_path)
    file.path.write_text("pypi: {packages: [theirs]}\n")
    with pytest.raises(ConfigError, match="somebody else changed it meanwhile"):
        file.write(file.document)
    assert file.path.read_text() == "pypi: {packages: [theirs]}\n"


def test_clear_text_and_an_open_file_are_warned_about(tmp_path: Path) -> None:
    load(tmp_path, "github: {token: ghp_x}")
    path = tmp_path / "config.yaml"
    path.chmod(0o666)
    warnings = load_settings(path, {}, locked).warnings
    assert "others can change it (mode 666)" in warnings[0]
    assert "config.yaml:1:17: github.token: a secret in clear text" in warnings[1]
    path.chmod(0o644)
    assert "others can read it" in load_settings(path, {}, locked).warnings[0]
    path.write_text("pypi: {packages: [requests]}")
    assert load_settings(path, {}, locked).warnings == []


def test_reading_a_configuration_imports_neither_the_vault_nor_a_keyring(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("pypi: {packages: [requests]}")
    script = (
        "import sys; from pathlib import Path; from colter.config.settings import load_settings\n"
        f"load_settings(Path({str(path)!r}), {{}}, None)\n"
        "print([name for name in ('cryptography', 'keyring', 'httpx', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
