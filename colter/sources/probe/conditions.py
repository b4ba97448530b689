"""The expectations of a check, from its configuration or its command line, and whether they suit its address."""

from collections.abc import Mapping, Sequence

from colter.config.schema.endpoints import ProbeDefaults
from colter.config.schema.expectations import Expect, Expectations, Warn
from colter.sources.probe.expect import (
    BODY_KINDS,
    Body,
    Expectation,
    Fact,
    Header,
    Json,
    Record,
    ResponseCode,
    Status,
    certificate_lasts,
    latency_within,
    parse_expectation,
    size_within,
)
from colter.sources.probe.jsonpath import parse_comparison, parse_path
from colter.sources.probe.url import Url

_HEARD: tuple[Fact, ...] = ("latency", "body", "json")
_FACTS: Mapping[str, tuple[Fact, ...]] = {
    "https": ("status", "header", *_HEARD, "size", "cert"),
    "http": ("status", "header", *_HEARD, "size", "cert"),
    "tcp": _HEARD,
    "tls": (*_HEARD, "cert"),
    "smtp": ("latency", "cert"),
    "imap": ("latency", "cert"),
    "postgres": ("latency", "cert"),
    "dns": ("latency", "rcode", "answer"),
    "icmp": ("latency",),
    "ws": ("header", *_HEARD),
    "wss": ("header", *_HEARD, "cert"),
}


def expected(written: Expect, address: Url) -> tuple[Expectation, ...]:
    """What must hold; ValueError when the address has no such thing."""
    # Only what was said: the schema's default would contradict an `--expect status=...`.
    statuses = [Status(written.status)] if "status" in written.model_fields_set else []
    return suiting((*statuses, *_contents(written), *_bounds(written)), address)


def warned(written: Warn, defaults: ProbeDefaults, address: Url) -> tuple[Expectation, ...]:
    """What should hold, the defaults of all endpoints with it; ValueError when the address has no such thing."""
    latency = [] if written.latency else [latency_within(defaults.latency_threshold)]
    certificate = [] if written.cert or not address.secure else [certificate_lasts(defaults.tls.warn)]
    statuses = [Status(written.status)] if written.status else []
    return suiting((*statuses, *_contents(written), *latency, *certificate, *_bounds(written)), address)


def demanded(conditions: Sequence[str], address: Url) -> tuple[Expectation, ...]:
    """What the command line says must hold; ValueError when it says nothing that could be judged."""
    return suiting(tuple(parse_expectation(condition) for condition in conditions), address)


def suiting(expectations: tuple[Expectation, ...], address: Url) -> tuple[Expectation, ...]:
    """The same, if there is something to judge by; ValueError when the address has no such thing."""
    known = _FACTS[address.scheme]
    if lacking := dict.fromkeys(each.fact for each in expectations if each.fact not in known):
        facts = " and no ".join(lacking)
        raise ValueError(f"a {address.scheme}:// address has no {facts} to judge by, only {', '.join(known)}")
    return expectations


def _contents(written: Expectations) -> list[Expectation]:
    return [
        *(Header(name.lower(), glob) for name, glob in written.headers.items()),
        *(Body(kind, wanted) for kind in BODY_KINDS if (wanted := getattr(written.body, kind)) is not None),
        *(Json(parse_path(path), parse_comparison(value)) for path, value in written.json_.items()),
        *([ResponseCode(written.rcode)] if written.rcode else []),
        *(Record(glob) for glob in written.answers),
    ]


def _bounds(written: Expectations) -> list[Expectation]:
    return [
        *([latency_within(written.latency)] if written.latency else []),
        *([certificate_lasts(written.cert)] if written.cert else []),
        *([size_within(written.size)] if written.size else []),
    ]
