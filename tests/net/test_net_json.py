"""JSON of strangers: strict, or refused."""

import pytest

from colter.net.http import HttpError, parse_json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"{",
        b"[1,]",
        b"{} {}",
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"[-1e400]",
        b'{"a": 1, "a": 2}',
        b'{"x": {"a": 1, "\\u0061": 2}}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b"\xff\xfe\xff",
        b'"\xed\xa0\x80"',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_json_that_is_not_strict_is_refused(body: bytes) -> None:
    with pytest.raises(HttpError, match="not proper JSON") as caught:
        parse_json(body)
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize(
    ("body", "value"), [(b"1.5", 1.5), (b'{"a": [1, null, true]}', {"a": [1, None, True]}), (b"1e3", 1000.0)]
)
def test_proper_json_is_read(body: bytes, value: object) -> None:
    assert parse_json(body) == value
