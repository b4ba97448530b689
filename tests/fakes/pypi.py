"""A package index and its download statistics, on one loopback server that knows only what a test put there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import Any

from colter.demo.serve import Answer, Ask, as_json, serve
from tests.fakes.clock import FakeClock

YESTERDAY = date(2026, 5, 3)  # of FakeClock's first day


@dataclass
class FakePyPI:
    """Answers by path; anything else is a 404. Statistics are limited to 30 a virtual minute, as pypistats does."""

    clock: FakeClock
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When statistics were asked for, in virtual seconds."""

    def __call__(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        if ask.path.startswith("/api/"):
            now = self.clock.monotonic()
            self.moments.append(now)
            if sum(moment > now - 60 for moment in self.moments) > 30:
                return Answer(status=429)
        return self.answers.get(ask.path, Answer(status=404))

    def package(self, name: str, *versions: str, downloads: int | None = 10, days: int = 180) -> None:
        """A package in good order, with the same number of downloads on each day up to yesterday."""
        self.answers[f"/simple/{name}/"] = page(name, *(file(f"{name}-{version}.tar.gz") for version in versions))
        self.answers[f"/pypi/{name}/json"] = json_page(versions[-1])
        if downloads is not None:
            newest = self.clock.now().date() - timedelta(days=1)
            told = {newest - timedelta(days=back): downloads for back in range(days)}
            self.answers[f"/api/packages/{name}/overall"] = overall(told)

    def asked(self, prefix: str) -> list[str]:
        """The paths below a prefix that were asked for since the last call of `forget`."""
        return [ask.path for ask in self.asks if ask.path.startswith(prefix)]

    def forget(self) -> None:
        self.asks.clear()


@contextmanager
def fake_pypi(clock: FakeClock) -> Iterator[FakePyPI]:
    fake = FakePyPI(clock)
    with serve(fake) as fake.url:
        yield fake


def file(name: str, uploaded: str | None = "2026-01-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    """A file by PEP 691 and PEP 700."""
    times = {"upload-time": uploaded} if uploaded else {}
    basic = {"filename": name, "url": f"https://files.example.org/{name}", "hashes": {}}
    return {**basic, "requires-python": ">=3.9", "yanked": False, **times, **more}


def page(name: str, *files: Mapping[str, Any], headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """A project's page by PEP 691."""
    told = {"meta": {"api-version": "1.4"}, "name": name, "files": files, **more}
    return as_json(told, kind="application/vnd.pypi.simple.v1+json", headers=headers or {})


def html_page(*links: tuple[str, Mapping[str, str | None]], head: str = "") -> Answer:
    """A project's page by PEP 503: file names, each with further attributes."""
    lines = [_link(name, attributes) for name, attributes in links]
    text = f"<!DOCTYPE html><html><head>{head}</head><body><h1>Links</h1>{''.join(lines)}</body></html>"
    return Answer(text.encode(), kind="text/html; charset=utf-8")


def json_page(version: str, *vulnerabilities: Mapping[str, Any]) -> Answer:
    """A project's page of the JSON API."""
    return as_json({"info": {"version": version}, "vulnerabilities": vulnerabilities, "urls": [], "last_serial": 1})


def overall(days: Mapping[date, int]) -> Answer:
    """Downloads by day, as pypistats tells them: without mirrors as given, and with."""
    rows = [
        {"category": category, "date": day.isoformat(), "downloads": count + more}
        for category, more in (("with_mirrors", 1000), ("without_mirrors", 0))
        for day, count in days.items()
    ]
    return as_json({"data": rows, "package": "x", "type": "overall_downloads"})


def table(kind: str, rows: Sequence[tuple[str, date, int]]) -> Answer:
    """Downloads by day and category."""
    data = [{"category": category, "date": day.isoformat(), "downloads": count} for category, day, count in rows]
    return as_json({"data": data, "package": "x", "type": f"{kind}_downloads"})


def raw(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    """Whatever a broken server says."""
    return Answer(body.encode() if isinstance(body, str) else body, status, headers=headers)


def _link(name: str, attributes: Mapping[str, str | None]) -> str:
    written = "".join(
        f' {key}="{escape(value)}"' if value is not None else f" {key}" for key, value in attributes.items()
    )
    return f'<a href="../../packages/{name}#sha256=0"{written}>{name}</a><br>\n'
