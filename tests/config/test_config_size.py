"""Thousands of endpoints in one configuration: what they have in common is there once, their secrets are not."""

import tracemalloc
from pathlib import Path
from typing import Any

import yaml

from colter.config.schema.config import Config
from colter.config.settings import Settings, make_settings
from colter.config.yaml.document import Document, parse_document
from tests.config.opening import locked
from tests.config.test_yaml_traps import ENDPOINT

EXAMPLE = Path(__file__).with_name("example.yaml").read_text()
MOST_EACH = 4096
"""Bytes per endpoint of 310 bytes while it is read; it is about 2,200."""
ALIKE = """\
endpoints:
  - {name: one, url: https://one.example.org, expect: {status: 2xx}, request: {headers: {authorization: hidden}}}
  - {name: two, url: https://two.example.org, expect: {status: 2xx}, request: {headers: {authorization: hidden}}}
  - {name: three, url: https://three.example.org, expect: {status: "2xx"}, warn: {latency: 1s}}
  - {name: four, url: https://four.example.org, expect: {status: 200}, warn: {latency: 1s}}
"""


def read(text: str, former: Config | None = None) -> Settings:
    return make_settings(parse_document(text.encode(), "f.yaml"), {}, locked, former=former)


def test_an_endpoint_takes_few_bytes_while_it_is_read() -> None:
    count = 1000
    text = "endpoints:\n" + "".join(ENDPOINT.format(number) for number in range(count))
    read(text)
    tracemalloc.start()
    try:
        settings = read(text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(settings.config.endpoints) == count
    assert most / count < MOST_EACH


def test_what_endpoints_say_alike_is_there_once_but_never_a_secret() -> None:
    config = read(ALIKE).config
    one, two, three, four = config.endpoints
    assert one.expect is two.expect is three.expect is not four.expect
    assert three.warn is four.warn
    assert one.request is not two.request
    assert [(ref.path[1], ref.audience) for ref in config.secrets] == [
        ("one", "https://one.example.org:443"),
        ("two", "https://two.example.org:443"),
    ]


def test_endpoints_that_are_as_they_were_are_taken_over_and_changed_ones_are_not() -> None:
    former = read(ALIKE).config
    config = read(ALIKE.replace("four.example.org", "five.example.org").replace("one.ex", "ten.ex"), former).config
    assert config.endpoints[2] is former.endpoints[2]
    assert [endpoint.url for endpoint in config.endpoints] == [
        f"https://{host}.example.org" for host in ("ten", "two", "three", "five")
    ]
    assert [ref.audience for ref in config.secrets] == ["https://ten.example.org:443", "https://two.example.org:443"]
    assert [ref.audience for ref in former.secrets] == ["https://one.example.org:443", "https://two.example.org:443"]


def test_a_default_that_is_written_out_is_a_change() -> None:
    former = read(ALIKE).config
    config = read(ALIKE.replace("warn: {latency: 1s}}", "warn: {latency: 1s}, request: {method: GET}}"), former).config
    assert "method" in config.endpoints[2].request.model_fields_set
    assert "method" not in former.endpoints[2].request.model_fields_set


def test_every_place_is_the_one_that_the_parser_says() -> None:
    mixed = '"a": {b: [1, "é", {c: d}], e: }\r\nf:\r\n- |\r\n  text\r\n\r\n- "x"\r\n- g: 1\r\n  "h": []\r\nlast:'
    for text in (EXAMPLE, mixed, mixed.replace("\r\n", "\n"), mixed.replace("\r\n", "\r")):
        document = parse_document(text.encode(), "f")
        assert places(document, document.data) == parsed(yaml.compose(text, Loader=yaml.CSafeLoader))


def places(document: Document, data: Any, path: tuple[str | int, ...] = ()) -> list[str]:
    """Of everything in a document, keys too."""
    found = [document.place(path)]
    if isinstance(data, dict):
        for name, value in data.items():
            found += [document.place((*path, name), key=True), *places(document, value, (*path, name))]
    elif isinstance(data, list):
        for number, value in enumerate(data):
            found += places(document, value, (*path, number))
    return found


def parsed(node: Any) -> list[str]:
    """The same by PyYAML's own composer."""
    found = [f"f:{node.start_mark.line + 1}:{node.start_mark.column + 1}"]
    if isinstance(node, yaml.ScalarNode):
        return found
    for inner in node.value:
        found += [place for each in (inner if isinstance(inner, tuple) else (inner,)) for place in parsed(each)]
    return found
