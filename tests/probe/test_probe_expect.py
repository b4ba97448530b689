"""The grammar of expectations, and what each says to an answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from colter.core.model import Reason
from colter.sources.probe.answer import Answer
from colter.sources.probe.expect import certificate_lasts, first_violation, fits, latency_within, parse_expectation
from colter.sources.probe.jsonpath import MissingError, parse_comparison, parse_path

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def answer() -> Answer:
    return Answer(
        NOW,
        status=200,
        head=[b"Content-Type: application/json; charset=utf-8\r\n", b"Vary: a\r\n", b"vary:b\r\n"],
        body=b'{"status": "up", "n": 5, "f": 1.5, "text": "5", "yes": true, "none": null,'
        b'"deep": [{"a b": {"c.d": 1}}]}',
        size=99,
        complete=True,
        spent={"connect": 100.0, "processing": 400.0},
        certificate_expires=NOW + timedelta(days=10),
        matches={"^{": True, "x+": False, "(a+)+": None},
    )


GOOD = [
    "status=200",
    "status=2xx",
    "status=404,200-204",
    "status == 2xx, 301",
    "header:content-type=application/json*",
    "header:Content-Type=*JSON*UTF-8",
    "header:vary=a, b",
    "header:vary",
    'body contains "status"',
    "body not contains Traceback",
    "body~^{",
    "body!~x+",
    "json:$.status==up",
    'json:$.status == "up"',
    "json:$.status!=down",
    "json:$.n==5",
    "json:$.n<5.5",
    "json:$.n>=5",
    "json:$.f>1",
    'json:$.text=="5"',
    "json:$.yes==true",
    "json:$.none==null",
    "json:$.n!=null",
    "json:$.deep[0]['a b'][\"c.d\"]==1",
    "latency<1s",
    "latency<=500ms",
    "latency>1ms",
    "cert>7d",
    "size<100",
    "size>=99B",
]
BAD = [
    ("status=404", Reason.HTTP_STATUS, "answered with status 200, expected 404"),
    (
        "header:content-type=text/*",
        Reason.HEADER_MISMATCH,
        "the header content-type is 'application/json; charset=utf-8', expected 'text/*'",
    ),
    ("header:x-version", Reason.HEADER_MISMATCH, "the header x-version is missing"),
    ("body contains Traceback", Reason.BODY_MISMATCH, "the body lacks 'Traceback'"),
    ('body not contains "status"', Reason.BODY_MISMATCH, "the body holds '\"status\"'"),
    ("body~x+", Reason.BODY_MISMATCH, "the body lacks 'x+'"),
    ("body!~^{", Reason.BODY_MISMATCH, "the body holds '^{'"),
    ("body~(a+)+", Reason.BODY_MISMATCH, "the search for '(a+)+' took too long"),
    ("json:$.status==down", Reason.JSON_MISMATCH, '$.status is "up", expected == "down"'),
    ("json:$.text==5", Reason.JSON_MISMATCH, '$.text is "5", expected == 5'),
    ('json:$.n=="5"', Reason.JSON_MISMATCH, '$.n is 5, expected == "5"'),
    ("json:$.text<100", Reason.JSON_MISMATCH, '$.text is "5", expected < 100'),
    ("json:$.yes==1", Reason.JSON_MISMATCH, "$.yes is true, expected == 1"),
    ("json:$.yes>0", Reason.JSON_MISMATCH, "$.yes is true, expected > 0"),
    ("json:$.none<100", Reason.JSON_MISMATCH, "$.none is null, expected < 100"),
    ("json:$.deep!=null", None, ""),
    ("json:$.deep==1", Reason.JSON_MISMATCH, "$.deep is a list, expected == 1"),
    ("json:$.queue<100", Reason.JSON_MISSING, "the JSON body has no $.queue"),
    ("json:$.queue!=5", Reason.JSON_MISSING, "the JSON body has no $.queue"),
    ("json:$.deep[1]==1", Reason.JSON_MISSING, "the JSON body has no $.deep[1]"),
    ("latency<500ms", Reason.LATENCY, "the answer took 500 ms, expected latency < 500ms"),
    ("cert>14d", Reason.CERT_EXPIRING, "the certificate expires on 2026-05-14, in 10 days"),
    ("size<99", Reason.BODY_TOO_LARGE, "the body has 99 bytes, expected size < 99"),
    ("size>99", Reason.BODY_MISMATCH, "the body has 99 bytes, expected size > 99"),
]
NONSENSE = [
    "",
    "up",
    "status",
    "status=",
    "status=6xx",
    "status=204-200",
    "latency<5",
    "latency=500ms",
    "latency<fast",
    "cert>x",
    "size<1TB",
    "header:",
    "header:a b=c",
    "body",
    "body contains",
    "body~(",
    "body~" + "(" * 5000,
    "json:status==up",
    "json:$.==up",
    "json:$.a",
    "json:$.a<up",
    "json:$.a[x]==1",
    "colour=blue",
]


@pytest.mark.parametrize("condition", GOOD)
def test_what_holds_is_no_violation(condition: str) -> None:
    assert parse_expectation(condition).violation(answer(), NOW) is None


@pytest.mark.parametrize(("condition", "reason", "detail"), BAD)
def test_what_does_not_hold_has_its_reason_and_a_sentence(condition: str, reason: Reason | None, detail: str) -> None:
    expected = None if reason is None else (reason, detail)
    assert parse_expectation(condition).violation(answer(), NOW) == expected


@pytest.mark.parametrize("condition", [text for text in GOOD if "not contains" not in text and "!~" not in text])
def test_what_is_missing_fails(condition: str) -> None:
    nothing = Answer(NOW, matches={"^{": False, "x+": False})
    assert parse_expectation(condition).violation(nothing, NOW) is not None


@pytest.mark.parametrize("condition", NONSENSE)
def test_nonsense_is_refused_with_what_was_expected(condition: str) -> None:
    with pytest.raises(ValueError, match=r"expected|nested"):
        parse_expectation(condition)


def test_the_first_that_does_not_hold_is_told() -> None:
    wanted = [latency_within(timedelta(seconds=1)), certificate_lasts(timedelta(days=20)), parse_expectation("size<1")]
    assert first_violation(wanted, answer(), NOW) == (
        Reason.CERT_EXPIRING,
        "the certificate expires on 2026-05-14, in 10 days",
    )


@pytest.mark.parametrize(
    ("glob", "value", "fit"),
    [
        ("a", "A", True),
        ("a", "ab", False),
        ("a*", "ab", True),
        ("*b", "ab", True),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "acb", False),
        ("*x*", "axb", True),
        ("**", "x", True),
        ("[ab]", "a", False),
    ],
)
def test_a_star_stands_for_anything(glob: str, value: str, fit: bool) -> None:
    assert fits(glob, value) is fit


@pytest.mark.parametrize("path", ["", "status", "$.", "$[", "$['a]", "$..a", "$[-1]", "$.a b", "$ .a"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="expected a path"):
        parse_path(path)


def test_a_path_leads_through_mappings_and_lists_only() -> None:
    assert parse_path("$").find(3) == 3
    documents: list[Any] = ["text", 5, None, [], {}]
    for document in documents:
        with pytest.raises(MissingError):
            parse_path("$.a[0]").find({"a": document})


def test_a_comparison_keeps_the_type_that_was_written() -> None:
    assert parse_comparison(5).holds(5.0)
    assert not parse_comparison("5").holds(5)
    assert parse_comparison("== 5").holds(5)
    assert not parse_comparison(True).holds(1)
    assert not parse_comparison(1).holds(True)
    with pytest.raises(ValueError, match="expected a number after <"):
        parse_comparison("< up")
