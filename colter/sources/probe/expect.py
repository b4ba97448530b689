"""What is expected of an answer: one grammar for `expect` (violated: down), `warn` (degraded) and `--expect`.

Every expectation is a pure function of what was seen. What is missing fails.
"""

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Literal, Protocol

from colter.config.schema.checks import check_hex, check_response_code
from colter.config.schema.measures import StatusSet, parse_statuses, split_size_bound
from colter.core.model import Reason
from colter.core.text import clean
from colter.core.units import format_duration, parse_duration, parse_size
from colter.sources.probe.answer import Answer
from colter.sources.probe.jsonpath import (
    Comparison,
    MissingError,
    Path,
    parse_comparison,
    parse_document,
    parse_path,
)

Violation = tuple[Reason, str]
BodyKind = Literal["contains", "not_contains", "matches", "not_matches", "hex"]
BODY_KINDS: tuple[BodyKind, ...] = ("contains", "not_contains", "matches", "not_matches", "hex")
Fact = Literal["status", "header", "body", "json", "rcode", "answer", "latency", "cert", "size"]
GOOD_STATUSES = StatusSet(((200, 399),))
"""What counts as up where nothing else is said: redirects have been followed by then."""

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_GRAMMAR = (
    "status=2xx, header:content-type=application/json*, body contains ok, body~REGEX, "
    "body hex 504f4e47, json:$.status==up, rcode=NOERROR, answer=192.0.2.*, latency<500ms, cert>14d or size<1MiB"
)
_CONDITION = re.compile(
    r"""\s*(?:
    status\s*={1,2}\s*(?P<status>.+)
    |header:(?P<header>[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})\s*(?:={1,2}\s*(?P<glob>.+))?
    |body\s+(?P<absent>not\s+)?contains\s+(?P<part>.+)
    |body\s+hex\s+(?P<hex>.+)
    |rcode\s*={1,2}\s*(?P<rcode>\w+)
    |answer\s*={1,2}\s*(?P<answer>.+)
    |body\s*(?P<unlike>!?)~\s*(?P<pattern>.+)
    |json:(?P<path>\$(?:\[[^\]]*\]|[^\s=!<>\[])*)(?P<comparison>\s*(?:==|!=|<=|>=|<|>).+)
    |(?P<measure>latency|cert|size)\s*(?P<sign><=|>=|<|>)\s*(?P<bound>\S+)
    )\s*""",
    re.VERBOSE | re.DOTALL,
)


class Expectation(Protocol):
    """One thing that must hold."""

    @property
    def fact(self) -> Fact:
        """What it looks at."""

    @property
    def needs_body(self) -> bool:
        """Whether the body must be kept for it."""

    def violation(self, answer: Answer, now: datetime) -> Violation | None:
        """Why the answer does not meet it: a reason and a clean sentence."""


@dataclass(frozen=True)
class Status:
    """The HTTP status is one of a set."""

    allowed: StatusSet
    fact: ClassVar[Fact] = "status"
    needs_body: ClassVar[bool] = False

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        if answer.status is not None and answer.status in self.allowed:
            return None
        return Reason.HTTP_STATUS, f"answered with status {answer.status}, expected {self.allowed}"


@dataclass(frozen=True)
class Header:
    """A header is there, and its value fits a pattern in which `*` stands for anything; case does not matter."""

    name: str
    glob: str = "*"
    fact: ClassVar[Fact] = "header"
    needs_body: ClassVar[bool] = False

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        value = answer.header(self.name)
        if value is None:
            return Reason.HEADER_MISMATCH, f"the header {self.name} is missing"
        if fits(self.glob, value):
            return None
        return Reason.HEADER_MISMATCH, f"the header {self.name} is {clean(value, 100)!r}, expected {self.glob!r}"


@dataclass(frozen=True)
class Body:
    """A text stands in the body, a regular expression is found in it, or not."""

    kind: BodyKind
    wanted: str
    fact: ClassVar[Fact] = "body"
    needs_body: ClassVar[bool] = True

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        found = answer.matches[self.wanted] if self.kind.endswith("matches") else self._bytes in answer.body
        wanted = not self.kind.startswith("not_")
        if found is None:
            return Reason.BODY_MISMATCH, f"the search for {clean(self.wanted, 100)!r} took too long"
        if found == wanted and (found or not answer.truncated):
            return None
        if answer.truncated and not found:
            return _too_large(answer)
        return Reason.BODY_MISMATCH, f"the body {'lacks' if wanted else 'holds'} {clean(self.wanted, 100)!r}"

    @property
    def _bytes(self) -> bytes:
        return bytes.fromhex(self.wanted) if self.kind == "hex" else self.wanted.encode()


@dataclass(frozen=True)
class Json:
    """A value in a JSON body compares as wanted. No JSON, no such value, another type: all of that fails."""

    path: Path
    comparison: Comparison
    fact: ClassVar[Fact] = "json"
    needs_body: ClassVar[bool] = True

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        if answer.truncated:
            return _too_large(answer)
        try:
            found = self.path.find(parse_document(answer.body))
        except MissingError:
            return Reason.JSON_MISSING, f"the JSON body has no {self.path.text}"
        except ValueError as error:
            return Reason.JSON_INVALID, f"the body is not JSON: {clean(str(error), 100)}"
        if self.comparison.holds(found):
            return None
        return Reason.JSON_MISMATCH, f"{self.path.text} is {clean(_brief(found), 100)}, expected {self.comparison}"


@dataclass(frozen=True)
class ResponseCode:
    """A name server answers with this code."""

    wanted: str
    fact: ClassVar[Fact] = "rcode"
    needs_body: ClassVar[bool] = False

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        if answer.rcode == self.wanted:
            return None
        reason = Reason.DNS_NXDOMAIN if answer.rcode == "NXDOMAIN" else Reason.DNS_ERROR
        return reason, f"the name server answered {answer.rcode}, expected {self.wanted}"


@dataclass(frozen=True)
class Record:
    """One of the DNS records fits a pattern in which `*` stands for anything; case does not matter."""

    glob: str
    fact: ClassVar[Fact] = "answer"
    needs_body: ClassVar[bool] = False

    def violation(self, answer: Answer, now: datetime) -> Violation | None:  # noqa: ARG002  one signature for all
        """See Expectation."""
        if any(fits(self.glob, record) for record in answer.records):
            return None
        if not answer.records:
            return Reason.DNS_NXDOMAIN, "there is no such record"
        found = clean(", ".join(answer.records), 120)
        return Reason.BODY_MISMATCH, f"no record is {clean(self.glob, 80)!r}; found {found}"


@dataclass(frozen=True)
class Measure:
    """Latency in milliseconds, size in bytes or the certificate's remaining life in seconds keeps within a bound."""

    what: Literal["latency", "cert", "size"]
    sign: str
    bound: float
    text: str
    needs_body: ClassVar[bool] = False

    @property
    def fact(self) -> Fact:
        """See Expectation."""
        return self.what

    def violation(self, answer: Answer, now: datetime) -> Violation | None:
        """See Expectation."""
        value = _measured(self.what, answer, now)
        if value is not None and _SIGNS[self.sign](value, self.bound):
            return None
        if self.what == "cert":
            return Reason.CERT_EXPIRING, _left(answer, now)
        if self.what == "latency":
            took = "no latency was measured" if value is None else f"the answer took {value:.0f} ms"
            return Reason.LATENCY, f"{took}, expected {self.text}"
        # The taxonomy has no reason for a body that is too small.
        return Reason.BODY_TOO_LARGE if "<" in self.sign else Reason.BODY_MISMATCH, (
            f"the body has {answer.size or 0} bytes, expected {self.text}"
        )


def parse_expectation(text: str) -> Expectation:
    """Read one condition as it stands on the command line; ValueError says what was expected."""
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ValueError(f"expected a condition such as {_GRAMMAR}, got {text[:200]!r}")
    return next(read(found) for group, read in _READERS.items() if found[group])


@lru_cache(maxsize=64)  # thousands of endpoints share a few
def latency_within(length: timedelta) -> Expectation:
    """The answer takes at most this long."""
    return Measure("latency", "<=", length / timedelta(milliseconds=1), f"at most {format_duration(length)}")


@lru_cache(maxsize=64)
def certificate_lasts(length: timedelta) -> Expectation:
    """The certificate is good for at least this long."""
    return Measure("cert", ">=", length.total_seconds(), f"at least {format_duration(length)}")


def size_within(bound: str) -> Expectation:
    """The body keeps within a bound such as `< 1MiB`."""
    return _measure("size", *split_size_bound(bound))


def first_violation(expectations: Sequence[Expectation], answer: Answer, now: datetime) -> Violation | None:
    """The first expectation that does not hold, in the order given."""
    for each in expectations:
        if found := each.violation(answer, now):
            return found
    return None


def fits(glob: str, value: str) -> bool:
    """Whether a text fits a pattern in which `*` stands for anything; case does not matter.

    Pieces are looked for from left to right, so hostile values cost linear time, unlike a regular expression.
    """
    first, *rest = glob.lower().split("*")
    text = value.lower()
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    place = len(first)
    for piece in rest[:-1]:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return len(text) - len(rest[-1]) >= place and text.endswith(rest[-1])


def _measure(what: Literal["latency", "cert", "size"], sign: str, bound: str) -> Measure:
    text = f"{what} {sign} {bound}"
    if what == "size":
        return Measure(what, sign, float(parse_size(bound)), text)
    length = parse_duration(bound)
    return Measure(
        what, sign, length / timedelta(milliseconds=1) if what == "latency" else length.total_seconds(), text
    )


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"expected a regular expression after ~: {error}") from error
    return pattern


def _measured(what: str, answer: Answer, now: datetime) -> float | None:
    if what == "latency":
        return answer.latency_ms
    if what == "size":
        return answer.size
    return (answer.certificate_expires - now).total_seconds() if answer.certificate_expires else None


def _left(answer: Answer, now: datetime) -> str:
    if answer.certificate_expires is None:
        return "no certificate was presented"
    days = (answer.certificate_expires - now).days
    whose = f"the intermediate certificate of {answer.certificate_holder}" if answer.certificate_holder else ""
    until = f"on {answer.certificate_expires:%Y-%m-%d}, in {days} day{'s' * (days != 1)}"
    return f"{whose or 'the certificate'} expires {until}"


def _too_large(answer: Answer) -> Violation:
    seen = len(answer.body)
    return (
        Reason.BODY_TOO_LARGE,
        f"only the first {seen} bytes of the body were kept, and what is expected is not there",
    )


def _brief(found: Any) -> str:
    if isinstance(found, list | dict):
        return "a list" if isinstance(found, list) else "a mapping"
    return json.dumps(found, ensure_ascii=False)


_READERS: Mapping[str, Callable[[re.Match[str]], Expectation]] = {
    "status": lambda found: Status(parse_statuses(found["status"])),
    "header": lambda found: Header(found["header"].lower(), (found["glob"] or "*").strip()),
    "part": lambda found: Body("not_contains" if found["absent"] else "contains", found["part"]),
    "hex": lambda found: Body("hex", check_hex(found["hex"])),
    "pattern": lambda found: Body("not_matches" if found["unlike"] else "matches", _regex(found["pattern"])),
    "path": lambda found: Json(parse_path(found["path"].strip()), parse_comparison(found["comparison"])),
    "rcode": lambda found: ResponseCode(check_response_code(found["rcode"])),
    "answer": lambda found: Record(found["answer"].strip()),
    "measure": lambda found: _measure(found["measure"], found["sign"], found["bound"]),  # type: ignore[arg-type]
}
"""By the group of the grammar that was found."""
