"""`colter export`: what it says, what it refuses, and how it ends."""

import json
import re
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from colter.cli.main import run
from colter.core.model import Refusal, Target
from tests.cli.running import PROGRAM, Machine
from tests.export.filling import fill
from tests.export.histories import long, of_every_kind
from tests.fakes.clock import START, FakeClock
from tests.needing import lacking
from tests.servers.asking import ask
from tests.servers.pushgateway import Pushgateway


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ("--since tomorrow -f csv", 2, "expected a time such as 2026-05-04 or 2026-05-04T12:00Z, or how long ago"),
        ("--since 2026-13-01 -f csv", 2, "expected a time such as"),
        ("--since 2030-01-01 -f csv", 2, "--since: 2030-01-01 lies in the future"),
        ("--since 1d --until 2d -f csv", 2, "--until: 2d is not after --since 1d"),
        ("--since 2026-05-01 --until 2026-05-01 -f csv", 2, "--until: 2026-05-01 is not after --since 2026-05-01"),
        ("--since 30d", 2, "where to?"),
        ("-o influxx", 2, "Did you mean 'influx'?"),
        ("-f jsnl", 2, "Did you mean 'json"),
        ("-f table", 2, "'table' is no format for history"),
        ("-f openmetrics --refused", 2, "'openmetrics' is no format for a list"),
        ("--source pyp -f csv", 2, "Did you mean 'pypi'?"),
        ("--file history.txt", 2, "history.txt: its ending says no format"),
        ("--file no/such/folder.csv", 2, "there is no folder"),
        ("--file history.csv -o influx", 2, "one of them at a time"),
        ("--refused --since 1d", 2, "--refused: does not go with the other options"),
        ("--delete --dry-run -o prometheus", 2, "--delete: does not go with the other options"),
        ("--delete", 2, "--delete: where?"),
        ("--delete -o file", 2, "file: keeps a history, which Colter never deletes"),
        ("--listen nowhere", 2, "expected host:port"),
        ("--since 30d -o influx", 3, "there is no section `influxdb` in the configuration"),
        ("-o database", 3, "there is no section `database` in the configuration"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_done(
    machine: Machine, options: str, code: int, said: str
) -> None:
    machine.configure(f"file: {{path: {machine.home}/sink.jsonl}}")
    done = machine.inside("export", *options.split(" "))
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_without_any_sink_there_is_nothing_to_deliver_to(machine: Machine) -> None:
    done = machine.inside("export")
    assert done.code == 3
    assert "no sink is set up" in done.err


def test_where_nothing_is_stored_a_file_is_empty_and_that_is_said(machine: Machine) -> None:
    done = machine.inside("export", "--file", str(machine.home / "history.csv"))
    assert done.code == 0
    assert "nothing is stored in that window" in done.err
    assert (machine.home / "history.csv").read_text().startswith("time,source,")


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ("", 120),
        ("--since 1d", 40),  # rounds are six hours apart, the last one almost six hours ago
        ("--since 2026-05-03T12:00:00", 40),
        ("--since 2026-05-03T14:00:00+02:00", 40),
        ("--until 2026-05-03", 60),
        ("--since 2d --until 2026-05-04", 60),
        ("--source probe", 60),
        ("--source github,probe", 120),
        ("--source pypi", 0),
        ("--since 9999999d", 120),
    ],
)
def test_a_window_holds_what_was_stored_in_it(machine: Machine, options: str, count: int) -> None:
    fill(machine, long(12, 10))
    done = machine.inside("export", "-f", "jsonl", *options.split())
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == count
    counted = machine.inside("export", "--dry-run", "-f", "jsonl", *options.split())
    assert counted.out == ""
    assert f"colter: {count} measurements\n" in counted.err


def test_stdout_and_file_are_the_same(machine: Machine) -> None:
    fill(machine, of_every_kind())
    for format_ in ("jsonl", "csv", "influx", "openmetrics"):
        path = machine.home / f"history.{format_}"
        shown = machine.inside("export", "-f", format_)
        assert machine.inside("export", "-f", format_, "--file", str(path)).code == 0
        assert shown.out.encode() == path.read_bytes()
        assert shown.err == ""


def test_a_file_takes_the_place_of_an_older_one_and_keeps_its_mode(machine: Machine) -> None:
    fill(machine, long(2, 2))
    path = machine.home / "history.jsonl"
    path.write_text("older")
    path.chmod(0o640)
    (machine.home / "link.jsonl").symlink_to(path)
    assert machine.inside("export", "--file", str(machine.home / "link.jsonl")).code == 0
    assert len(path.read_text().splitlines()) == 4
    assert path.stat().st_mode & 0o777 == 0o640
    assert (machine.home / "link.jsonl").is_symlink()


def test_a_reader_who_leaves_early_ends_it(old_machine: Machine) -> None:
    done = old_machine.shell('"$colter" export -f jsonl | head -1 | wc -l; echo "${PIPESTATUS[0]}"')
    assert done.out.split() == ["1", "0"]
    assert done.err == ""


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ('"$colter" export -f csv >&-', 0),
        ('"$colter" export -f csv > /dev/full', 2),
        ('"$colter" export -f openmetrics > /dev/full', 2),
        ('"$colter" export -f csv --file /dev/stdout | cat > /dev/null; exit "${PIPESTATUS[0]}"', 0),
        ('"$colter" export --file history.csv 2>&-', 0),
    ],
)
def test_closed_and_full_outputs_are_told_and_nothing_else_happens(machine: Machine, script: str, code: int) -> None:
    fill(machine, long(2, 2))
    done = machine.shell(f'cd "{machine.home}"; {script}')
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert "bug" not in done.err


def test_a_disk_that_is_full_keeps_what_is_good_and_the_same_command_goes_on(machine: Machine) -> None:
    fill(machine, long(40, 200))
    small = machine.home / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], check=False).returncode:
        lacking("the right to mount a disk")
    try:
        done = machine.inside("export", "--file", str(small / "history.lp"))
        assert done.code == 6
        assert "No space left on device" in done.err
        assert "free some space; then run the same command again to go on" in done.err
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        done = machine.inside("export", "--file", str(small / "history.lp"))
        assert done.code == 0
        assert "going on where the same command ended" in done.err
        whole = machine.inside("export", "-f", "influx").out
        assert (small / "history.lp").read_text() == whole
    finally:
        subprocess.run(["umount", small], check=True)


def test_what_is_owed_is_delivered_and_told(machine: Machine) -> None:
    path = machine.home / "sink.jsonl"
    machine.configure(f"file: {{path: {path}}}")
    fill(machine, long(12, 10), owed_to=["file"])
    assert "file: 120 measurements owed" in machine.inside("export", "--dry-run").err
    done = machine.inside("export")
    assert done.code == 0, done.err
    assert "file: 120 measurements sent, nothing is owed any more" in done.err
    assert len(path.read_text().splitlines()) == 120
    again = machine.inside("export", "-o", "file")
    assert "file: nothing sent, nothing is owed any more" in again.err
    assert "nothing is owed" in machine.inside("export", "--dry-run").err


def test_what_a_sink_does_not_take_stays_owed(machine: Machine) -> None:
    path = machine.home / "sink.jsonl"
    path.mkdir()
    machine.configure(f"file: {{path: {path}}}")
    fill(machine, long(12, 10), owed_to=["file"])
    done = machine.inside("export", "--timeout", "1s")
    assert done.code == 6
    assert "Is a directory" in done.err
    assert "file: nothing sent, 120 still owed" in done.err


def test_every_look_that_was_owed_and_exported_is_recognisable_as_the_same(machine: Machine) -> None:
    path = machine.home / "sink.jsonl"
    machine.configure(f"file: {{path: {path}}}")
    fill(machine, long(4, 3), owed_to=["file"])
    assert machine.inside("export").code == 0
    assert machine.inside("export", "--since", "30d", "-o", "file").code == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 24
    assert len({(line["round"], line["source"], line["position"]) for line in lines}) == 12


def test_a_display_shows_the_newest_state_and_says_that_it_keeps_no_history(
    machine: Machine, pushgateway: Pushgateway
) -> None:
    machine.configure(f'prometheus: {{gateway: "{pushgateway.url}"}}')
    fill(machine, long(4, 3))
    done = machine.inside("export", "--since", "30d", "-o", "prometheus")
    assert done.code == 0, done.err
    assert "shows the newest state and no history" in done.err
    assert 'repo="sample-org/repo-002"' in pushgateway.metrics()
    done = machine.inside("export", "--delete", "-o", "prometheus")
    assert done.code == 0, done.err
    assert "sample-org" not in pushgateway.metrics()


REFUSALS = [
    Refusal("influx", "1-read", Target("github", "a/b"), START, "github stars=1i", "answered 422: field type conflict"),
    Refusal("database", "2-read", Target("pypi", "=c"), START + timedelta(hours=1), "reading", "too long"),
]


def test_what_was_refused_is_listed_with_its_reason(machine: Machine) -> None:
    fill(machine, [], refusals=REFUSALS)
    shown = machine.inside("export", "--refused", terminal=True)
    assert shown.code == 0
    assert "answered 422" in shown.out
    document = json.loads(machine.inside("export", "--refused", "-f", "json").out)
    assert document["schema"] == "colter.refusals/1"
    assert [refusal["sink"] for refusal in document["refusals"]] == ["influx", "database"]
    assert document["refusals"][0] == {
        "sink": "influx",
        "round": "1-read",
        "target": "github:a/b",
        "at": "2026-05-04T12:00:00.000Z",
        "item": "github stars=1i",
        "reason": "answered 422: field type conflict",
    }
    only = machine.inside("export", "--refused", "-o", "database", "-f", "csv").out
    assert len(only.splitlines()) == 2


def test_where_nothing_was_refused_that_is_said(machine: Machine) -> None:
    done = machine.inside("export", "--refused")
    assert (done.code, done.out) == (0, "")
    assert "nothing was refused" in done.err


def test_on_a_terminal_it_shows_how_far_it_is(machine: Machine) -> None:
    fill(machine, long(12, 10))
    context = machine.context(terminal=True)
    context.clock = _Late()
    assert run(["export", "--file", str(machine.home / "history.csv")], context) == 0
    said = context.streams.stderr.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert re.search(r"history.csv: 120 of 120, [\d.]+/s, 0s left", said)


class _Late(FakeClock):
    """A second later each time it is asked."""

    def monotonic(self) -> float:
        self.advance(timedelta(seconds=1))
        return super().monotonic()


def test_the_export_of_a_machine_that_never_stored_anything_makes_no_folder_elsewhere(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.inside("export", "-f", "csv").code == 0
    assert {each.name for each in tmp_path.iterdir()} <= {"state", "config"}


def test_the_newest_state_is_served_until_somebody_interrupts(machine: Machine) -> None:
    fill(machine, long(4, 3))
    argv = [str(PROGRAM), "export", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(argv, env=machine.environment, stderr=subprocess.PIPE, text=True) as served:
        assert served.stderr
        (url,) = re.findall(r"http://\S+", served.stderr.readline())
        page = ask(url).well().body.decode()
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=300)
    assert served.returncode == 130
    assert 'colter_github_repo_stars{repo="sample-org/repo-002"} 2002.0' in page
