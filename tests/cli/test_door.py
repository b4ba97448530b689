"""Every way to end has its exit code, and says on stderr what happened and what to do."""

import signal
import subprocess

import pytest

from colter import __version__
from colter.cli.main import COMMANDS
from colter.cli.outcome import tell_error
from colter.core.errors import ColterError
from tests.cli.running import PROGRAM, Machine
from tests.fakes.endpoints import EndpointServer, hang
from tests.watching.daemons import until

DOWN = "tcp://127.0.0.1:1"


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_told(machine: Machine, option: str) -> None:
    assert machine.process(option).out == f"colter {__version__}\n"
    assert machine.process(option, "--no-input").out == f"colter {__version__}\n"


def test_without_a_command_the_help_is_shown(machine: Machine) -> None:
    assert machine.process().out == machine.process("--help").out
    assert machine.process().code == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["trck"], "'track'"),
        (["track", "pypy"], "'pypi'"),
        (["status", "--formt", "json"], "--format"),
        (["status", "--no-inptu"], "--no-input"),
        (["status", "-f", "jsn"], "Did you mean 'json'?"),
        (["completion", "bsh"], "Did you mean 'bash'?"),
        (["track", "github", "--with", "downloads,isues"], "Did you mean 'issues'?"),
        (["track", "pypi", "x", "--by", "pyton"], "Did you mean 'python'?"),
        (["probe", "-o", "inlux"], "Did you mean 'influx'?"),
        (["probe", DOWN, "--wait", "soon"], "expected a duration"),
        (["probe", DOWN, "--count", "0"], "--count"),
        (["probe", DOWN, "--timeout", "0s"], "expected a duration above 0"),
        (["track", "pypi", "x", "--timeout", "0ms"], "expected a duration above 0"),
        (["probe", DOWN, "--fail-on", "latency >"], "expected a condition"),
        (["probe", DOWN, "--fail-on", "latancy > 5ms"], "'latancy' is not known"),
        (["probe", DOWN, "--fail-on", "latency > soon"], "expected a number or a duration"),
        (["probe", DOWN, "--fail-on", "latency"], "as in 'latency > 0'"),
        (["probe", DOWN, "--fail-on", "status < 1s"], "expected a number after the sign"),
        (["track", "pypi", "x", "--fail-on", "latest_release_timestamp < 30d"], "expected a number after the sign"),
        (["probe", DOWN, "--expect", "colour=red"], "expect"),
        (["probe", DOWN, "-o", "influxx"], "Did you mean 'influx'?"),
        (["probe", "example.org"], "https://example.org"),
        (["probe", DOWN, "--file", "/nowhere/at/all.txt"], "there is no folder /nowhere/at"),
        (["probe", DOWN, "--file", "/"], "--file: / is a folder"),
        (["track"], "Missing command"),
    ],
)
def test_a_typing_error_is_answered_with_a_suggestion(machine: Machine, argv: list[str], said: str) -> None:
    ended = machine.inside(*argv)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.startswith("colter: ")
    assert ended.out == ""


def test_nothing_to_do_is_a_configuration_error_with_a_hint(machine: Machine) -> None:
    for argv in (["probe"], ["track", "all"], ["track", "github"], ["track", "pypi"]):
        ended = machine.inside(*argv, "--no-store")
        assert (ended.code, ended.out) == (3, "")
        assert "  hint: " in ended.err


def test_a_broken_configuration_is_told_with_its_place(machine: Machine) -> None:
    path = machine.configure("probe:\n  timeout: soon\n")
    ended = machine.inside("probe", DOWN)
    assert ended.code == 3
    assert f"{path}:2:" in ended.err


@pytest.mark.parametrize(("option", "code"), [("--config", 3), ("--state", 3)])
def test_what_may_not_be_read_is_no_wrong_usage(machine: Machine, option: str, code: int) -> None:
    """After 2 a service manager never tries again."""
    machine.configure("endpoints: ['tcp://127.0.0.1:1']\n")
    closed = machine.home / "closed"
    closed.mkdir(mode=0) if option == "--state" else closed.touch(mode=0)
    ended = machine.bound(f"{option} {closed} daemon --once")
    assert (ended.code, str(closed) in ended.err) == (code, True), ended.err


def test_down_is_ten_and_the_result_is_shown_all_the_same(machine: Machine) -> None:
    ended = machine.process("probe", DOWN, "--no-store")
    assert ended.code == 10
    assert "connect_refused" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize("command", ["--version", "--help", "completion bash", f"probe {DOWN} --no-store -f json"])
def test_a_reader_who_leaves_is_no_error(machine: Machine, command: str) -> None:
    ended = machine.shell(f'"$colter" {command} | true; exit ${{PIPESTATUS[0]}}')
    assert ended.code in (0, 10)
    assert ended.err == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_changes_no_exit_code(machine: Machine, closed: str) -> None:
    assert machine.shell(f'"$colter" probe {DOWN} --no-store {closed}').code == 10
    assert machine.shell(f'"$colter" --version {closed}').code == 0


def test_no_database_is_opened_in_the_place_of_a_closed_stream(machine: Machine) -> None:
    assert machine.shell(f'"$colter" probe {DOWN} >&- 2>&- <&-').code == 10
    assert "connect_refused" in machine.inside("status", "-f", "json").out


def test_a_terminal_that_knows_ascii_only_is_no_error(machine: Machine) -> None:
    config = machine.configure("endpoints: [{name: Tür, url: 'tcp://127.0.0.1:1'}]\n")
    for format_ in ("table", "text"):
        ended = machine.process(
            "-c", str(config), "probe", "-f", format_, "--no-store", env={"PYTHONIOENCODING": "ascii"}
        )
        assert (ended.code, ended.err) == (10, "")
        assert "T\\xfcr" in ended.out


@pytest.mark.parametrize("command", [f"probe {DOWN} --no-store", "--help", "--version", "probe --help"])
def test_a_full_disk_under_the_result_is_said(machine: Machine, command: str) -> None:
    ended = machine.shell(f'"$colter" {command} > /dev/full')
    assert ended.code == 2
    assert ended.err == "colter: cannot write the result: No space left on device\n"


def test_a_link_that_leads_to_itself_takes_no_result(machine: Machine) -> None:
    link = machine.home / "link"
    link.symlink_to("link")
    ended = machine.inside("probe", DOWN, "--file", str(link))
    assert (ended.code, ended.err) == (2, f"colter: --file: {link}: the link leads nowhere\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_in_order(machine: Machine, number: signal.Signals, code: int) -> None:
    with EndpointServer(hang) as server:
        process = subprocess.Popen(
            [PROGRAM, "probe", server.url(), "--no-store", "--timeout", "50s"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=machine.environment,
            text=True,
        )
        until(lambda: server.requests)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (code, "", "")


def test_a_bug_is_one_line_and_a_log_and_with_v_a_traceback(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "break", ("tests.cli.breaking", "Has a bug."))
    ended = machine.inside("break")
    assert ended.code == 1
    assert ended.err.startswith("colter: a bug: ZeroDivisionError")
    assert "Traceback" not in ended.err
    log = machine.context().log_file
    assert str(log) in ended.err
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in machine.inside("-v", "break").err
    for text in (ended.err, log.read_text()):
        assert "\x1b" not in text
        assert "hunter22" not in text
        assert "token=abc" not in text


def test_strangers_text_in_an_error_is_harmless(machine: Machine) -> None:
    context = machine.context()
    tell_error(ColterError("bad\x1b]0;owned\x07\x9b31m\u202e name\nsecond", hint="do\x1b[2J this"), context)
    shown = context.streams.stderr.getvalue()  # type: ignore[attr-defined]
    assert shown == "colter: bad]0;owned31m name\nsecond\n  hint: do[2J this\n"
