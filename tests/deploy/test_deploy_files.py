"""What is in deploy/ is what its tools take, and what it says of Colter is true."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from colter.web.daemon import application
from docs.names import tables
from tests.cli.running import PROGRAM, Machine
from tests.needing import program
from tests.servers.process import free_port, server_program
from tests.watching.daemons import daemon, ended, until

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = ("colter.service", "colter-once.service", "colter.timer")
# Each by what it is given beside the file, and a mistake that it must find. All of them bring their schemas along.
TOOLS = [
    (["hadolint"], "Dockerfile", ("WORKDIR /src", "WORKDIR src")),
    (
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec"],
        "compose.yaml",
        ("cap_drop: [ALL]", "cap_drop: ALL"),
    ),
    (["kubernetes-validate", "--strict"], "kubernetes.yaml", ("runAsNonRoot: true", "runAsNoRoot: true")),
]
_PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .*)? \\\n((?: +--hash=\S+(?: \\)?\n)+)", re.MULTILINE)
_METRIC = re.compile(r"\bcolter_[a-z_]+")


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def manifest(kind: str) -> Any:
    (found,) = [each for each in documents("kubernetes.yaml") if each["kind"] == kind]
    return found


def instructions(name: str) -> list[list[str]]:
    """Of the Dockerfile: what these instructions are given, in order, when it is JSON."""
    return [json.loads(text) for text in re.findall(rf"^ *{name} (\[.*\])$", dockerfile(), re.MULTILINE)]


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text("utf-8")


def command_lines() -> dict[str, list[str]]:
    """Everything that starts Colter, without the program itself."""
    (entry,), arguments = instructions("ENTRYPOINT"), instructions("CMD")[-1]
    container = entry[1:]
    pod = manifest("Deployment")["spec"]["template"]["spec"]["containers"][0]["args"]
    (compose,) = documents("compose.yaml")
    found = {
        "image": [*container, *arguments],
        "compose": [*container, *compose["services"]["colter"]["command"]],
        "kubernetes": [*container, *pod],
    }
    for unit in UNITS[:2]:
        found[unit] = shlex.split(_setting(unit, "ExecStart"))[1:]
    return found


def _setting(unit: str, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text("utf-8"), re.MULTILINE)
    return str(value)


def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = (DEPLOY / unit).read_text("utf-8").replace("/opt/colter/bin/colter", str(PROGRAM))
        (tmp_path / unit).write_text(text)
    done = subprocess.run(
        [program("systemd-analyze"), "verify", *(tmp_path / unit for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("argv", "name", "spoilt"), TOOLS, ids=[name for _, name, _ in TOOLS])
def test_the_tool_for_it_has_nothing_to_say(
    tmp_path: Path, argv: list[str], name: str, spoilt: tuple[str, str]
) -> None:
    """And it would say something: the same file with one mistake is refused."""
    done = _checked(argv, DEPLOY / name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    before = (DEPLOY / name).read_text("utf-8")
    assert spoilt[0] in before
    (tmp_path / name).write_text(before.replace(*spoilt))
    assert _checked(argv, tmp_path / name).returncode != 0


def _checked(argv: list[str], file: Path) -> subprocess.CompletedProcess[str]:
    tool = program(str(Path(sys.executable).with_name(argv[0])))
    return subprocess.run([tool, *argv[1:], file], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("where", ["image", "compose", "kubernetes", *UNITS[:2]])
def test_what_is_started_is_understood(machine: Machine, where: str) -> None:
    """A file that is not there is told after the command line was read."""
    words = command_lines()[where]
    done = machine.process(*words, "--config", "/nowhere", "--state", str(machine.home / "state"))
    assert done.code == 3
    assert "/nowhere: there is no such file" in done.err


@pytest.mark.parametrize("check", [("check", "config", "prometheus.yml"), ("check", "rules", "colter.rules.yml")])
def test_prometheus_takes_what_it_is_given(check: tuple[str, ...]) -> None:
    done = subprocess.run(
        [server_program("promtool"), *check], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout + done.stderr


def test_the_alert_rules_fire_when_they_should_and_not_otherwise() -> None:
    done = subprocess.run(
        [server_program("promtool"), "test", "rules", "colter.rules.test.yml"],
        cwd=DEPLOY / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["prometheus/colter.rules.yml", "grafana/colter.json"])
def test_every_metric_that_is_asked_for_exists(name: str) -> None:
    known = set(_METRIC.findall(tables()))
    asked = set(_METRIC.findall((DEPLOY / name).read_text("utf-8")))
    assert asked
    assert asked <= known


def test_the_lock_of_the_image_agrees_with_the_lock_of_the_repository() -> None:
    whole, part = (_pinned(path) for path in (ROOT / "requirements.lock", DEPLOY / "requirements.lock"))
    assert part == {name: whole[name] for name in part}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {Requirement(line).name.lower() for line in project["dependencies"]}
    assert needed <= set(part)
    assert "pytest" not in part


def _pinned(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """By name: the version and its hashes."""
    found = _PINNED.findall(path.read_text("utf-8"))
    return {name: (version, frozenset(re.findall(r"sha256:\w+", hashes))) for name, version, hashes in found}


def test_the_image_is_nobodys_root_and_has_only_what_it_needs() -> None:
    text = dockerfile()
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists()
            assert f"!{source}\n" in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8")


def test_what_asks_whether_it_is_well_asks_at_a_path_that_is_served() -> None:
    served = set(re.findall(r'Route\("(/\w+)', Path(application.__code__.co_filename).read_text("utf-8")))
    (probe,) = re.findall(r"127\.0\.0\.1:9464(/\w+)'", dockerfile())
    (pod,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    asked = {pod[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe, *asked} == {"/healthz", "/readyz"} <= served


def test_the_health_check_of_the_image_knows_a_daemon_that_lives(machine: Machine) -> None:
    port = free_port()
    argv = instructions("CMD")[0]
    check = [sys.executable, *(word.replace("9464", str(port)) for word in argv[1:])]

    def healthy() -> bool:
        return subprocess.run(check, capture_output=True, check=False, timeout=300).returncode == 0

    assert not healthy()
    machine.configure("endpoints: ['tcp://127.0.0.1:1']\n")
    with daemon(machine, "--listen", f"127.0.0.1:{port}") as process:
        until(healthy)
        ended(process)
    assert not healthy()


@pytest.mark.parametrize("where", ["compose", "kubernetes"])
def test_the_configuration_to_begin_with_is_right(machine: Machine, where: str) -> None:
    text = (DEPLOY / "colter.yaml").read_text("utf-8")
    if where == "kubernetes":
        text = manifest("ConfigMap")["data"]["config.yaml"]
    machine.env["INFLUX_TOKEN"] = "a-long-random-word"
    machine.configure(text)
    done = machine.process("config", "check")
    assert (done.code, done.err) == (0, "")


def test_there_is_one_pod_and_it_may_do_nothing_but_its_work() -> None:
    spec = manifest("Deployment")["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes


def test_the_compose_file_opens_no_port_to_others_and_mounts_what_is_there() -> None:
    (compose,) = documents("compose.yaml")
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"]


def test_every_file_is_told_of() -> None:
    told = (DEPLOY / "README.md").read_text("utf-8")
    names = {path.name for path in DEPLOY.iterdir()} - {"README.md"}
    assert [name for name in sorted(names) if f"`{name}" not in told] == []
