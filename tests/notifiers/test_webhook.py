"""Any webhook: its body is the documented JSON, signed, with a key that makes a repeat recognisable."""

import hashlib
import hmac
import json
from datetime import timedelta

from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.notifiers.webhook import Webhook
from tests.fakes.clock import FakeClock
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import AT, DOWN, Make, failure, tell


def webhook(server: Recorder, **more: object) -> Make:
    return lambda http, clock: Webhook(
        name="hook",
        url=Secret(f"{server.url}/in?room=1"),
        http=http,
        clock=clock,
        **more,  # type: ignore[arg-type]
    )


def test_it_is_given_the_message_as_json() -> None:
    with recording(Recorder(202)) as server:
        tell(webhook(server, headers={"X-Room": "ops", "authorization": Secret("Bearer abc")}), DOWN)
    [(path, headers, body)] = server.asked
    assert path == "/in?room=1"
    assert headers["content-type"] == "application/json"
    assert (headers["X-Room"], headers["authorization"]) == ("ops", "Bearer abc")
    assert headers["idempotency-key"] == "01JTDOWN:1:ops"
    assert "x-colter-signature" not in headers
    assert Message.from_json(body.decode()) == DOWN
    assert json.loads(body) == {
        "schema": "colter.notification/1",
        "key": "01JTDOWN:1:ops",
        "kind": "firing",
        "title": "api is down: connect_refused",
        "at": "2026-05-04T11:59:00.000Z",
        "thread": "01JTDOWN",
        "lines": ["https://api.example.org/health", "3 looks in a row failed"],
        "alerts": [dict(DOWN.alerts[0])],
    }


def test_whoever_shares_the_secret_can_check_who_sent_it_and_when() -> None:
    clock = FakeClock()
    with recording(Recorder()) as server:
        tell(webhook(server, secret=Secret("s3cret-ü")), DOWN, clock=clock)
        clock.advance(timedelta(minutes=5))
        tell(webhook(server, secret=Secret("s3cret-ü")), DOWN, clock=clock)
    for _, headers, body in server.asked:
        time, _, given = headers["x-colter-signature"].partition(",v1=")
        seconds = time.removeprefix("t=")
        expected = hmac.new("s3cret-ü".encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(given, expected)
    first, second = (headers["x-colter-signature"] for _, headers, _ in server.asked)
    assert first.startswith("t=1777896000,")
    assert second.startswith("t=1777896300,")


def test_a_key_of_any_letters_fits_a_header_and_stays_unique() -> None:
    keys = ["i:1:über", "i:1:%C3%BCber", "i:1:a b", "i:1:\U0001f6a8"]
    with recording(Recorder()) as server:
        tell(webhook(server), *(Message(key, MessageKind.TEST, "t", AT) for key in keys))
    given = [headers["idempotency-key"] for _, headers, _ in server.asked]
    assert given == ["i:1:%C3%BCber", "i:1:%25C3%25BCber", "i:1:a b", "i:1:%F0%9F%9A%A8"]


def test_a_server_that_repeats_what_it_was_sent_tells_no_secrets() -> None:
    with recording(Recorder(400, body=b"bad: Bearer abcdef at /in?room=1")) as server:
        error = failure(webhook(server, headers={"authorization": Secret("Bearer abcdef")}))
    assert str(error) == "hook: the webhook answered 400: bad: •••• at /in?••••"
