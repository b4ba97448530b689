"""What a running daemon serves, and to whom."""

import json
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from colter import __version__
from colter.app.watching.status.reading import FILE
from colter.core.clock import SystemClock
from colter.core.own_metrics import METRICS
from tests.cli.running import PROGRAM, Machine
from tests.daemon_web.listening import Listening, listening
from tests.fakes.endpoints import EndpointServer, reply
from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port
from tests.servers.prometheus import prometheus
from tests.servers.promtool import check_metrics
from tests.watching.daemons import daemon, until

TOKEN = "correct-horse-battery"


@pytest.fixture(name="web", scope="module")
def a_server() -> Iterator[EndpointServer]:
    with EndpointServer(reply()) as web:
        yield web


@pytest.fixture(name="served", scope="module")
def a_daemon(web: EndpointServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    machine = Machine(tmp_path_factory.mktemp("served"))
    machine.configure(configuration(web))
    with listening(machine) as served:
        yield served


def configuration(web: EndpointServer) -> str:
    endpoints: list[Any] = [
        {"name": "fine", "url": web.url(), "interval": "1s", "request": {"auth": {"bearer": TOKEN}}},
        {"name": "backup", "heartbeat": {"every": "1d", "token": TOKEN}, "interval": "1s"},
    ]
    return json.dumps({"endpoints": endpoints})


def test_metrics_have_targets_and_the_health_of_colter_itself(served: Listening) -> None:
    found = served.numbers("/metrics")
    assert found["colter_probe_up", frozenset({("endpoint", "fine")})] == 1
    assert found["colter_build_info", frozenset({("version", __version__)})] == 1
    of_probes = frozenset({("kind", "probe")})
    assert found["colter_looks_total", of_probes] >= 1
    # On a busy machine there may be some.
    assert found["colter_looks_late_total", of_probes] <= found["colter_looks_total", of_probes]
    assert found["colter_looks_skipped_total", of_probes] >= 0
    assert found["colter_rounds_total", frozenset({("source", "probe")})] >= 1
    assert 0 <= found["colter_round_duration_seconds", frozenset({("source", "probe")})] < 300
    assert 0 <= found["colter_scheduler_lag_seconds", frozenset()] < 300
    assert found["colter_unkept_entries", frozenset()] == found["colter_lost_entries_total", frozenset()] == 0
    assert found["colter_config_last_reload_successful", frozenset()] == 1
    loaded = found["colter_config_last_reload_success_timestamp_seconds", frozenset()]
    assert 0 <= SystemClock().now().timestamp() - loaded < 300
    assert found["process_resident_memory_bytes", frozenset()] > 1e6
    own = {name for name, _ in found if name.startswith("colter_") and not name.startswith("colter_probe_")}
    assert own <= {metric.prometheus for metric in METRICS}


def test_promtool_has_nothing_to_say_about_a_daemon(served: Listening) -> None:
    check_metrics(served.ask("/metrics").well().body.decode())


def test_looks_and_rounds_are_counted(served: Listening) -> None:
    before = served.number("colter_looks_total", kind="probe"), served.number("colter_rounds_total", source="probe")
    until(lambda: served.number("colter_looks_total", kind="probe") > before[0] + 1)
    until(lambda: served.number("colter_rounds_total", source="probe") > before[1])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_is_well(served: Listening, path: str) -> None:
    assert served.ask(path).well().body == b"ok\n"
    assert served.ask(path, method="HEAD").well().body == b""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("POST", path, 405) for path in ("/metrics", "/healthz", "/readyz", "/probe")),
        *(("GET", path, 404) for path in ("/", "/beat", "/beat/", "/config", "/-/config", "/debug", "/metrics/")),
        ("HEAD", f"/beat/{TOKEN}", 405),
        ("PUT", f"/beat/{TOKEN}", 405),
        ("GET", f"/beat/{TOKEN}/nothing", 404),
    ],
)
def test_a_daemon_serves_nothing_else(served: Listening, method: str, path: str, status: int) -> None:
    answer = served.ask(path, method=method)
    assert answer.status == status
    assert len(answer.body) < 100


def test_no_secret_is_shown_anywhere(served: Listening) -> None:
    for path in ("/metrics", "/probe?target=fine", "/probe?target=backup", "/healthz", "/readyz", "/"):
        answer = served.ask(path)
        assert TOKEN.encode() not in answer.body + repr(answer.headers).encode()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:9464", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:9464", 200),
        ("192.0.2.1", 200),
        ("evil.example", 421),
        ("evil.example:9464", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("[::1", 421),
    ],
)
def test_a_page_whose_name_leads_here_reads_nothing(served: Listening, host: str, status: int) -> None:
    assert served.ask("/metrics", Host=host).status == status


def test_prometheus_scrapes_it_and_probes_through_it(served: Listening, web: EndpointServer) -> None:
    """With the job that is in every manual of blackbox_exporter, but for its address."""
    here = f"{LOOPBACK}:{served.port}"
    relabelled = [
        {"source_labels": ["__address__"], "target_label": "__param_target"},
        {"source_labels": ["__param_target"], "target_label": "instance"},
        {"target_label": "__address__", "replacement": here},
    ]
    job = {
        "job_name": "blackbox",
        "metrics_path": "/probe",
        "params": {"module": ["http_2xx"]},
        "static_configs": [{"targets": [web.url(), "fine"]}],
        "relabel_configs": relabelled,
    }
    with prometheus([here], [job]) as server:
        [point] = server.scraped('colter_probe_up{job="colter"}')
        assert (point.labels["endpoint"], point.value) == ("fine", 1)
        assert server.scraped("colter_looks_total > 0")
        until(lambda: len(server.query("probe_success == 1")) == 2)
        assert {point.labels["instance"] for point in server.query("probe_success")} == {web.url(), "fine"}
        assert server.query('up{job="blackbox"} == 0') == []


def test_a_port_in_use_is_told_at_once(machine: Machine, web: EndpointServer) -> None:
    machine.configure(configuration(web))
    with socket.create_server((LOOPBACK, 0)) as taken:
        address = f"{LOOPBACK}:{taken.getsockname()[1]}"
        done = machine.process("daemon", "--listen", address)
    assert (done.code, done.out) == (3, "")  # after 2, a service manager would never try again
    assert f"colter: cannot listen on {address}: Address already in use\n" in done.err


def test_no_address_is_told_before_anything_begins(machine: Machine, web: EndpointServer) -> None:
    machine.configure(configuration(web))
    done = machine.inside("daemon", "--listen", "here")
    assert done.code == 2
    assert "expected host:port" in done.err


@pytest.mark.parametrize("host", [LOOPBACK, "[::1]"])
def test_status_says_where_it_really_listens(machine: Machine, web: EndpointServer, host: str) -> None:
    machine.configure(configuration(web))
    bulletin = machine.home / "state" / "colter" / FILE
    with daemon(machine, "--listen", f"{host}:0"):
        until(bulletin.exists)
        place = json.loads(bulletin.read_text())["serving"]
        assert place.rpartition(":")[0] == host
        assert ask(f"http://{place}/healthz").status == 200


@pytest.mark.parametrize("option", [(), ("--listen", "off")], ids=["without the option", "with it"])
def test_the_configured_address_holds_without_the_option(machine: Machine, option: tuple[str, ...]) -> None:
    served = Listening(free_port())
    with EndpointServer(reply()) as web:
        configured = json.loads(configuration(web)) | {"daemon": {"listen": f"{LOOPBACK}:{served.port}"}}
        machine.configure(json.dumps(configured))
        argv = [str(PROGRAM), "daemon", *option]
        with subprocess.Popen(argv, env=machine.environment, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: web.requests)
                assert served.answers("/healthz") is not bool(option)
            finally:
                process.terminate()
