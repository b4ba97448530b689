"""Entries as every database takes them: PostgreSQL refuses NUL, none takes half characters, and all have their lengths.

What is too long is cut where it can be seen; a name that is cut stays unique.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from colter.core.model import Entry, Event, ProbeResult, Reading, Target
from colter.store.kept import finite
from colter.store.tables import NAME

_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_TEXT = 16_000
"""Most characters of a text: MySQL keeps 65,535 bytes of it, and a character may take four."""
_WORD = 64
_VERSION = 16


def fitted(entry: Entry) -> Entry:
    """The entry itself, unless something in it does not fit."""
    what = _reading(entry.what) if isinstance(entry.what, Reading) else _result(entry.what)
    return entry if what is entry.what else replace(entry, what=what)


def _result(result: ProbeResult) -> ProbeResult:
    version, ip = result.http_version or "", result.ip or ""
    texts = result.url + result.group + (result.detail or "")
    short = len(result.endpoint) <= NAME and len(texts) <= _TEXT and len(version) <= _VERSION and len(ip) <= _WORD
    if short and not _IMPOSSIBLE.search(result.endpoint + texts + version + ip):
        return result
    return replace(
        result,
        endpoint=_name(result.endpoint),
        url=_text(result.url),
        group=_text(result.group),
        detail=None if result.detail is None else _text(result.detail),
        http_version=None if result.http_version is None else _name(result.http_version, _VERSION),
        ip=None if result.ip is None else _name(result.ip, _WORD),
    )


def _reading(reading: Reading) -> Reading:
    reading = finite(reading)
    return replace(
        reading,
        target=Target(reading.target.source, _name(reading.target.name)),
        identity=None if reading.identity is None else _name(reading.identity),
        problem=None if reading.problem is None else _text(reading.problem),
        info=_words(reading.info),
        missing=_words(reading.missing),
        marks={_name(name): value for name, value in _words(reading.marks).items()},
        samples=[replace(sample, labels=_words(sample.labels)) for sample in reading.samples],
        events=[_event(event) for event in reading.events],
        daily=[replace(count, series=_name(count.series, _WORD)) for count in reading.daily],
    )


def _event(event: Event) -> Event:
    return Event(_name(event.kind, _WORD), _name(event.key), _text(event.title), event.at, _text(event.url))


def _words(words: Mapping[str, str]) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in words.items()}


def _text(text: str) -> str:
    possible = _IMPOSSIBLE.sub("�", text)
    return possible if len(possible) <= _TEXT else possible[: _TEXT - 1] + "…"


def _name(name: str, most: int = NAME) -> str:
    """Cut names end in `…` and eight digits that tell them apart."""
    possible = _IMPOSSIBLE.sub("�", name)
    if len(possible) <= most:
        return possible
    mark = blake2b(name.encode(errors="replace"), digest_size=4).hexdigest()
    return f"{possible[: most - len(mark) - 1]}…{mark}"
