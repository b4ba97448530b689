"""`/probe` says of every server what blackbox_exporter says of it, under the same names."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.cli.running import Machine
from tests.daemon_web.listening import Listening, listening
from tests.fakes.endpoints import Behaviour, EndpointServer, Visit, hang, raw, redirect, reply
from tests.fakes.endpoints_tls import Authority
from tests.prometheus.looks import text_series
from tests.servers.blackbox import Blackbox, blackbox
from tests.servers.process import LOOPBACK, free_port

NOW = datetime.now(UTC)  # noqa: TID251  blackbox_exporter has no other clock
TIMEOUT = 2


@dataclass(frozen=True)
class Case:
    """A server, and what is expected of it, in the words of both."""

    success: int
    behaviour: Behaviour | None
    """None: nobody listens."""
    expect: dict[str, Any] = field(default_factory=dict)
    http: dict[str, Any] = field(default_factory=dict)
    tls: str = ""
    """Name in the certificate."""
    ended: bool = False
    scheme: str = "http"


def somewhere(visit: Visit) -> None:
    (redirect("/else") if visit.path == "/" else reply(200))(visit)


CASES = {
    "well": Case(1, reply(200, b"all is well")),
    "broken": Case(0, reply(500)),
    "not found": Case(0, reply(404)),
    "not found, as it should be": Case(1, reply(404), {"status": [404]}, {"valid_status_codes": [404]}),
    "somewhere else": Case(1, somewhere),
    "round and round": Case(0, redirect("/")),
    "text is there": Case(
        1, reply(200, b"all is well"), {"body": {"matches": "w.ll"}}, {"fail_if_body_not_matches_regexp": ["w.ll"]}
    ),
    "text is not there": Case(
        0, reply(200, b"all is lost"), {"body": {"matches": "w.ll"}}, {"fail_if_body_not_matches_regexp": ["w.ll"]}
    ),
    "refuses": Case(0, None),
    "says nothing": Case(0, hang),
    "speaks something else": Case(0, raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "certificate": Case(1, reply(200), tls="localhost"),
    "certificate has ended": Case(0, reply(200), tls="localhost", ended=True),
    "certificate of another": Case(0, reply(200), tls="other.example"),
    "takes connections": Case(1, reply(200), scheme="tcp"),
    "takes no connections": Case(0, None, scheme="tcp"),
}


@dataclass(frozen=True)
class Both:
    """The daemon and its peer, and the address of each server."""

    daemon: Listening
    peer: Blackbox
    addresses: dict[str, str]

    def ours(self, name: str) -> dict[str, float]:
        return by_name(self.daemon.ask(f"/probe?target={quote(name)}&module=whatever").well().body.decode())

    def theirs(self, name: str) -> dict[str, float]:
        return by_name(self.peer.probe(name, self.addresses[name].removeprefix("tcp://")))


def by_name(page: str) -> dict[str, float]:
    """Values by name, and by phase where there is one."""
    return {
        name + "".join(f" {text}" for label, text in labels if label == "phase"): value
        for (name, labels), value in text_series(page).items()
    }


@pytest.fixture(name="both", scope="module")
def a_daemon_and_its_peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    authority = Authority(folder)
    with ExitStack() as stack:
        addresses = {name: serve(case, authority, stack) for name, case in CASES.items()}
        machine = Machine(folder)
        machine.configure(configuration(addresses, authority.bundle))
        peer = stack.enter_context(blackbox({name: module(case, authority.bundle) for name, case in CASES.items()}))
        yield Both(stack.enter_context(listening(machine)), peer, addresses)


def serve(case: Case, authority: Authority, stack: ExitStack) -> str:
    """Start its server; the address."""
    scheme = "https" if case.tls else case.scheme
    if case.behaviour is None:
        return f"{scheme}://{LOOPBACK}:{free_port()}"
    ends = NOW + timedelta(days=-1 if case.ended else 100)
    begins = NOW - timedelta(days=10)
    tls = authority.context(case.tls, not_before=begins, not_after=ends) if case.tls else None
    server = stack.enter_context(EndpointServer(case.behaviour, tls=tls))
    return f"{scheme}://{'localhost' if case.tls else LOOPBACK}:{server.port}"


def configuration(addresses: dict[str, str], bundle: Path) -> str:
    endpoints = [
        {"name": name, "url": addresses[name], **({"expect": case.expect} if case.expect else {})}
        for name, case in CASES.items()
    ]
    probe = {"interval": "1h", "timeout": f"{TIMEOUT}s", "confirm": 0, "tls": {"ca": str(bundle)}}
    endpoints.append({"name": "at once", "url": addresses["well"], "interval": "1s"})
    return json.dumps({"probe": probe, "endpoints": endpoints})


def module(case: Case, bundle: Path) -> dict[str, Any]:
    timeout = f"{TIMEOUT}s"
    if case.scheme == "tcp":
        return {"prober": "tcp", "timeout": timeout, "tcp": {"preferred_ip_protocol": "ip4"}}
    http = {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": str(bundle)}, **case.http}
    return {"prober": "http", "timeout": timeout, "http": http}


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_same(both: Both, name: str) -> None:
    ours, theirs = both.ours(name), both.theirs(name)
    assert ours["probe_success"] == theirs["probe_success"] == CASES[name].success
    same = {"probe_ip_protocol", "probe_failed_due_to_regex"}
    if theirs.get("probe_http_status_code"):
        same |= {"probe_http_status_code", "probe_http_version", "probe_http_ssl"}
    if CASES[name].success:
        same |= {"probe_ip_addr_hash", "probe_ssl_earliest_cert_expiry", "probe_http_redirects"}
    assert {key: ours.get(key) for key in same} == {key: theirs.get(key) for key in same}


@pytest.mark.parametrize("name", ["well", "certificate", "takes connections"])
def test_its_dashboards_find_their_numbers(both: Both, name: str) -> None:
    rare = {  # what only a look into the handshake, or into the headers, would tell
        "probe_http_last_modified_timestamp_seconds",
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        "probe_ssl_last_chain_info",
        "probe_tls_version_info",
        "probe_tls_cipher_info",
    }
    assert both.theirs(name).keys() - both.ours(name).keys() <= rare


def test_of_an_expired_certificate_it_tells_when_that_was(both: Both) -> None:
    assert both.ours("certificate has ended")["probe_ssl_earliest_cert_expiry"] < NOW.timestamp()


def test_an_endpoint_is_found_by_its_address_too(both: Both) -> None:
    for target in (both.addresses["well"], f"{both.addresses['well']}/"):
        assert both.ours(target)["probe_success"] == 1


@pytest.mark.parametrize("target", ["", "nobody", "http://127.0.0.1:1/", "file:///etc/passwd", "//", "%00"])
def test_nothing_else_is_ever_probed(both: Both, target: str) -> None:
    answer = both.daemon.ask(f"/probe?target={quote(target)}")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


def test_it_answers_before_the_scraper_gives_up(both: Both) -> None:
    answer = both.daemon.ask("/probe?target=says%20nothing", X_Prometheus_Scrape_Timeout_Seconds="1")
    found = by_name(answer.well().body.decode())
    assert (found["probe_success"], found["probe_timeout_seconds"]) == (0, 0.5)
    assert found["probe_duration_seconds"] < TIMEOUT


@pytest.mark.parametrize("timeout", ["", "x", "nan", "-1", "0", "inf", "1e999", "1e15"])
def test_a_time_that_is_none_is_passed_over(both: Both, timeout: str) -> None:
    answer = both.daemon.ask("/probe?target=well", X_Prometheus_Scrape_Timeout_Seconds=timeout)
    assert by_name(answer.well().body.decode())["probe_timeout_seconds"] == TIMEOUT


def test_what_was_probed_on_demand_is_not_kept(both: Both) -> None:
    both.ours("broken")
    assert 'endpoint="broken"' not in both.daemon.ask("/metrics").well().body.decode()
