"""Changes leave every other byte as it was."""

import difflib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colter.config.schema.items import look_up
from colter.config.yaml.document import Document, parse_document
from colter.config.yaml.edit import set_value, unset_value
from colter.core.errors import ConfigError

SOURCE = """\
# top
vault: x   # v
github:
    token: 'a'  # tok
    targets:
    - a/b
    - c/d
pypi: {packages: [requests, httpx], index_url: null}
smtp:
# between
endpoints:
  - https://example.org   # short
  - name: api
    url: https://api.example.org/health
    # inside
    timeout: 2s # t
  - {name: gw, url: "tcp://gw:443"}
note: |
  kept

log:
    file: null
# end"""
SETS: list[tuple[tuple[str, ...], Any, list[str]]] = [
    (("vault",), "z", ["-vault: x   # v", "+vault: z   # v"]),
    (("github", "token"), "b", ["-    token: 'a'  # tok", "+    token: 'b'  # tok"]),
    (("github", "token"), "it's", ["-    token: 'a'  # tok", "+    token: 'it''s'  # tok"]),
    (("github", "api_url"), "https://x", ["+    api_url: https://x"]),
    (("github", "targets"), ["x/*"], ["-    - a/b", "-    - c/d", "+    - x/*"]),
    (("github", "targets", "1"), "e/f", ["-    - c/d", "+    - e/f"]),
    (("endpoints", "api", "timeout"), "5s", ["-    timeout: 2s # t", "+    timeout: 5s # t"]),
    (("endpoints", "api", "expect", "status"), [200], ["+    expect:", "+        status: [200]"]),
    (("endpoints", "new", "url"), "tcp://x:1", ["+  - name: new", "+    url: tcp://x:1"]),
    (("smtp", "smtp_port"), 587, ["+    smtp_port: 587"]),
    (("influxdb", "url"), "http://x:1", ["+influxdb:", "+    url: http://x:1"]),
    (("log", "level"), "debug", ["+    level: debug"]),
    (("log", "file"), "no", ["-    file: null", '+    file: "no"']),
    (("note",), "gone", ["-note: |", "-  kept", "+note: gone"]),
    (
        ("endpoints", "gw", "timeout"),
        "5s",
        ['-  - {name: gw, url: "tcp://gw:443"}', '+  - {name: gw, url: "tcp://gw:443", timeout: 5s}'],
    ),
    (
        ("endpoints", "example.org", "timeout"),
        "5s",
        [
            "-  - https://example.org   # short",
            "+  - {name: example.org, url: https://example.org, timeout: 5s}   # short",
        ],
    ),
    (
        ("pypi", "index_url"),
        "https://x/simple",
        [
            "-pypi: {packages: [requests, httpx], index_url: null}",
            "+pypi: {packages: [requests, httpx], index_url: https://x/simple}",
        ],
    ),
]
UNSETS: list[tuple[tuple[str, ...], list[str]]] = [
    (("vault",), ["-vault: x   # v"]),
    (("github", "token"), ["-    token: 'a'  # tok"]),
    (("github", "targets", "0"), ["-    - a/b"]),
    (("endpoints", "gw"), ['-  - {name: gw, url: "tcp://gw:443"}']),
    (("endpoints", "example.org"), ["-  - https://example.org   # short"]),
    (("endpoints", "api", "timeout"), ["-    timeout: 2s # t"]),
    (("log", "file"), ["-log:", "-    file: null"]),
    (("pypi",), ["-pypi: {packages: [requests, httpx], index_url: null}"]),
    (
        ("pypi", "packages"),
        ["-pypi: {packages: [requests, httpx], index_url: null}", "+pypi: {index_url: null}"],
    ),
]
FORMS = {
    "as it is": lambda text: text,
    "with CRLF": lambda text: text.replace("\n", "\r\n"),
    "with a last line end": lambda text: text + "\n",
    "with a byte order mark": lambda text: "\ufeff" + text,
}


def parsed(text: str) -> Document:
    return parse_document(text.encode(), "f.yaml")


def difference(before: Document, after: Document) -> list[str]:
    old, new = before.encoded().decode().split("\n"), after.encoded().decode().split("\n")
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    return [line.rstrip("\r") for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "value", "changed"), SETS, ids=[".".join(path) for path, _, _ in SETS])
def test_a_value_is_set_and_nothing_else_changes(
    path: tuple[str, ...], value: Any, changed: list[str], form: str
) -> None:
    before = parsed(FORMS[form](SOURCE))
    after = set_value(before, path, value)
    assert difference(before, after) == changed
    assert look_up(after.data, path) == value


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "changed"), UNSETS, ids=[".".join(path) for path, _ in UNSETS])
def test_a_value_is_taken_out_and_nothing_else_changes(path: tuple[str, ...], changed: list[str], form: str) -> None:
    before = parsed(FORMS[form](SOURCE))
    assert difference(before, unset_value(before, path)) == changed


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "endpoints:\n  - name: a\n    url: tcp://x:1\n"),
        ("# c", "# c\nendpoints:\n  - name: a\n    url: tcp://x:1"),
        ("a: 1\n", "a: 1\nendpoints:\n  - name: a\n    url: tcp://x:1\n"),
        ("endpoints:\n", "endpoints:\n  - name: a\n    url: tcp://x:1\n"),
        ("endpoints: # none yet\n", "endpoints: # none yet\n  - name: a\n    url: tcp://x:1\n"),
        ("endpoints: []\n", "endpoints: [{name: a, url: tcp://x:1}]\n"),
        ("endpoints: null\n", "endpoints: [{name: a, url: tcp://x:1}]\n"),
        ("{}", "{endpoints: [{name: a, url: tcp://x:1}]}"),
        ("endpoints: [\n  b,\n]\n", "endpoints: [\n  b, {name: a, url: tcp://x:1}\n]\n"),
    ],
)
def test_a_first_endpoint_finds_its_place_in_every_kind_of_file(text: str, result: str) -> None:
    assert set_value(parsed(text), ("endpoints", "a", "url"), "tcp://x:1").text == result


def test_a_list_that_holds_a_comment_is_not_replaced() -> None:
    document = parsed("pypi:\n  packages:\n    - a  # why\n    - b\n")
    with pytest.raises(ConfigError, match="without touching"):
        set_value(document, ("pypi", "packages"), ["c"])


def test_what_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(ConfigError, match="is not set"):
        unset_value(parsed("a: 1"), ("b",))


words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"))
values = st.one_of(words, st.integers(-(10**17), 10**17), st.booleans(), st.none(), st.lists(words, max_size=3))
paths = st.sampled_from([path for path, _, _ in SETS])


@settings(max_examples=300, deadline=None)
@given(paths, values, st.sampled_from(sorted(FORMS)))
def test_any_value_can_be_set_and_read_again(path: tuple[str, ...], value: Any, form: str) -> None:
    after = set_value(parsed(FORMS[form](SOURCE)), path, value)
    assert repr(look_up(parsed(after.text).data, path)) == repr(value)
