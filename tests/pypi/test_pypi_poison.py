"""Poisoned answers: whatever an index or the statistics say, a reading comes of it and no traceback."""

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from colter.core.model import Reading
from colter.core.text import clean
from colter.net.http import HttpError, parse_json
from colter.sources.pypi.downloads import by_python, by_system, overall
from colter.sources.pypi.facts import facts
from colter.sources.pypi.releases import Project
from colter.sources.pypi.server import ImproperError, MissingError
from colter.sources.pypi.simple_html import parse_html_page
from colter.sources.pypi.simple_json import parse_json_page
from colter.sources.pypi.stats import parse_rows
from colter.sources.pypi.vulnerabilities import parse_known
from tests.fakes.clock import START
from tests.fakes.pypi import YESTERDAY, file, html_page, json_page, page, table
from tests.fakes.pypi import overall as overall_page
from tests.fakes.pypi_watch import Watch, watching

POISON: Sequence[Any] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 2**70, -(2**70), "", "x" * 5000, [], {}, [[[[]]]], {"a": {"b": []}}),
    *(
        "\ud800",
        "\x00\x1b[2J",
        "\u202e",
        "9" * 5000,
        "9999-12-31",
        "0000-00-00",
        "2026-02-30T25:61:61Z",
        "NaN",
        "1e400",
    ),
    *("x-1.0.tar.gz", "x-" + "1." * 2000 + "whl", "../../etc/passwd", "x-\ud800.tar.gz", "x-1!2+l.post.dev-9.zip"),
)
RAW = (b"NaN", b"1e400", b"Infinity", b"-0", b'"a":1,"a":2', b"[" * 2000, b"\xff", b"\\u0000", b"", b"}", b'"')
PAGES = {
    "simple": page(
        "x",
        file("x-1.0.tar.gz", yanked="bad"),
        file("x-2.0-py3-none-any.whl"),
        versions=["1.0", "2.0"],
        **{"project-status": {"status": "archived", "reason": "old"}},
    ).body,
    "json": json_page("2.0", {"id": "A", "aliases": ["B"], "withdrawn": None}, {"id": "C", "aliases": []}).body,
    "overall": overall_page({YESTERDAY: 5}).body,
    "table": table("system", [("Linux", YESTERDAY, 5), ("null", YESTERDAY, 1)]).body,
    "html": html_page(("x-1.0.tar.gz", {"data-yanked": "bad"}), ("x-2.0.zip", {"data-requires-python": ">=3"})).body,
}


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as found:
        yield found


def poisoned(body: bytes, dice: random.Random) -> bytes:
    """The body with one value or a few bytes replaced by something nasty."""
    if body.startswith(b"{") and dice.random() < 0.7:
        document = json.loads(body)
        parents = list(_parents(document))
        parent, key = dice.choice(parents)
        parent[key] = dice.choice(POISON)
        return json.dumps(document).encode()
    start = dice.randrange(len(body))
    return body[:start] + dice.choice(RAW) + body[start + dice.randrange(40) :]


def _parents(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _parents(node[key])


def read_project(project: Project) -> None:
    kept = Project.from_bytes(project.to_bytes())
    assert kept == project
    part = facts(kept, {"uploaded": "2025-01-01T00:00:00+00:00", "version": "0.1", "yanked": "[]"}, START, None)
    for text in [*part.info.values(), *part.marks.values(), *(event.title + event.key for event in part.events)]:
        text.encode()
        assert clean(text, 100_000) == text


READERS: dict[str, Callable[[bytes], object]] = {
    "simple": lambda body: read_project(parse_json_page(parse_json(body), "x", START)),
    "html": lambda body: read_project(parse_html_page(body, "x")),
    "json": lambda body: parse_known(parse_json(body)).to_bytes(),
    "overall": lambda body: _finite(overall(parse_rows(parse_json(body), START.date()), {}).samples),
    "table": lambda body: _tables(parse_rows(parse_json(body), START.date())),
}


def _tables(rows: Any) -> None:
    _finite([*by_python(rows).samples, *by_system(rows).samples])


def _finite(samples: Sequence[Any]) -> None:
    assert all(math.isfinite(sample.value) and sample.value >= 0 for sample in samples)


@pytest.mark.parametrize("kind", list(PAGES))
def test_three_thousand_poisoned_pages_are_read_or_refused(kind: str) -> None:
    dice = random.Random(f"colter {kind}")
    refused = 0
    for _ in range(3000):
        body = poisoned(PAGES[kind], dice)
        try:
            READERS[kind](body)
        except (HttpError, ValueError, MissingError) as error:
            refused += 1
            clean(str(error)).encode()
    assert 0 < refused < 3000


@pytest.mark.parametrize("piece", ["<", "<!--", "<a ", "<a href='", "<a x='<a y=\"", "&#", "<a =", "<a href=x-1.exe>"])
def test_a_page_made_to_keep_a_parser_busy_does_not(piece: str) -> None:
    begun = time.thread_time()
    with pytest.raises(ImproperError):
        parse_html_page(piece.encode() * 100_000, "x")
    assert time.thread_time() - begun < 20  # seconds; html.parser takes minutes for some of these


def test_a_list_of_names_made_to_keep_a_parser_busy_does_not() -> None:
    begun = time.thread_time()
    names = [f"{start}-{'-' * 200}{number}.exe" for number in range(10_000) for start in ("x", "-", "x_x")]
    told = {"meta": {"api-version": "1.0"}, "name": "x", "versions": names, "files": [file(name) for name in names]}
    assert parse_json_page(told, "x", START).releases == []
    assert time.thread_time() - begun < 20


def test_poisoned_packages_do_not_hurt_their_neighbours(watch: Watch) -> None:
    dice = random.Random("colter wire")
    names = [f"x{number}" for number in range(150)]
    for number, name in enumerate(names):
        watch.fake.package(name, "1.0")
        if number % 10:
            path = dice.choice([f"/simple/{name}/", f"/pypi/{name}/json", f"/api/packages/{name}/overall"])
            answer = watch.fake.answers[path]
            watch.fake.answers[path] = type(answer)(poisoned(answer.body, dice), kind=answer.kind)
    found = watch.look(*names)
    assert len(found) == 150
    assert all(_whole(found[name]) for name in names[::10])


def _whole(reading: Reading) -> bool:
    return not reading.missing and reading.values["downloads_180d"] == 1800 and reading.info["version"] == "1.0"
