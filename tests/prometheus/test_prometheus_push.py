"""What a real Pushgateway shows after a push, and what is said when there is none or it says no."""

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Latest, Target
from colter.core.secret import Secret
from colter.sinks import pushgateway as module
from tests.fakes.clock import START
from tests.fakes.rawserver import RawServer, answer, raw_server, says
from tests.prometheus.looks import (
    GITHUB_NOW,
    HARD,
    NOW,
    PYPI_NOW,
    STARS,
    expected,
    failed,
    last_success,
    package,
    repository,
    up,
)
from tests.prometheus.pushing import Work, cleared, push, showing, shown, sources, stranger
from tests.servers.promtool import check_metrics
from tests.servers.pushgateway import Pushgateway


def test_every_source_is_a_group_of_its_own_that_holds_every_number(pushgateway: Pushgateway) -> None:
    push(pushgateway.url, showing(*NOW))
    assert sources(pushgateway) == {"github", "probe", "pypi"}
    for known in NOW:
        assert shown(pushgateway, known.source) == expected([known])
    ours = [line for line in pushgateway.metrics().splitlines(keepends=True) if "colter_" in line]
    check_metrics("".join(ours))


def test_what_is_not_watched_any_more_vanishes(pushgateway: Pushgateway) -> None:
    fewer = Latest("github", [repository("pallets/flask", 71235)])
    push(pushgateway.url, showing(*NOW), showing(fewer))
    assert shown(pushgateway, "github") == expected([fewer])
    assert shown(pushgateway, "pypi") == expected([PYPI_NOW]), "another source is left as it was"


def test_a_source_with_nothing_left_loses_its_group(pushgateway: Pushgateway) -> None:
    push(pushgateway.url, showing(*NOW), showing(Latest("github", earlier_success=START), Latest("never"), PYPI_NOW))
    assert sources(pushgateway) == {"probe", "pypi"}


def test_a_source_that_failed_is_not_up_and_shows_no_old_numbers(pushgateway: Pushgateway) -> None:
    before = Latest("pypi", [package("requests", 5, 6)])
    after = Latest("pypi", [failed(Target("pypi", "requests"))], earlier_success=before.last_success)
    push(pushgateway.url, showing(before), showing(after))
    moment = before.last_success
    assert moment
    assert shown(pushgateway, "pypi") == {up(Target("pypi", "requests")): 0, last_success("pypi"): moment.timestamp()}


@pytest.mark.parametrize("number", [number for number, name in enumerate(HARD) if name != "\ud800"])
def test_job_and_instance_may_be_any_text(pushgateway: Pushgateway, number: int) -> None:
    name = HARD[number]
    push(pushgateway.url, showing(PYPI_NOW), job=name, instance=f"{name}2")
    (group,) = pushgateway.groups()
    assert group["labels"] == {"job": name, "instance": f"{name}2", "source": "pypi"}
    push(pushgateway.url, cleared, job=name, instance=f"{name}2")
    assert pushgateway.groups() == []


def test_an_empty_instance_is_none(pushgateway: Pushgateway) -> None:
    push(pushgateway.url, showing(PYPI_NOW), instance="")
    assert 'package="requests"' in pushgateway.metrics()


def test_clearing_deletes_what_is_ours_and_nothing_else(pushgateway: Pushgateway) -> None:
    strangers = [
        "job/colter",
        "job/colter/instance/machine",
        "job/colter/instance/other/source/github",
        "job/other/instance/machine/source/github",
        "job/colter/instance/machine/source/github/shard/1",
    ]
    for path in strangers:
        stranger(pushgateway, path)
    push(pushgateway.url, showing(*NOW))
    assert len(pushgateway.groups()) == len(strangers) + 3
    push(pushgateway.url, cleared)
    push(pushgateway.url, cleared)
    assert len(pushgateway.groups()) == len(strangers)
    assert pushgateway.metrics().count("\nmine{") == len(strangers)


def test_a_type_that_somebody_else_has_pushed_otherwise_is_explained(pushgateway: Pushgateway) -> None:
    stranger(pushgateway, "job/other", f"# TYPE {STARS.prometheus} counter\n{STARS.prometheus} 1\n")
    error = refused(pushgateway.url, showing(*NOW))
    assert error.answer is Answer.PAUSE
    assert STARS.prometheus in str(error)
    assert "another type" in (error.hint or "")
    assert shown(pushgateway, "pypi") == expected([PYPI_NOW]), "the other sources are shown all the same"


def refused(url: str, *works: Work, **changes: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        push(url, *works, **changes)
    return caught.value


@pytest.mark.parametrize("work", [showing(GITHUB_NOW), cleared], ids=["show", "clear"])
@pytest.mark.parametrize(
    ("reply", "answer_", "said", "hint"),
    [
        (answer(500, b"out of order"), Answer.RETRY, "500: out of order", None),
        (answer(503, b"", ["Retry-After: 7"]), Answer.RETRY, "503", None),
        (answer(400, b"inconsistent"), Answer.PAUSE, "400: inconsistent", "another type"),
        (answer(413, b"large"), Answer.PAUSE, "413", "proxy"),
        (answer(401, b"who?"), Answer.PAUSE, "401", "prometheus.password"),
        (answer(404, b"no"), Answer.PAUSE, "404", "prometheus.gateway"),
        (answer(302, b"", ["Location: https://login.example.org/"]), Answer.PAUSE, "login.example.org", "gateway"),
        (answer(200, b"Hello"), Answer.PAUSE, "", "gateway"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Answer.RETRY, "no proper HTTP", None),
    ],
    ids=["500", "503", "400", "413", "401", "404", "redirect", "page", "ssh"],
)
def test_every_no_is_told_with_what_to_do(
    work: Work, reply: bytes, answer_: Answer, said: str, hint: str | None
) -> None:
    with raw_server(says(reply)) as server:
        error = refused(server.url, work)
    assert server.connections == 1, "tried again by whoever delivers, not here"
    assert error.answer is answer_
    assert said in str(error)
    assert (hint or "") in (error.hint or "")
    if answer_ is Answer.PAUSE:
        assert error.hint
    assert error.retry_after == (timedelta(seconds=7) if b"Retry-After" in reply else None)


def test_a_gateway_that_is_down_is_asked_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refused(f"http://127.0.0.1:{port}", showing(*NOW))
    assert error.answer is Answer.RETRY
    assert str(error).count(f"cannot connect to 127.0.0.1 at port {port}") == 1, "three sources, one message"
    assert error.hint == "if it stays so, correct prometheus.gateway"


def test_a_gateway_that_hangs_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_: socket.socket, server: RawServer) -> None:
        server.over.wait(30)

    assert module._DEADLINE.total_seconds() == 10
    monkeypatch.setattr(module, "_DEADLINE", timedelta(seconds=0.3))
    with raw_server(hang) as server:
        error = refused(server.url, showing(*NOW))
    assert error.answer is Answer.RETRY
    assert "did not answer within 0.3 s" in str(error)


def test_what_is_no_list_of_groups_clears_nothing() -> None:
    for body in (b"{}", b"[]", b"no", b'{"data": 5}', b'{"data": [5]}', b'{"data": [{"labels": 5}]}'):
        with raw_server(says(answer(200, body))) as server:
            assert refused(server.url, cleared).answer is Answer.PAUSE
            assert server.connections == 1


@contextmanager
def behind_a_proxy(gateway: Pushgateway, user: str, password: str) -> Iterator[RawServer]:
    """A proxy at /push that lets nobody in without the password."""
    wanted = base64.b64encode(f"{user}:{password}".encode())

    def forward(connection: socket.socket, server: RawServer) -> None:
        head = server.heads[-1]
        if b"authorization: Basic " + wanted not in head:
            connection.sendall(answer(401, b"wrong: " + head))
            return
        with socket.create_connection(("127.0.0.1", gateway.port)) as upstream:
            upstream.sendall(head.replace(b" /push/", b" /", 1))
            length = next(
                (int(line.split()[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")), 0
            )
            body = head.partition(b"\r\n\r\n")[2]
            while len(body) < length:
                part = connection.recv(65536)
                body += part
                upstream.sendall(part)
            connection.sendall(upstream.recv(65536))

    with raw_server(forward) as server:
        yield server


def test_user_and_password_open_a_proxy_and_are_told_to_nobody(pushgateway: Pushgateway) -> None:
    with behind_a_proxy(pushgateway, "me", "pass:wörd-12345") as proxy:
        url = f"{proxy.url}push/"
        push(url, showing(PYPI_NOW), user="me", password=Secret("pass:wörd-12345"))
        assert shown(pushgateway, "pypi") == expected([PYPI_NOW])
        error = refused(url, showing(PYPI_NOW), user="me", password=Secret("not-the-password"))
        nobody = refused(url, showing(PYPI_NOW))
    assert error.answer is nobody.answer is Answer.PAUSE
    assert "prometheus.password" in (error.hint or "")
    assert "not-the-password" not in str(error)
    assert base64.b64encode(b"me:not-the-password").decode() not in str(error)
