"""Slack: what it is given, and what its answers mean."""

import json
from datetime import timedelta

import pytest

from colter.core.errors import Answer
from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.notifiers.slack import Slack
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import AT, DOWN, Make, failure, tell

PATH = "/services/T000/B000/canary4711"


def slack(server: Recorder) -> Make:
    return lambda http, clock: Slack(name="chat", url=Secret(server.url + PATH), http=http, clock=clock)


def said(message: Message) -> str:
    with recording(Recorder(200, body=b"ok")) as server:
        tell(slack(server), message)
    [(path, headers, body)] = server.asked
    assert (path, headers["content-type"]) == (PATH, "application/json")
    text = json.loads(body)["text"]
    assert isinstance(text, str)
    return text


def test_a_message_is_a_title_its_lines_and_its_key() -> None:
    assert said(DOWN) == (
        "*api is down: connect_refused*\nhttps://api.example.org/health\n3 looks in a row failed\n_01JTDOWN:1:ops_"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "<!channel> & <@U123> <http://evil|good>",
            "&lt;\u2060!channel&gt; &amp; &lt;\u2060@\u2060U123&gt; &lt;http://evil|good&gt;",
        ),
        ("@here and (@everyone)", "@\u2060here and (@\u2060everyone)"),
        ("me@example.org", "me@example.org"),
    ],
    ids=["markup", "mattermost", "mail address"],
)
def test_strangers_text_calls_nobody(text: str, shown: str) -> None:
    assert said(Message("k", MessageKind.NEWS, text, AT)) == f"*{shown}*\n_k_"


def test_a_message_that_is_too_long_ends_with_what_is_missing() -> None:
    text = said(Message("k", MessageKind.DIGEST, "many", AT, ["x" * 1000] * 100))
    assert len(text) < 20_100
    assert text.endswith(f"{'x' * 1000}\n... and 81 more lines\n_k_")


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (404, "no_service", Answer.PAUSE),
        (404, "no_team", Answer.PAUSE),
        (403, "invalid_token", Answer.PAUSE),
        (403, "action_prohibited", Answer.PAUSE),
        (410, "channel_is_archived", Answer.PAUSE),
        (400, "invalid_payload", Answer.REFUSED),
        (413, "too long", Answer.REFUSED),
        (500, "rollup_error", Answer.RETRY),
    ],
)
def test_slacks_own_words_have_their_meaning(status: int, body: str, answer: Answer) -> None:
    with recording(Recorder(status, body=body.encode())) as server:
        error = failure(slack(server))
    assert error.answer is answer
    assert str(error) == f"chat: Slack answered {status}: {body}"
    assert (error.hint is None) == (answer is not Answer.PAUSE)
    assert len(server.asked) == 1


def test_slack_says_how_long_to_wait() -> None:
    with recording(Recorder(429, {"Retry-After": "30"}, b"rate_limited")) as server:
        error = failure(slack(server))
    assert (error.answer, error.retry_after) == (Answer.RETRY, timedelta(seconds=30))


def test_a_web_page_is_no_slack() -> None:
    with recording(Recorder(200, body=b"\n<!DOCTYPE html><title>Sign in</title>")) as server:
        error = failure(slack(server))
    assert (error.answer, str(error)) == (Answer.PAUSE, "chat: Slack: a web page answers there")
