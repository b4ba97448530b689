"""What Apprise is given, and what is made of its yes and no."""

import json
import sys

import pytest

from colter.core.errors import Answer
from colter.core.message import Message, MessageKind
from colter.core.secret import Secret
from colter.notifiers.apprise import Apprise
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import AT, DOWN, Make, failure, tell

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it


def apprise(url: str) -> Make:
    return lambda _http, _clock: Apprise(name="any", url=Secret(url))


def json_at(server: Recorder) -> Make:
    return apprise(server.url.replace("http://", "json://") + "/in")


def test_apprise_brings_it_wherever_it_can() -> None:
    with recording(Recorder(200)) as server:
        tell(json_at(server), DOWN, Message("k", MessageKind.NEWS, "<!channel> @here", AT))
    first, second = (json.loads(body) for _, _, body in server.asked)
    assert (first["title"], first["type"]) == ("api is down: connect_refused", "failure")
    assert first["message"] == "https://api.example.org/health\n3 looks in a row failed\n01JTDOWN:1:ops"
    assert (second["title"], second["type"]) == ("<\u2060!channel> @\u2060here", "info")


@pytest.mark.parametrize(
    ("status", "headers"),
    [(500, {}), (429, {}), (404, {}), (302, {"Location": "http://127.0.0.1:1/elsewhere"})],
    ids=["500", "429", "404", "redirect"],
)
def test_what_apprise_could_not_send_is_tried_again(status: int, headers: dict[str, str]) -> None:
    with recording(Recorder(status, headers)) as server:
        error = failure(json_at(server))
    assert (error.answer, len(server.asked)) == (Answer.RETRY, 1)


def test_an_address_that_apprise_does_not_know_is_said_and_not_shown() -> None:
    error = failure(apprise("bogus://canary@host"))
    assert (error.answer, error.hint) == (Answer.PAUSE, "correct alerts.channels.any.url")
    assert "canary" not in str(error)


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    error = failure(apprise("json://127.0.0.1/"))
    assert (error.answer, error.hint) == (Answer.PAUSE, "pip install 'colter[apprise]'")
