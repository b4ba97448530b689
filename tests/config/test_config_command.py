"""`colter config`, as it is typed."""

import json
import shutil
import subprocess
from pathlib import Path

import pexpect
import pytest

from tests.cli.running import PROGRAM, Machine
from tests.config.typing_in import CANARY, PASSWORD, START, changed


def test_path_names_the_file_that_is_there_or_would_be(machine: Machine) -> None:
    expected = machine.home / "config/colter/config.yaml"
    assert machine.inside("config", "path").out == f"{expected}\n"
    other = machine.home / "other.yaml"
    assert machine.inside("-c", str(other), "config", "path").code == 3
    machine.configure("")
    assert machine.inside("config", "path").out == f"{expected}\n"


def test_set_makes_the_file_and_get_reads_it(machine: Machine) -> None:
    assert machine.inside("config", "set", "pypi.packages", "requests,httpx").code == 0
    assert machine.inside("config", "set", "endpoints.shop.url", "https://shop.example.org").code == 0
    assert machine.inside("config", "get", "pypi.packages").out == "[requests, httpx]\n"
    assert machine.inside("config", "get", "endpoints.shop.url").out == "https://shop.example.org\n"
    assert machine.inside("config", "get", "endpoints.shop.timeout").out == "null\n"
    assert machine.inside("config", "get", "probe.timeout").out == "10s\n"
    assert machine.inside("config", "get", "probe.down_after").out == "3\n"
    path = machine.home / "config/colter/config.yaml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert machine.inside("config", "unset", "endpoints.shop").code == 0
    assert path.read_text() == "pypi:\n  packages: [requests, httpx]\n"


def test_set_makes_a_file_that_was_named_and_is_not_there(machine: Machine) -> None:
    path = machine.home / "new" / "colter.yaml"
    assert machine.inside("config", "set", "probe.timeout", "5s", env={"COLTER_CONFIG": str(path)}).code == 0
    assert path.read_text() == "probe:\n  timeout: 5s\n"


def test_a_change_is_one_line(machine: Machine) -> None:
    path = machine.configure(START)
    assert machine.inside("config", "set", "endpoints.api.timeout", "5s").code == 0
    assert changed(START, path.read_text()) == ["+    timeout: 5s"]
    assert machine.inside("config", "unset", "endpoints.api.timeout").code == 0
    assert path.read_text() == START
    assert machine.inside("config", "set", "endpoints.example.org/health.timeout", "5s").code == 0
    assert machine.inside("config", "get", "endpoints.example.org/health.timeout").out == "5s\n"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["set", "probe.timeot", "3s"], 2, "there is no such key; did you mean 'timeout'?"),
        (["set", "probe.timeout", "3"], 3, "probe.timeout: expected a duration"),
        (["set", "endpoints.api.url", "https://x:99999"], 3, "endpoints.api.url: expected a port"),
        (["set", "..", "3"], 2, "expected a key such as"),
        (["set", "probe.timeout"], 4, "cannot ask for: probe.timeout"),
        (["unset", "probe.timeout"], 3, "probe.timeout is not set"),
        (["get", "probe.nothing"], 2, "there is no such key"),
        (["get", "endpoints.apis.url"], 2, "endpoints.apis: there is none of that name; did you mean 'api'?"),
        (["get", "endpoints.nosuch"], 2, "known are api, example.org/health"),
        (["get", "alerts.channels.ops.type"], 2, "alerts.channels.ops: there is none of that name; there are none"),
        (["get", "github.targets.1"], 2, "github.targets.1: there is none of that name; known are 0"),
        (["init"], 2, "there is nobody to answer"),
        (["passwd"], 3, "there is no vault yet"),
        (["rekey"], 3, "there is no vault yet"),
        (["reseal", "smtp.password"], 2, "no secret stands here"),
        (["check", "/nowhere.yaml"], 3, "no such file"),
        (["edit"], 2, "no editor is set"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    machine: Machine, command: list[str], code: int, said: str
) -> None:
    path = machine.configure(START)
    done = machine.inside("config", *command)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert path.read_text() == START


def test_a_broken_file_can_be_mended_with_set(machine: Machine) -> None:
    path = machine.configure("probe: {timeout: 3}\n")
    assert machine.inside("config", "check").code == 3
    assert machine.inside("config", "set", "probe.timeout", "3s").code == 0
    assert path.read_text() == "probe: {timeout: 3s}\n"


def test_check_tells_what_there_is_and_the_schema_is_json(machine: Machine) -> None:
    machine.configure(START)
    done = machine.inside("config", "check")
    assert "good (1 targets, 0 packages, 2 endpoints, 2 secrets)" in done.out
    assert "config.yaml:3:10: github.token: a secret in clear text" in done.err
    assert json.loads(machine.inside("config", "schema").out)["properties"]["github"]


def test_show_hides_secrets_and_tells_what_the_environment_adds(machine: Machine) -> None:
    machine.configure(START)
    env = {"COLTER_PROBE__TIMEOUT": "7s"}
    shown = machine.inside("config", "show", env=env).out
    assert "timeout: 7s" in shown
    assert "••••" in shown
    assert CANARY not in shown + machine.inside("config", "show", "--effective").out
    assert shown.count(CANARY) == 0
    assert machine.inside("config", "show", "--reveal").out.count(CANARY) == 2


def test_edit_replaces_the_file_only_with_a_right_one(machine: Machine) -> None:
    path = machine.configure(START)
    done = machine.inside("config", "edit", env={"EDITOR": "sed -i s#a/b#c/d#"})
    assert (done.code, changed(START, path.read_text())) == (0, ["-  targets: [a/b]", "+  targets: [c/d]"]), done.err
    kept = path.read_text()
    broken = machine.inside("config", "edit", env={"EDITOR": "sed -i s/targets/target/"})
    assert broken.code == 3
    assert "did you mean 'targets'?" in broken.err
    draft = Path(broken.err.split("kept in ")[1].split(";")[0])
    assert "target: [c/d]" in draft.read_text()
    shutil.rmtree(draft.parent)
    assert path.read_text() == kept
    assert machine.inside("config", "edit", env={"EDITOR": "false"}).code == 2
    assert "nothing was changed" in machine.inside("config", "edit", env={"EDITOR": "true"}).err
    assert path.read_text() == kept


COMMANDS = (
    "init",
    "path",
    "show",
    "check",
    "schema",
    "get",
    "set",
    "unset",
    "edit",
    "seal",
    "reseal",
    "passwd",
    "rekey",
)


@pytest.mark.parametrize("command", [*COMMANDS, "import legacy"])
def test_every_command_of_config_has_help_with_an_example(
    machine: Machine, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.inside("config", *command.split(), "--help").code == 0
    assert "Examples:\n  " in capsys.readouterr().out


def test_init_asks_only_for_what_is_missing_and_writes_at_the_end(machine: Machine) -> None:
    path = machine.configure("# mine\npypi: {packages: [rich]}\n")
    environment = {**machine.environment, "TERM": "dumb"}
    del environment["CI"], environment["COLTER_MASTER_PASSWORD"]
    with pexpect.spawn(str(PROGRAM), ["config", "init"], env=environment, encoding="utf-8", timeout=300) as screen:
        for prompt, answer in (
            ("New master password", PASSWORD),
            ("The same again", PASSWORD),
            ("Track GitHub repositories", "y"),
            ("Access token", CANARY),
            ("Repositories", "nonsense"),
            ("expected owner/name", ""),
            ("Repositories", "pallets/flask"),
            ("Probe endpoints", "y"),
            ("Addresses", "https://example.org, tcp://db.example.org:5432"),
            ("Write to InfluxDB", "n"),
            ("Push to a Prometheus", "y"),
            ("Address", ""),
            ("Job", ""),
            ("Send mail", ""),
        ):
            screen.expect(prompt)
            if prompt == "expected owner/name":
                continue
            assert path.read_text() == "# mine\npypi: {packages: [rich]}\n"
            screen.sendline(answer)
        screen.expect("written")
        screen.expect(pexpect.EOF)
        said = str(screen.before)
    assert screen.exitstatus == 0
    assert CANARY not in said + path.read_text()
    assert path.read_text().startswith("# mine\npypi: {packages: [rich]}\nvault: ")
    assert machine.inside("config", "get", "github.token", "--reveal").out == f"{CANARY}\n"
    assert machine.inside("config", "get", "github.targets").out == "[pallets/flask]\n"
    assert machine.inside("config", "get", "prometheus.gateway").out == "http://localhost:9091\n"
    assert "2 endpoints" in machine.inside("config", "check").out


@pytest.mark.parametrize(
    "text", ["endpoints: [{name: '${N}', url: https://x}]", "alerts: {channels: {'${N}': {type: email}}}"]
)
def test_a_name_has_no_variables_for_secrets_are_found_by_it(machine: Machine, text: str) -> None:
    machine.configure(text)
    done = machine.inside("config", "check", env={"N": "x"})
    assert done.code == 3
    assert "expected a name without variables" in done.err


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("probe.confirm", "2", "confirm: 2"),
        ("probe.down_after", "4", "down_after: 4"),
        ("probe.down_after", "3 of 5", "down_after: 3 of 5"),
        ("pypi.index_url", "null", "index_url: null"),
        ("log.file", "null", "file: null"),
        ("daemon.every", "2m", "every: 2m"),
        ("probe.timeout", "5s", "timeout: 5s"),
    ],
)
def test_a_value_is_written_as_people_would(machine: Machine, key: str, value: str, written: str) -> None:
    path = machine.configure("")
    assert machine.inside("config", "set", key, value).code == 0
    assert path.read_text().splitlines()[-1].strip() == written


def test_changes_at_the_same_time_are_kept_or_refused(machine: Machine) -> None:
    machine.configure("")
    commands = [
        [str(PROGRAM), "config", "set", f"endpoints.e{number}.url", f"https://e{number}.example.org"]
        for number in range(8)
    ]
    running = [subprocess.Popen(each, env=machine.environment, stderr=subprocess.PIPE, text=True) for each in commands]
    done = [(process.communicate(timeout=300)[1], process.returncode) for process in running]
    text = machine.inside("config", "get", "endpoints").out
    for number, (err, code) in enumerate(done):
        assert code in (0, 3), err
        assert (f"https://e{number}." in text) == (code == 0)
        assert code == 0 or "nothing was" in err


@pytest.mark.parametrize("name", ["/home/me/.bashrc", "colter.txt", "/dev/shm/../x"])
def test_a_log_goes_only_where_logs_go(machine: Machine, name: str) -> None:
    machine.configure(f"log: {{file: {name}}}\n")
    assert "expected a path that ends in .log" in machine.inside("config", "check").err


def test_edit_mends_a_file_that_is_no_yaml(machine: Machine) -> None:
    path = machine.configure("github: [\nprobe: {timeout: 5s}\n")
    assert machine.inside("config", "check").code == 3
    done = machine.inside("config", "edit", env={"EDITOR": "sed -i 1d"})
    assert (done.code, path.read_text()) == (0, "probe: {timeout: 5s}\n"), done.err


def test_edit_leaves_no_copy_behind_when_it_is_interrupted(machine: Machine) -> None:
    machine.configure(START)
    tmp = machine.home / "tmp"
    tmp.mkdir()
    editor = machine.home / "editor"
    editor.write_text("#!/bin/sh\nkill -INT $PPID\nsleep 5\n")
    editor.chmod(0o700)
    done = machine.process("config", "edit", env={"EDITOR": str(editor), "TMPDIR": str(tmp)})
    assert done.code == 130
    assert list(tmp.iterdir()) == []
