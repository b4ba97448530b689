"""Jobs report over HTTP: who knows the token is heard, nobody else."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.running import Machine
from tests.daemon_web.listening import Listening, listening
from tests.servers.process import LOOPBACK
from tests.watching.daemons import kept, states, until

TOKEN, OTHER = "0123456789abcdef", "fedcba9876543210"


@dataclass(frozen=True)
class Place:
    machine: Machine
    served: Listening


def last(place: Place, job: str) -> dict[str, Any]:
    """What was kept of it last."""
    return [record for record in kept(place.machine) if record["target"] == f"probe:{job}"][-1]


@pytest.fixture(name="place", scope="module")
def a_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    machine = Machine(tmp_path_factory.mktemp("beats"))
    jobs = [
        {"name": name, "heartbeat": {"every": "1d", "token": token}, "interval": "1s"}
        for name, token in (("backup", TOKEN), ("rotate", "${ROTATE}"))
    ]
    machine.configure(json.dumps({"endpoints": [*jobs, {"name": "silent", "heartbeat": {"every": "1d"}}]}))
    machine.env["ROTATE"] = OTHER
    with listening(machine) as served:
        yield Place(machine, served)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_job_reports_how_it_went(place: Place, method: str) -> None:
    assert place.served.ask(f"/beat/{TOKEN}/fail", method=method, body=b"no space\nleft").well().body == b"OK\n"
    until(lambda: states(place.machine, "backup")[-1] == "down")
    assert place.served.ask(f"/beat/{TOKEN}", method=method).status == 200
    until(lambda: states(place.machine, "backup")[-1] == "up")


def test_the_time_since_its_start_is_how_long_it_ran(place: Place) -> None:
    for path in ("/start", ""):
        place.served.ask(f"/beat/{OTHER}{path}", method="POST").well()
    until(lambda: states(place.machine, "rotate")[-1] == "up")


@pytest.mark.parametrize(
    "token",
    ["", "x", TOKEN[:-1], f"{TOKEN}0", TOKEN.upper(), "silent", "backup", "%00", "..", "%2e%2e%2f", "a" * 5000],
)
@pytest.mark.parametrize("path", ["", "/start", "/fail"])
def test_nobody_else_is_heard(place: Place, token: str, path: str) -> None:
    assert place.served.ask(f"/beat/{token}{path}", method="POST", body=b"x").status == 404


def test_what_it_says_is_kept_clean_and_short(place: Place) -> None:
    said = b"\x1b[31mred\x00 \xff\xfe\n" + b"long " * 100_000
    assert place.served.ask(f"/beat/{TOKEN}/fail", method="POST", body=said).status == 200
    until(lambda: "red" in (last(place, "backup")["detail"] or ""))
    detail = last(place, "backup")["detail"] or ""
    assert "\x1b" not in detail
    assert len(detail) < 1200


def test_a_body_that_does_not_end_is_a_report_all_the_same(place: Place) -> None:
    place.served.ask(f"/beat/{TOKEN}").well()
    with socket.create_connection((LOOPBACK, place.served.port), timeout=30) as line:
        line.sendall(f"POST /beat/{TOKEN}/fail HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nhalf".encode())
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        (["short"], "expected 16 to 200 letters"),
        (["with/a/slash/in/it"], "expected 16 to 200 letters"),
        ([TOKEN, TOKEN], "has the same token"),
        (["${NOT_THERE_AT_ALL}"], "NOT_THERE_AT_ALL"),
    ],
    ids=["short", "slash", "twice", "unset"],
)
def test_a_token_that_will_not_do_is_told_at_the_start(machine: Machine, tokens: list[str], says: str) -> None:
    jobs = [{"name": f"job {n}", "heartbeat": {"every": "1d", "token": token}} for n, token in enumerate(tokens)]
    machine.configure(json.dumps({"endpoints": jobs}))
    done = machine.inside("daemon")
    assert done.code == 3
    assert says in done.err
    assert "slash" not in done.err
