"""ntfy: what is published, and where."""

import json

import pytest

from colter.core.errors import Answer
from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.notifiers.ntfy import Ntfy
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import AT, DOWN, UP, Make, failure, tell


def ntfy(url: str, token: str | None = None) -> Make:
    return lambda http, clock: Ntfy(
        name="phone", url=Secret(url), http=http, clock=clock, token=Secret(token) if token else None
    )


def test_a_message_is_published_to_its_topic() -> None:
    with recording(Recorder(200)) as server:
        tell(ntfy(f"{server.url}/behind/colter-%C3%BC", "tk_canary"), DOWN, UP)
    assert [path for path, _, _ in server.asked] == ["/behind/", "/behind/"]
    assert {headers["authorization"] for _, headers, _ in server.asked} == {"Bearer tk_canary"}
    assert [json.loads(body) for _, _, body in server.asked] == [
        {
            "topic": "colter-ü",
            "title": "api is down: connect_refused",
            "message": "https://api.example.org/health\n3 looks in a row failed",
            "priority": 4,
            "tags": ["rotating_light"],
        },
        {
            "topic": "colter-ü",
            "title": "api is up again after 1m",
            "message": "api is up again after 1m",
            "priority": 3,
            "tags": ["white_check_mark"],
        },
    ]


def test_a_message_never_becomes_a_file() -> None:
    with recording(Recorder(200)) as server:
        tell(ntfy(f"{server.url}/topic"), Message("k", MessageKind.DIGEST, "many", AT, ["ü" * 500] * 9))
    text = json.loads(server.asked[0][2])["message"]
    assert text == "\n".join(["ü" * 500] * 4 + ["... and 5 more lines"])
    assert len(text.encode()) <= 4096


@pytest.mark.parametrize(
    "url", ["https://ntfy.example.org", "https://ntfy.example.org/", "http://[", "topic", "ftp://a/b"]
)
def test_what_is_no_topic_is_said_and_not_shown(url: str) -> None:
    error = failure(ntfy(url))
    assert (error.answer, error.hint) == (Answer.PAUSE, "correct alerts.channels.phone.url")
    assert str(error) == "phone: ntfy: its address is not usable"


def test_a_topic_is_not_shown_when_the_server_repeats_it() -> None:
    with recording(Recorder(403, body=b'{"code":40301,"error":"forbidden: secrettopic"}')) as server:
        error = failure(ntfy(f"{server.url}/secrettopic"))
    assert (error.answer, str(error)) == (Answer.PAUSE, "phone: ntfy answered 403: forbidden: ••••")
