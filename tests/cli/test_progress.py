"""The line that says how far a run is: on terminals only, and gone when the result comes."""

from datetime import timedelta
from io import StringIO

from colter.cli.progress import Progress
from tests.cli.running import Machine, Screen
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import EndpointServer, reply


def test_it_waits_a_little_and_is_taken_away() -> None:
    clock, screen = FakeClock(), Screen()
    progress = Progress(screen, clock, wanted=True)
    progress.show("read: 1")
    progress.clear()
    assert screen.getvalue() == ""
    clock.advance(timedelta(seconds=1))
    progress.show("read: 2")
    progress.show("read: 3")
    progress.clear()
    progress.clear()
    assert screen.getvalue() == "\x1b[Kread: 2\r\x1b[K"


def test_in_a_pipe_and_unwanted_there_is_none() -> None:
    for stream, wanted in ((StringIO(), True), (Screen(), False)):
        clock = FakeClock()
        progress = Progress(stream, clock, wanted=wanted)
        clock.advance(timedelta(seconds=1))
        progress.show("read: 1")
        assert stream.getvalue() == ""


def test_a_long_run_on_a_terminal_tells_how_far_it_is(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        argv = ["probe", server.url(), "--count", "3", "--interval", "5s", "--no-store"]
        assert "probed: 2 of 3\r" in machine.inside(*argv, terminal=True).err
        assert "probed" not in machine.inside(*argv, terminal=True, env={"TERM": "dumb"}).err
        assert "probed" not in machine.inside(*argv, "-q", terminal=True).err
        assert "probed" not in machine.inside(*argv).err


def test_an_explanation_beside_rows_keeps_its_columns(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        ended = machine.inside("probe", server.url(), "--explain", "-f", "jsonl", "--no-store")
    assert "  processing  " in ended.err
