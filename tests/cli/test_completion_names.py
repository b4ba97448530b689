"""The names that shells complete: left by whatever reads the configuration, never in the way of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from colter.cli.completing.names_file import names_file
from tests.cli.running import Machine
from tests.export.filling import fill
from tests.store.making import answer, done, look

CONFIG = """\
github: {token: hunter22hunter22, targets: [pallets/flask, "my-org/*", "!my-org/sandbox"]}
pypi: {packages: [requests], index_url: "https://user:hunter22@127.0.0.1/simple"}
influxdb: {url: "http://127.0.0.1:1", org: o, bucket: b, token: hunter22hunter22}
alerts: {channels: {ops: {type: slack, url: "https://127.0.0.1/hunter22"}}}
endpoints:
  - https://127.0.0.1/health?token=hunter22
  - {name: api, url: "http://127.0.0.1/", tags: [prod, spare], request: {auth: {bearer: hunter22hunter22}}}
  - {name: $(touch pwned), url: "http://127.0.0.1:1/", tags: [prod]}
  - {name: nightly backup, heartbeat: {every: 1d}}
"""
NAMES = """\
endpoint 127.0.0.1/health
endpoint api
endpoint $(touch pwned)
heartbeat nightly backup
tag @prod
tag @spare
package requests
repository pallets/flask
repository my-org/*
channel ops
sink influx
"""


@pytest.fixture
def used(machine: Machine) -> Machine:
    """A machine on which Colter has been used, so that there is a state directory."""
    (machine.home / "state" / "colter").mkdir(parents=True)
    machine.configure(CONFIG)
    return machine


def kept(machine: Machine) -> Path:
    return names_file(machine.context().state_dir, machine.home / "config" / "colter" / "config.yaml")


def names(machine: Machine) -> str:
    """Those of the configuration."""
    lines = kept(machine).read_text().splitlines(keepends=True)[1:]
    return "".join(line for line in lines if not line.startswith(("watched ", "former ")))


def targets(machine: Machine) -> set[str]:
    """Those of the history, each with what it is."""
    return {line for line in kept(machine).read_text().splitlines()[1:] if line not in names(machine).splitlines()}


@pytest.mark.parametrize("command", ["config show", "status", "track pypi x --dry-run --timeout 1ms", "logout"])
def test_whatever_reads_the_configuration_leaves_its_names(used: Machine, command: str) -> None:
    used.inside(*command.split())
    assert names(used) == NAMES


def test_the_file_has_names_only_and_is_private(used: Machine) -> None:
    used.inside("config", "show")
    assert "hunter22" not in kept(used).read_text()
    assert kept(used).stat().st_mode & 0o777 == 0o600
    assert kept(used).parent.stat().st_mode & 0o777 == 0o700


def test_the_file_is_written_anew_when_the_configuration_has_changed_and_only_then(used: Machine) -> None:
    used.inside("status")
    first = kept(used).stat()
    used.inside("status")
    used.inside("config", "show")
    assert kept(used).stat() == first
    used.configure(CONFIG.replace("nightly backup", "hourly backup"))
    used.inside("status")
    assert "heartbeat hourly backup\n" in names(used)


def test_a_target_is_former_once_it_is_not_configured_any_more(used: Machine) -> None:
    used.configure(CONFIG + '  - {name: old api, url: "http://127.0.0.1/"}\n')
    fill(used, [done("1", answer(0, "old api"), answer(0, "api"), look(0, "my-org/app"), look(0, "my-org/sandbox"))])
    used.inside("config", "show")
    assert targets(used) == set()
    used.inside("status")
    known = {"watched probe:api", "watched github:my-org/app", "former github:my-org/sandbox"}
    assert targets(used) == {*known, "watched probe:nightly backup", "watched probe:old api"}
    used.configure(CONFIG)
    used.inside("config", "show")
    assert targets(used) == {*known, "watched probe:nightly backup", "former probe:old api"}
    used.inside("forget", "old api", "--dry-run")
    assert "former probe:old api" in targets(used)
    used.inside("forget", "old api", "--yes")
    assert "former probe:old api" not in targets(used)
    assert names(used) == NAMES


def test_names_that_variables_set_come_and_go_with_them(used: Machine) -> None:
    used.inside("status", env={"COLTER_PYPI__PACKAGES": "httpx"})
    assert "package httpx\n" in names(used)
    used.inside("status")
    assert names(used) == NAMES


def test_every_configuration_has_a_file_of_its_own(used: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = used.home / "a % b"
    folder.mkdir()
    (folder / "other.yaml").write_text("pypi: {packages: [other]}\n")
    (used.home / "link").symlink_to(folder)
    monkeypatch.chdir(used.home)
    used.inside("config", "show")
    for spelling in ("a % b/other.yaml", "link/other.yaml", f"{folder}/../link/other.yaml"):
        other = names_file(used.context().state_dir, folder / "other.yaml")
        other.unlink(missing_ok=True)
        used.inside("-c", spelling, "config", "show")
        assert other.read_text().endswith("\npackage other\n")
    used.inside("config", "show", env={"COLTER_CONFIG": "link/other.yaml"})
    assert names(used) == NAMES
    assert len(list(kept(used).parent.iterdir())) == 2


def test_names_that_no_terminal_should_be_sent_are_left_out(used: Machine) -> None:
    used.configure('pypi: {packages: [fine]}\nendpoints: [{name: "a\\u202eb", url: "http://127.0.0.1"}]\n')
    used.inside("config", "show")
    assert names(used) == "package fine\n"


def test_files_of_configurations_long_unused_go(used: Machine) -> None:
    for number in range(25):
        config = used.home / f"{number}.yaml"
        config.write_text("pypi: {packages: [other]}\n")
        used.inside("-c", str(config), "config", "show")
    left = list(kept(used).parent.iterdir())
    assert len(left) == 20
    assert names_file(used.context().state_dir, used.home / "24.yaml") in left


def test_without_a_state_directory_none_is_made(machine: Machine) -> None:
    machine.configure(f"log: {{file: {machine.home}/colter.log}}\npypi: {{packages: [requests]}}\n")
    assert machine.inside("config", "show").code == 0
    assert not (machine.home / "state").exists()


def test_without_a_configuration_there_are_no_names(machine: Machine) -> None:
    assert machine.inside("status").code == 0
    assert not (machine.home / "state" / "colter" / "names").exists()


def _file(place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    place.write_text("not a folder")


def _folder(place: Path) -> None:
    place.mkdir(parents=True)
    (place / "full").touch()


def _circle(place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(place)


def _pipe(place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    os.mkfifo(place)


@pytest.mark.parametrize("make", [_file, _folder, _circle, _pipe])
@pytest.mark.parametrize("where", ["folder", "file"])
def test_an_obstacle_fails_no_command_and_says_nothing(used: Machine, make: Callable[[Path], None], where: str) -> None:
    expected = used.inside("config", "show")
    for old in kept(used).parent.iterdir():
        old.unlink()
    kept(used).parent.rmdir()
    make(kept(used) if where == "file" else kept(used).parent)
    assert used.inside("config", "show") == expected


def test_a_full_disk_fails_no_command_and_leaves_nothing_behind(used: Machine) -> None:
    expected = used.process("config", "show")
    kept(used).unlink()
    ended = used.shell('ulimit -f 0; "$colter" config show | cat; exit ${PIPESTATUS[0]}')
    assert (ended.code, ended.out, ended.err) == (0, expected.out, expected.err)
    assert list(kept(used).parent.iterdir()) == []


def test_a_name_of_a_file_that_is_too_long_is_done_without(used: Machine) -> None:
    deep = used.home.joinpath(*["d" * 100] * 3)
    deep.mkdir(parents=True)
    (deep / "config.yaml").write_text("pypi: {packages: [requests]}\n")
    assert used.inside("-c", f"{deep}/config.yaml", "config", "show").code == 0
