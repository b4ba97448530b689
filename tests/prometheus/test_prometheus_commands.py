"""From the command line: measured, shown to Prometheus in all three ways, and taken away again."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM, Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.prometheus.looks import Series, text_series
from tests.prometheus.pushing import stranger
from tests.prometheus.scraping import Served
from tests.servers.asking import ask
from tests.servers.promtool import check_metrics
from tests.servers.pushgateway import Pushgateway
from tests.watching.daemons import until


@pytest.fixture(name="machine")
def a_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(name="endpoint", scope="module")
def an_endpoint() -> Iterator[EndpointServer]:
    with EndpointServer(reply()) as server:
        yield server


def endpoints(server: EndpointServer, *names: str) -> str:
    written = ", ".join(f"{{name: {name}, url: '{server.url('/')}'}}" for name in names)
    return f"endpoints: [{written}]\n"


@contextmanager
def listening(machine: Machine) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """`colter export --listen`, ended with Ctrl-C."""
    argv = [str(PROGRAM), "export", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, env=machine.environment, text=True) as process:
        assert process.stderr
        told = process.stderr.readline()
        try:
            yield process, Served(told.split("/metrics")[0].partition("serving ")[2])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=300)


def up(found: dict[Series, float]) -> set[str]:
    """The endpoints that are up."""
    return {
        text
        for (name, labels), value in found.items()
        for label, text in labels
        if (name, label, value) == ("colter_probe_up", "endpoint", 1)
    }


def page_with(served: Served, expected: set[str]) -> str:
    """The page as soon as these are up and no others: it is made anew a second after the last."""
    pages: list[str] = []

    def shown() -> bool:
        pages.append(ask(f"{served.url}/metrics").well().body.decode())
        return up(text_series(pages[-1])) == expected

    until(shown)
    return pages[-1]


def test_a_scrape_shows_what_other_commands_measure_meanwhile(machine: Machine, endpoint: EndpointServer) -> None:
    with listening(machine) as (process, served):
        for expected in ({"one"}, {"two", "three"}):
            machine.configure(endpoints(endpoint, *expected))
            assert machine.process("probe", "-q").code == 0
            check_metrics(page_with(served, expected))
    assert process.returncode == 130


def test_a_push_and_a_file_are_filled_and_cleared(
    machine: Machine, endpoint: EndpointServer, pushgateway: Pushgateway, tmp_path: Path
) -> None:
    file = tmp_path / "colter.prom"
    ways = f"prometheus: {{gateway: '{pushgateway.url}', instance: a/b, textfile: {file}}}\n"
    machine.configure(endpoints(endpoint, "one") + ways)
    stranger(pushgateway, "job/colter/instance/other/source/probe")
    done = machine.process("probe", "-o", "prometheus")
    assert (done.code, done.err) == (0, "")
    assert up(text_series(pushgateway.metrics())) == up(text_series(file.read_text())) == {"one"}
    assert machine.process("export", "--delete", "-o", "prometheus").code == 0
    assert not file.exists()
    assert [group["labels"]["instance"] for group in pushgateway.groups()] == ["other"]


def test_what_cannot_be_pushed_is_kept_and_shown_by_the_next_run(
    machine: Machine, endpoint: EndpointServer, pushgateway: Pushgateway
) -> None:
    def pushing(path: str) -> None:
        machine.configure(endpoints(endpoint, "one") + f"prometheus: {{gateway: '{pushgateway.url}{path}'}}\n")

    pushing("/wrong")
    done = machine.process("probe", "-q", "-o", "prometheus")
    assert done.code == 6
    assert "404" in done.err
    assert "prometheus.gateway" in done.err
    pushing("")
    told = machine.process("status", "-f", "text").err
    assert "colter: prometheus: 1 measurement owed for" in told
    assert "404" in told, "rows have no place for it, so it stands beside them"
    assert "prometheus: 1 measurement owed" in machine.process("export", "--dry-run").err
    done = machine.process("export")
    assert done.code == 0
    assert "prometheus: the newest state sent, nothing is owed any more" in done.err
    assert "prometheus: nothing sent" in machine.process("export").err
    assert up(text_series(pushgateway.metrics())) == {"one"}
