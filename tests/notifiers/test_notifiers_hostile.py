"""Bad servers and strangers' text: no channel hangs, follows anybody, or lets itself be made to say something else."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colter.config.schema.checks import check_mail_address
from colter.core.errors import Answer
from colter.core.message import Message, MessageKind
from colter.notifiers import hook
from colter.notifiers.email.letter import write_letter
from colter.notifiers.slack import _text
from tests.fakes.rawserver import Script, answer, raw_server, says
from tests.influx.recorder import Recorder, recording
from tests.notifiers.places import OVER_HTTP, SECRET
from tests.notifiers.telling import AT, DOWN, Make, failure


@pytest.mark.parametrize("make", OVER_HTTP.values(), ids=OVER_HTTP.keys())
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_follows_a_redirect_to_another_server(make: Callable[[str], Make], status: int) -> None:
    with recording(Recorder(200)) as other:
        away = {"Location": f"{other.url}/in"}
        with recording(Recorder(status, away)) as server:
            error = failure(make(server.url))
    assert (error.answer, other.asked, len(server.asked)) == (Answer.PAUSE, [], 1)
    assert SECRET not in str(error)


@pytest.mark.parametrize("make", OVER_HTTP.values(), ids=OVER_HTTP.keys())
@pytest.mark.parametrize(
    "script",
    [
        lambda _, server: server.over.wait(20),
        lambda connection, server: (
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow") or server.over.wait(20)
        ),
        lambda *_: None,
        says(b"\x00\xff nonsense\r\n\r\n"),
        says(answer(200, b"x" * 100_000)),
    ],
    ids=["silent", "half an answer", "hangs up", "no HTTP", "much too much"],
)
def test_a_broken_server_is_tried_later(
    make: Callable[[str], Make], script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "DEADLINE", timedelta(seconds=0.4))
    with raw_server(script) as server:
        error = failure(make(server.url.rstrip("/")))
    assert error.answer is Answer.RETRY
    assert SECRET not in str(error)


ANYTHING = st.text(st.characters()) | st.text("=?utf-8qb_0AD\r\n:<!@>&here \u2028\x85\x00\ud800", max_size=100)


@given(ANYTHING, st.lists(ANYTHING, max_size=4))
@example("=?utf-8?q?a=0D=0ABcc:_evil@example.org?=", [])
@example("x\r\nBcc: evil@example.org", ["\r\n.\r\nMAIL FROM:<evil@example.org>"])
@example("a\u2028b\x85c\x0bd\x00e", ["<script>alert(1)</script>"])
@example("ü" * 300, ["<!channel> <!here|x> <@U1> @here @everyone"])
def test_no_text_forges_a_header_a_mention_or_json(title: str, lines: list[str]) -> None:
    message = Message("k:1:ops", MessageKind.FIRING, title, AT, lines, thread="k")
    _check_letter(message)
    _check_slack(message)
    assert Message.from_json(message.to_json()) == message
    assert json.loads(message.to_json())["title"] == message.title
    message.to_json().encode()


def _check_letter(message: Message) -> None:
    raw = write_letter(message, "colter@example.org", ["a@example.org"]).as_bytes(policy=SMTP)
    letter = message_from_bytes(raw, policy=default)
    names = ["Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"]
    assert letter.keys() == [*names, "MIME-Version", "Content-Type"]
    assert letter["To"] == "a@example.org"
    assert _bare(letter["Subject"]) == _bare(message.title)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    text, page = (part.get_content() for part in letter.iter_parts())
    assert _bare(text) == _bare("\n".join([message.title, *message.lines, "-- ", f"Sent by Colter. {message.key}"]))
    assert set(re.findall(r"<(/?\w+)", page)) <= {
        *("html", "head", "meta", "title", "/title", "/head", "body", "h1", "/h1", "p", "/p", "/body", "/html")
    }


def _check_slack(message: Message) -> None:
    text = _text(message)
    assert not re.search(r"[<>]", text)
    assert not re.search(r"(?<!\w)@\w", text)


def _bare(text: str) -> str:
    """Headers are folded at blanks, and lines at line ends: neither is what is looked at here."""
    return re.sub(r"\s+", "", text)


ATOMS = st.text(st.from_regex(r"[\w!#$%&'*+/=^`{|}~-]", fullmatch=True), min_size=1, max_size=20)
LABELS = st.text(st.from_regex(r"[\w-]", fullmatch=True), min_size=1, max_size=20)


@given(st.builds("{}.{}@{}.{}".format, ATOMS, ATOMS, LABELS, LABELS))
@example("jürgen@müller.example")
@example("=0D=0Ab@example.org")
def test_no_address_that_the_configuration_takes_breaks_a_mail(address: str) -> None:
    assert check_mail_address(address) == address
    raw = write_letter(DOWN, address, [address, address]).as_bytes(policy=SMTP.clone(utf8=True))
    assert b"\r\nb" not in raw.partition(b"\r\n\r\n")[0]
