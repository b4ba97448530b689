"""A message is clean however it was made, and the same again after the outbox."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from colter.core.message import Alert, Message, MessageKind

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_it_is_the_same_again_after_the_outbox() -> None:
    alert = Alert(target="probe:api", rule="down", tags=["a", "b"], sequence=3)
    message = Message("k:1:ops", MessageKind.FIRING, "api is down", AT, ["one", "two"], [alert], thread="k")
    again = Message.from_json(message.to_json())
    assert again == message
    assert again.to_json() == message.to_json()


def test_its_texts_are_single_clean_lines_at_any_depth() -> None:
    fields: Any = {
        "detail": "a\x1b[2J\nb",
        "tags": ["\u202eevil"],
        "more": {"x": "\ud800y"},
        "value": math.nan,
        "not": None,
    }
    message = Message("k", MessageKind.NEWS, "a\r\nBcc: b", AT, ["x\u2028y"], [fields])
    assert (message.title, message.lines) == ("a Bcc: b", ("xy",))
    assert json.loads(message.to_json())["alerts"] == [{"detail": "a[2J b", "tags": ["evil"], "more": {"x": "y"}}]


def test_it_is_never_without_a_title_and_never_endless() -> None:
    assert Message("k", MessageKind.TEST, "\x00", AT).title == "test"
    long = Message("k", MessageKind.TEST, "x" * 10_000, AT, ["y" * 10_000])
    assert (len(long.title), len(long.lines[0])) == (200, 1000)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": "colter.notification/2"}', '{"schema": "colter.notification/1", "key": 1}'],
    ids=["nothing", "list", "no schema", "another schema", "incomplete"],
)
def test_what_is_no_message_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"message|Expecting"):
        Message.from_json(text)
