"""What YAML would do to a configuration, and what it may do here."""

import os
from pathlib import Path
from typing import Any

import pytest

from colter.config.yaml.document import MAX_BYTES, load_document, parse_document
from colter.config.yaml.reading import MAX_VALUES
from colter.core.errors import ConfigError

MEANT = [
    ("country: no", {"country": "no"}),
    ("on: yes", {"on": "yes"}),
    ("every: 15:00", {"every": "15:00"}),
    ("mode: 0600", {"mode": 600}),
    ("mode: 0o600", {"mode": 384}),
    ("mask: 0xff", {"mask": 255}),
    ("day: 2026-01-01", {"day": "2026-01-01"}),
    ("number: 1_000", {"number": "1_000"}),
    ("version: '1.10'", {"version": "1.10"}),
    ("half: .5", {"half": 0.5}),
    ("nothing: ~", {"nothing": None}),
    ("nothing:", {"nothing": None}),
    ("yes: true", {"yes": True}),
    ("200: ok", {"200": "ok"}),
    ("true: ok", {"true": "ok"}),
    ("text: 'null'", {"text": "null"}),
    ("digits: " + "9" * 5000, {"digits": "9" * 5000}),
    ("a: |\n  one\n  two\nb: 1", {"a": "one\ntwo\n", "b": 1}),
    ("\ufeffa: 1", {"a": 1}),
    ("---\na: 1\n...\n", {"a": 1}),
    ("", {}),
    ("# nothing\n", {}),
    ("---\n", {}),
]
REFUSED = [
    (b"a: &x 1\nb: *x", "1:4: anchors"),
    (b"a: *x", "1:4: aliases"),
    (b"a:\n  <<: {b: 1}", "2:3: merge keys"),
    (b"a: !!python/object/apply:os.system [id]", "1:4: tags"),
    (b"a: !secret x", "1:4: tags"),
    (b"a: 1\nb: 2\na: 3", "3:1: the key 'a' stands twice, first in line 1"),
    (b"a: {b: 1, b: 2}", "1:11: the key 'b' stands twice"),
    (b"'a': 1\na: 2", "2:1: the key 'a' stands twice"),
    (b"a: 1\n---\nb: 2", "2:1: a second document"),
    (b"[a]: 1", "1:1: expected a key"),
    (b"?\n: 1", "1:2: expected a key"),
    (b"- a", "1:1: expected sections"),
    (b"just text", "1:1: expected sections"),
    (b"a: " + b"[" * 40, "levels of nesting"),
    (b"a: " + b"{a: " * 40, "levels of nesting"),
    (b"- " * 5000, "levels of nesting"),
    (b"a: \x1b[2J", "1:4: the character U+001B"),
    (b"a: b\x00", "1:5: the character U+0000"),
    ("a: b\u2028c".encode(), "1:5: the character U+2028"),
    (b'a: "\\u0007"', "1:4: the character U+0007"),
    (b'a: "\\ud800"', "1:"),
    (b"ok: 1\na: \xff", "2:4: expected UTF-8"),
    ("a: 1".encode("utf-16"), "1:1: expected UTF-8"),
    (b"a: [1", "this is not YAML"),
    (b"a:\n\t- b", "2:1: this is not YAML"),
    (b"a: 'b", "this is not YAML"),
    (b"%YAML 9.9\n---\na: 1", "this is not YAML"),
]
ENDPOINT = """\
  - name: service-{0:05d}
    url: https://service-{0:05d}.prod.example.org:8443/health/ready?check=all
    group: backend
    tags: [prod, eu-west]
    interval: 30s
    timeout: 2s
    expect: {{status: [2xx, 401], body: {{contains: ok}}}}
    warn: {{latency: 500ms, cert: 30d}}
    request: {{headers: {{accept: application/json}}}}
"""
VALUES = 37
"""Keys, values, lists and sections of one of these."""


@pytest.mark.parametrize(("text", "meant"), MEANT, ids=[text[:20] for text, _ in MEANT])
def test_a_scalar_means_what_it_looks_like(text: str, meant: dict[str, Any]) -> None:
    assert repr(parse_document(text.encode(), "f").data) == repr(meant)


@pytest.mark.parametrize(("content", "said"), REFUSED, ids=[repr(content[:20]) for content, _ in REFUSED])
def test_what_is_not_allowed_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_document(content, "f.yaml")
    assert str(refusal.value).startswith("f.yaml:")
    assert said in str(refusal.value)
    assert "\x1b" not in str(refusal.value)


def test_ten_thousand_endpoints_with_everything_in_them_are_half_of_what_may_be() -> None:
    text = "endpoints:\n" + "".join(ENDPOINT.format(number) for number in range(10_000))
    assert len(parse_document(text.encode(), "f").data["endpoints"]) == 10_000
    assert 2 * len(text) < MAX_BYTES
    assert 2 * 10_000 * VALUES < MAX_VALUES


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"#" * (MAX_BYTES + 1), "f.yaml:1:1: the file is larger than 8MiB"),
        (b"a: [" + b"1," * MAX_VALUES + b"]", "expected at most 1,000,000 values"),
    ],
    ids=["bytes", "values"],
)
def test_what_is_too_large_is_refused_with_advice(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_document(content, "f.yaml")
    assert said in str(refusal.value)
    assert "--state" in str(refusal.value.hint)


def test_every_value_knows_its_place_also_after_a_byte_order_mark_and_wide_characters() -> None:
    document = parse_document("\ufeffä: 😀  # ü\r\nb:\r\n  - name: é\r\n    url: x\r\n".encode(), "f")
    assert document.place(["ä"]) == "f:1:4"
    assert document.place(["b", 0, "url"]) == "f:4:10"
    assert document.place(["b", 0, "url"], key=True) == "f:4:5"
    assert document.place(["b", 7, "nowhere"]) == "f:3:3"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.yaml")
    with pytest.raises(ConfigError, match="expected a regular file"):
        load_document(tmp_path / "config.yaml")


def test_a_directory_and_a_missing_file_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read|regular file"):
        load_document(tmp_path)
    with pytest.raises(ConfigError, match="no such file"):
        load_document(tmp_path / "none.yaml")
