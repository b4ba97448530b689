"""`colter probe` against real servers on loopback."""

import json
from collections.abc import Callable

import pytest

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, reply

DOWN = "tcp://127.0.0.1:1"


def failing_at_first(times: int) -> Callable[[Visit], None]:
    """Answers 503 so many times, then 200."""
    left = [times]

    def behave(visit: Visit) -> None:
        left[0] -= 1
        reply(503 if left[0] >= 0 else 200)(visit)

    return behave


def test_an_address_needs_no_configuration(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        ended = machine.process("probe", server.url("/health"), "-f", "json")
    (result,) = json.loads(ended.out)["results"]
    assert ended.code == 0
    assert (result["state"], result["status_code"], result["bytes"]) == ("up", 200, 2)
    assert result["endpoint"].endswith("/health")


def test_configured_endpoints_are_found_by_name_and_tag(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        machine.configure(
            f"probe: {{confirm: 0}}\n"
            f"endpoints:\n"
            f"  - {{name: api, url: '{server.url()}', tags: [prod], group: backend}}\n"
            f"  - {{name: web, url: '{server.url('/web')}', tags: [prod, public]}}\n"
            f"  - {{name: gone, url: '{DOWN}'}}\n"
        )

        def names(*argv: str) -> list[str]:
            return [
                result["endpoint"] for result in json.loads(machine.inside("probe", *argv, "-f", "json").out)["results"]
            ]

        assert names() == ["api", "web", "gone"]
        assert names("web", "api", "web") == ["web", "api"]
        assert names("@prod") == ["api", "web"]
        assert names("@public", DOWN) == ["web", "127.0.0.1:1"]
        assert "did you mean 'gone'" in machine.inside("probe", "gon").err
        assert "did you mean '@prod'" in machine.inside("probe", "@prd").err
        assert "are for addresses" in machine.inside("probe", "api", "-X", "POST").err
        assert machine.inside("probe", "api", "--expect", "status=404").code == 10


@pytest.mark.parametrize("named", ["api", "address"])
@pytest.mark.parametrize(
    "asked", [("--expect", "status=404", "--count", "4", "--interval", "0s"), ("--wait", "5s")], ids=["expect", "wait"]
)
def test_what_is_asked_on_the_command_line_alone_is_not_held_against_a_configured_endpoint(
    machine: Machine, named: str, asked: tuple[str, ...]
) -> None:
    with EndpointServer(reply(200 if "--expect" in asked else 500)) as server:
        machine.configure(
            f"endpoints: [{{name: api, url: '{server.url()}'}}, '{server.url('/x')}']\n"
            f"alerts: {{channels: {{hook: {{type: webhook, url: '{server.url('/hook')}'}}}}}}\n"
        )
        name = server.url("/x") if named == "address" else named
        ended = machine.inside("probe", name, *asked, "-q")
        assert (ended.code, ended.err) == (10, "")
        assert [request for request in server.requests if b"/hook" in request] == []
    assert "nothing is known yet" in machine.inside("status").err


def test_two_addresses_of_one_name_are_two_endpoints(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        one, tcp = server.url("/"), server.url().replace("http:", "tcp:").rstrip("/")
        ended = machine.inside("probe", one, tcp, f"{one}?a=1", f"{one}?a=2", f"{one}?a=1", one, "-f", "json")
    names = [result["endpoint"] for result in json.loads(ended.out)["results"]]
    host = f"127.0.0.1:{server.port}"
    assert names == [host, f"tcp://{host}", f"http://{host}/", f"http://{host}/ (2)"]


def test_of_many_endpoints_a_hint_names_a_few(machine: Machine) -> None:
    machine.configure("endpoints:\n" + "".join(f"  - {{name: e{number}, url: '{DOWN}'}}\n" for number in range(500)))
    assert "e9 and 490 more" in machine.inside("probe", "qqq").err


def test_method_headers_and_body_are_sent(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        machine.inside("probe", server.url(), "-X", "PUT", "-H", "x-one: 1", "-H", "accept: text/plain", "-d", "hello")
        request = server.requests[0].decode()
    assert request.startswith("PUT / HTTP/1.1")
    for part in ("x-one: 1", "accept: text/plain", "hello"):
        assert part in request


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([], 0),
        (["--expect", "status=2xx"], 0),
        (["--expect", "status=404"], 10),
        (["--expect", "latency<1ms", "--fail-on", "never"], 0),
        (["--fail-on", "latency > 0"], 10),
        (["--fail-on", "latency > 1m"], 0),
        (["--fail-on", "status >= 200", "--fail-on", "down"], 10),
        (["--fail-on", "cert < 21d"], 0),
    ],
)
def test_the_exit_code_follows_expectations_and_conditions(machine: Machine, argv: list[str], code: int) -> None:
    with EndpointServer(reply()) as server:
        assert machine.inside("probe", server.url(), "--no-store", *argv).code == code


def test_who_does_not_take_degraded_does_not_take_down(machine: Machine) -> None:
    assert machine.inside("probe", DOWN, "--no-store", "--fail-on", "degraded").code == 10
    assert machine.inside("probe", DOWN, "--no-store", "--fail-on", "connect_refused").code == 10
    assert machine.inside("probe", DOWN, "--no-store", "--fail-on", "tls_expired").code == 0


def test_it_waits_until_it_passes_and_shows_the_last_look(machine: Machine) -> None:
    with EndpointServer(failing_at_first(2)) as server:
        ended = machine.inside("probe", server.url(), "--wait", "1m", "--interval", "1s", "-f", "jsonl", "--no-store")
    assert ended.code == 0
    assert [json.loads(line)["state"] for line in ended.out.splitlines()] == ["up"]
    assert ended.err.count("not yet") == 2


def test_waiting_has_an_end(machine: Machine) -> None:
    ended = machine.inside("probe", DOWN, "--wait", "5s", "--interval", "2s", "--no-store")
    assert ended.code == 10
    assert ended.err.count("not yet") == 2


def test_many_looks_are_written_as_they_come_and_summed_up(machine: Machine) -> None:
    with EndpointServer(failing_at_first(1)) as server:
        ended = machine.inside("probe", server.url(), "--count", "3", "--interval", "1s", "-f", "text", "--no-store")
    assert ended.code == 10
    head, *rows = ended.out.splitlines()
    assert head.startswith("endpoint\t")
    assert len(rows) == 3
    assert "2 of 3 up; latency min" in ended.err


def test_nagios_gets_its_own_codes_and_even_errors_on_stdout(machine: Machine) -> None:
    with EndpointServer(reply()) as server:
        up = machine.inside("probe", server.url(), "-f", "nagios", "--no-store")
    down = machine.inside("probe", DOWN, "-f", "nagios", "--no-store")
    wrong = machine.inside("probe", "nothing", "-f", "nagios", "--no-store")
    assert (up.code, up.out[:13]) == (0, "OK - 1 of 1 u")
    assert (down.code, down.out[:8]) == (2, "CRITICAL")
    assert (wrong.code, wrong.out[:10], wrong.err) == (3, "UNKNOWN - ", "")


def test_explain_tells_what_happened(machine: Machine) -> None:
    with EndpointServer(reply(200, b"hello", server="test")) as server:
        people = machine.inside("probe", server.url(), "--explain", "-f", "table", "--no-store")
        programs = machine.inside("probe", server.url(), "--explain", "-f", "json", "--no-store")
    for told in (people.out, programs.err):
        assert "processing" in told
        assert "server: test" in told
        assert "hello" in told
    assert json.loads(programs.out)["schema"] == "colter.probes/1"


def test_a_hostile_server_cannot_paint_on_the_terminal(machine: Machine) -> None:
    evil = b"\x1b]0;owned\x07\xc2\x9b31m\xe2\x80\xae[/b]"
    with EndpointServer(reply(500, evil, server=evil.decode("latin-1"))) as server:
        for format_ in (
            "table",
            "text",
            "json",
            "jsonl",
            "csv",
            "markdown",
            "openmetrics",
            "junit",
            "nagios",
            "github",
        ):
            ended = machine.inside("probe", server.url(), "--explain", "-f", format_, "--no-store")
            assert not set("\x1b\x07\x9b\u202e") & set(ended.out + ended.err), format_


def test_a_secret_in_an_address_is_shown_nowhere(machine: Machine) -> None:
    with EndpointServer(reply(500)) as server:
        address = server.url("/x?token=canary-token").replace("://", "://me:canary-password@")
        for argv in (["-f", "json"], ["-f", "table", "--explain"], ["-vv"], ["--expect", "status=404"]):
            ended = machine.inside("probe", address, *argv)
            assert "canary" not in ended.out + ended.err
    for path in machine.home.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path


def test_the_last_look_is_remembered(machine: Machine) -> None:
    machine.process("probe", DOWN)
    shown = json.loads(machine.inside("status", "-f", "json").out)
    (target,) = shown["targets"]
    assert target["target"] == "probe:127.0.0.1:1"
    assert target["result"]["reason"] == "connect_refused"
    assert "down" in machine.inside("status").out
    table = machine.inside("status", "-f", "table").out
    assert "connect" in table
    for format_ in ("text", "jsonl", "csv", "markdown", "openmetrics"):
        assert "127.0.0.1" in machine.inside("status", "-f", format_).out
