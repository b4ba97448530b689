"""The predecessor's users move over without losing anything."""

from pathlib import Path

import pytest

from colter.config.schema.secretref import Form
from colter.config.settings import Settings, load_settings
from colter.core.errors import ConfigError, LockedError
from colter.core.secret import Secret
from tests.cli.running import Machine
from tests.config.opening import locked
from tests.config.predecessor import PASSWORD, TOKENS, write_predecessor

NEW = "a new and longer password"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    write_predecessor(tmp_path)
    new = tmp_path / "new-password"
    new.write_text(NEW + "\n")
    new.chmod(0o600)
    return Machine(tmp_path, {"COLTER_MASTER_PASSWORD": PASSWORD})


def read(home: Path, password: str) -> Settings:
    asked: list[str] = []

    def ask(prompt: str) -> Secret:
        asked.append(prompt)
        assert len(asked) == 1, "asked twice"
        return Secret(password)

    return load_settings(None, {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "none")}, locked, ask)


def test_its_file_is_read_as_it_is(machine: Machine) -> None:
    settings = read(machine.home, PASSWORD)
    assert [ref.form for ref in settings.config.secrets] == [Form.FERNET] * 3
    assert {ref.path[0]: settings.reveal(ref).reveal() for ref in settings.config.secrets} == TOKENS
    assert settings.config.smtp
    assert settings.config.smtp.smtp_port == 587
    assert settings.config.prometheus
    assert settings.config.prometheus.job == "ProjectTracker"
    (hint,) = settings.warnings
    assert "colter config import legacy" in hint


def test_a_wrong_password_or_a_lost_salt_is_told(machine: Machine) -> None:
    settings = read(machine.home, "not it at all")
    with pytest.raises(LockedError, match=r"github\.token: wrong master password"):
        settings.reveal(settings.config.secrets[0])
    (machine.home / ".colter_salt.bin").unlink()
    settings = read(machine.home, PASSWORD)
    with pytest.raises(ConfigError, match="salt is missing"):
        settings.reveal(settings.config.secrets[0])


def test_a_salt_that_is_no_file_is_told_in_words(machine: Machine) -> None:
    salt = machine.home / ".colter_salt.bin"
    salt.unlink()
    salt.mkdir()
    settings = read(machine.home, PASSWORD)
    with pytest.raises(ConfigError, match=rf"^{salt}: is no regular file; expected the predecessor's salt$"):
        settings.reveal(settings.config.secrets[0])


def test_where_nobody_can_be_asked_for_the_old_password_no_login_is_advised(machine: Machine) -> None:
    done = machine.inside("config", "show", "--reveal", env={"COLTER_MASTER_PASSWORD": ""})
    assert done.code == 4
    assert "hint: set COLTER_PASSWORD_COMMAND, " in done.err
    assert "colter login" not in done.err


def test_the_import_seals_the_same_secrets_anew_and_leaves_the_old_files(machine: Machine) -> None:
    old = {path: path.read_bytes() for path in machine.home.glob(".colter_*")}
    done = machine.process("config", "import", "legacy", "--new-password-file", str(machine.home / "new-password"))
    assert (done.code, done.out) == (0, ""), done.err
    assert {path: path.read_bytes() for path in old} == old

    new = machine.home / "config/colter/config.yaml"
    text = new.read_text()
    assert new.stat().st_mode & 0o777 == 0o600
    assert "gAAAA" not in text
    assert text.count("enc:v1:") == 3
    env = {"COLTER_MASTER_PASSWORD": NEW}
    for section, key in (("github", "token"), ("influxdb", "token"), ("smtp", "password")):
        shown = machine.process("config", "get", f"{section}.{key}", "--reveal", env=env)
        assert shown.out == f"{TOKENS[section]}\n", shown.err
    assert machine.process("config", "check", env=env).err == ""


def test_a_salt_that_others_can_read_or_change_is_good_enough(machine: Machine) -> None:
    (machine.home / ".colter_salt.bin").chmod(0o664)  # the predecessor's, where the umask is 002
    settings = read(machine.home, PASSWORD)
    assert settings.reveal(settings.config.secrets[0]) == Secret(TOKENS["github"])


def test_a_file_of_the_predecessors_that_others_can_read_is_warned_of(machine: Machine) -> None:
    (machine.home / ".colter_config.yaml").chmod(0o644)
    assert any("others can read it (mode 644)" in line for line in read(machine.home, PASSWORD).warnings)


def test_another_file_is_brought_over_and_to_another_place(machine: Machine) -> None:
    old = machine.home / "backup" / "old.yaml"
    old.parent.mkdir()
    (machine.home / ".colter_config.yaml").rename(old)
    named = ["--salt", str(machine.home / ".colter_salt.bin"), str(old), "-c", str(machine.home / "new.yaml")]
    done = machine.process(
        "config", "import", "legacy", *named, "--new-password-file", str(machine.home / "new-password")
    )
    assert (done.code, done.out) == (0, ""), done.err
    assert (machine.home / "new.yaml").read_text().count("enc:v1:") == 3
    assert not (machine.home / "config").exists()


def test_what_variables_set_is_brought_over_as_the_file_says_it(machine: Machine) -> None:
    env = {"COLTER_INFLUXDB__TOKEN": "another", "COLTER_SMTP__PASSWORD": "another", "GITHUB_TOKEN": "another"}
    new = str(machine.home / "new-password")
    assert machine.process("config", "import", "legacy", "--new-password-file", new, env=env).code == 0
    for section, key in (("github", "token"), ("influxdb", "token"), ("smtp", "password")):
        shown = machine.process("config", "get", f"{section}.{key}", "--reveal", env={"COLTER_MASTER_PASSWORD": NEW})
        assert shown.out == f"{TOKENS[section]}\n", shown.err


def test_where_nobody_can_be_asked_it_says_how_to_give_the_new_password(machine: Machine) -> None:
    done = machine.inside("config", "import", "legacy")
    assert done.code == 4
    assert done.err.endswith("hint: --new-password-file FILE\n")


def test_to_log_in_the_file_must_be_imported(machine: Machine) -> None:
    done = machine.inside("login")
    assert done.code == 3
    assert done.err.endswith("hint: colter config import legacy creates one\n")


def test_the_import_never_overwrites_a_configuration(machine: Machine) -> None:
    path = machine.configure("pypi: {packages: [rich]}\n")
    done = machine.inside("config", "import", "legacy")
    assert done.code == 3
    assert "is there already" in done.err
    assert path.read_text() == "pypi: {packages: [rich]}\n"


def test_an_import_that_cannot_open_a_secret_writes_nothing(machine: Machine) -> None:
    salt = machine.home / "other-salt"
    salt.write_bytes(b"x" * 16)
    new = str(machine.home / "new-password")
    done = machine.inside("config", "import", "legacy", "--salt", str(salt), "--new-password-file", new)
    assert done.code == 4
    assert not (machine.home / "config").exists()


def test_an_answer_that_was_left_empty_is_named_with_what_to_do(machine: Machine) -> None:
    old = machine.home / ".colter_config.yaml"
    old.write_text(old.read_text().replace("job: ProjectTracker", "job: ''"))
    done = machine.inside("config", "import", "legacy")
    assert done.code == 3
    assert "prometheus.job: expected one line of text, got nothing; take the key out" in done.err


def test_the_old_file_is_never_changed_by_config_set(machine: Machine) -> None:
    done = machine.inside("config", "set", "probe.timeout", "5s")
    assert done.code == 3
    assert "only read, never changed" in done.err
