"""What a server's answer means for what it was given."""

import asyncio
from datetime import timedelta

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.core.secret import Secret
from colter.net.answers import Receiver, check, deliver
from colter.net.http import Http, Reply, Request
from tests.fakes.clock import FakeClock
from tests.fakes.rawserver import Script, answer, raw_server, says

RECEIVER = Receiver("Receiver", address_hint="address", access_hint="access", not_found_hint="not found")
HOUR = timedelta(hours=1)


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, "http://x.example/")


def failure(given: Reply, token: str = "") -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        check(given, RECEIVER, FakeClock(), secrets=[Secret(token)])
    return raised.value


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_success(status: int) -> None:
    check(reply(status, b"whatever"), RECEIVER, FakeClock())


@pytest.mark.parametrize(
    ("status", "meaning", "hint"),
    [
        (400, Answer.REFUSED, None),
        (422, Answer.REFUSED, None),
        (413, Answer.TOO_LARGE, None),
        (408, Answer.RETRY, None),
        (425, Answer.RETRY, None),
        (429, Answer.RETRY, None),
        (500, Answer.RETRY, None),
        (501, Answer.RETRY, None),
        (503, Answer.RETRY, None),
        (599, Answer.RETRY, None),
        (401, Answer.PAUSE, "access"),
        (403, Answer.PAUSE, "access"),
        (407, Answer.PAUSE, "access"),
        (404, Answer.PAUSE, "not found"),
        (405, Answer.PAUSE, "address"),
        (409, Answer.PAUSE, "address"),
        (410, Answer.PAUSE, "address"),
        (301, Answer.PAUSE, "address"),
        (303, Answer.PAUSE, "address"),
        (304, Answer.PAUSE, "address"),
    ],
)
def test_every_status_has_its_meaning(status: int, meaning: Answer, hint: str | None) -> None:
    error = failure(reply(status, retry_after="7"))
    assert (error.answer, error.hint) == (meaning, hint)
    assert error.retry_after == (timedelta(seconds=7) if meaning is Answer.RETRY else None)
    assert str(error) == f"Receiver answered {status}"


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("0", timedelta()),
        ("120", timedelta(minutes=2)),
        ("99999999", HOUR),
        ("Mon, 04 May 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 04 May 2026 11:00:00 GMT", timedelta()),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
    ids=["none", "seconds", "for ever", "date", "past", "word", "negative", "empty"],
)
def test_how_long_to_wait_is_read_and_bounded(written: str, wait: timedelta | None) -> None:
    assert failure(reply(429, retry_after=written)).retry_after == wait
    assert failure(reply(503, retry_after=written)).retry_after == wait


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b'{"code":"invalid","message":"no such field"}', ": no such field", id="influxdb"),
        pytest.param(b'{"error":"database not found"}', ": database not found", id="influxdb 1"),
        pytest.param(b'{"message":""}', ': {"message":""}', id="nothing said"),
        pytest.param(b"cannot parse\nline 3\x1b[2J", ": cannot parse line 3[2J", id="text"),
        pytest.param(b"[1]", ": [1]", id="no object"),
        pytest.param(b"\xff\xfe", ": \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}", id="bytes"),
        pytest.param(b"[" * 100_000, ": " + "[" * 499 + "…", id="nesting"),
        pytest.param(b"x" * 100_000, ": " + "x" * 499 + "…", id="long"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_the_servers_own_words_are_told_clean_and_cut(body: bytes, said: str) -> None:
    assert str(failure(reply(400, body))) == f"Receiver answered 400{said}"


def test_a_token_that_the_server_repeats_is_not_told() -> None:
    assert str(failure(reply(401, b'{"message":"bad token s3cret!"}'), "s3cret!")).endswith(": bad token ••••")


_PATIENCE = 60
REDIRECT = answer(307, headers=["Location: http://other.example/"])
TWICE = answer(307, headers=["Location: /again"])


@pytest.mark.parametrize(
    ("script", "meaning", "said"),
    [
        pytest.param(says(REDIRECT), Answer.PAUSE, "redirects to another server, other.example", id="elsewhere"),
        pytest.param(says(TWICE), Answer.PAUSE, "redirects more than", id="in circles"),
        pytest.param(says(b"HTTP/1.1 200"), Answer.RETRY, "broke off", id="cut"),
        pytest.param(says(b"SSH-2.0-x\r\n"), Answer.RETRY, "no proper HTTP", id="no http"),
        pytest.param(says(answer(204, headers=["Content-Encoding: br"])), Answer.PAUSE, "compressed", id="compressed"),
        pytest.param(says(answer(503, b"x" * 2000)), Answer.RETRY, "more than 1000 bytes", id="too much"),
        pytest.param(lambda connection, server: server.over.wait(10), Answer.RETRY, "within 0.3 s", id="silent"),
    ],
)
def test_what_is_no_answer_is_no_refusal(script: Script, meaning: Answer, said: str) -> None:
    seconds = 0.3 if "0.3 s" in said else _PATIENCE
    with raw_server(script) as server, pytest.raises(DeliveryError, match=said) as raised:
        asyncio.run(_deliver(server.url, seconds=seconds))
    assert raised.value.answer is meaning
    assert str(raised.value.hint).startswith("address") is (meaning is Answer.PAUSE)


@pytest.mark.parametrize(
    ("url", "meaning"),
    [("http://127.0.0.1:1/", Answer.RETRY), ("http://nobody.invalid/", Answer.RETRY), ("ftp://x/", Answer.PAUSE)],
    ids=["closed", "unknown", "no web"],
)
def test_nobody_there_is_tried_again(url: str, meaning: Answer) -> None:
    with pytest.raises(DeliveryError) as raised:
        asyncio.run(_deliver(url))
    assert raised.value.answer is meaning


def test_a_token_that_is_no_header_wants_mending_and_is_not_told() -> None:
    with raw_server(says(answer(204))) as server, pytest.raises(DeliveryError) as raised:
        asyncio.run(_deliver(server.url, Secret("canary\n4711")))
    assert (raised.value.answer, raised.value.hint) == (Answer.PAUSE, "address; or access")
    assert "canary" not in str(raised.value)


async def _deliver(url: str, token: Secret | None = None, *, seconds: float = _PATIENCE) -> Reply:
    clock = FakeClock()
    async with Http(clock) as http:
        deadline = timedelta(seconds=seconds)
        request = Request(url, method="POST", token=token, deadline=deadline, attempts=1, max_bytes=1000)
        return await deliver(http, request, RECEIVER, clock)
