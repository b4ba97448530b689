"""What docs/channels.md shows is true."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest

from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.message import SCHEMA, MessageKind
from colter.core.secret import Secret
from colter.notifiers.webhook import signature
from tests.config.opening import locked
from tests.notifiers.telling import DOWN

PAGE = (Path(__file__).parents[2] / "docs/channels.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(blocks("yaml"))))
def test_every_example_is_a_configuration_without_a_warning(number: int) -> None:
    variables = dict.fromkeys(re.findall(r"\$\{(\w+)\}", PAGE), "word")
    settings = make_settings(parse_document(blocks("yaml")[number].encode(), "channels.md"), variables, locked)
    assert settings.warnings == []
    assert settings.config.alerts.channels or settings.config.smtp


def test_the_json_shown_is_what_a_webhook_is_sent() -> None:
    [shown] = map(json.loads, blocks("json"))
    assert shown == {**json.loads(DOWN.to_json()), "key": "01JTDOWN:1:hook"}


def test_the_schema_and_every_kind_are_named() -> None:
    assert f"`{SCHEMA}`" in PAGE
    row = next(line for line in PAGE.splitlines() if line.startswith("| `kind`"))
    assert re.findall(r"`(\w+)`", row)[1:] == list(MessageKind)


def test_the_check_of_a_signature_that_is_shown_works() -> None:
    [code] = blocks("python")
    names: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib}
    exec(code, names)  # it is what a reader would run
    is_genuine = names["is_genuine"]
    given = signature(b"{}", Secret("word"), 1000)
    assert is_genuine(given, b"{}", b"word", 1010)
    assert not is_genuine(given, b"{}", b"word", 2000)
    assert not is_genuine(given, b"{} ", b"word", 1010)
    assert not is_genuine(given.replace("t=1000", "t=1001"), b"{}", b"word", 1010)
