"""Real answers of GitHub's REST API, recorded by the tests of PyGithub, replayed with their real ETags."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.github_server import Asked, Told

_LINES = 10
"""Of a recorded exchange: scheme, verb, host, port, URL, headers, body, status, answer's headers, answer."""
_KEPT = ("etag", "link", "content-type")


def read_recordings(folder: Path) -> dict[str, Told]:
    """The answers of status 200 by path, the last one recorded of each."""
    found: dict[str, Told] = {}
    for path in sorted(folder.iterdir()):
        lines = path.read_text(errors="replace").split("\n")
        start = 0
        while start + _LINES <= len(lines):
            if not lines[start]:
                start += 1
                continue
            _, verb, _, _, url, _, _, status, headers, body = lines[start : start + _LINES]
            start += _LINES
            if (verb, status) == ("GET", "200") and url.startswith("/") and body.startswith(("{", "[")):
                found[url] = Told(body.encode(), 200, _headers(headers))
    return found


@dataclass
class Replay:
    """An answer function for `serve`; a path that was never recorded is a 404."""

    answers: Mapping[str, Told]
    unchanged: list[str] = field(default_factory=list)
    """Paths that were answered with 304."""

    def __call__(self, asked: Asked) -> Told:
        told = self.answers.get(asked.path) or self.answers.get(_without_page(asked.path))
        if told is None:
            return Told({"message": "Not Found"}, 404)
        etag = told.headers.get("etag")
        if etag and asked.headers.get("if-none-match") == etag:
            self.unchanged.append(asked.path)
            return Told(b"", 304, {"etag": etag})
        return told

    def json(self, path: str) -> Any:
        return json.loads(self.answers[path].body)


def _without_page(path: str) -> str:
    """A first page of up to a hundred releases was recorded without saying so."""
    return path.removesuffix("?per_page=100&page=1") if "/releases?" in path else path


def _headers(written: str) -> dict[str, str]:
    pairs = ast.literal_eval(written)
    found = {str(name).lower(): str(value) for name, value in (pairs.items() if isinstance(pairs, dict) else pairs)}
    return {name: found[name] for name in _KEPT if name in found}
