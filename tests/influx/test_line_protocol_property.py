"""Whatever is measured: the bytes are those of influxdb-client, or the case is named here."""

import re
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from colter.core.model import DailyCount, EndpointState, Metric, Phases, ProbeResult, Reading, Reason, Sample, Target
from colter.core.text import clean
from colter.sources.github.metrics import METRICS as GITHUB
from colter.sources.pypi.metrics import METRICS as PYPI
from tests.influx.influx_looks import AT, by_client, client_line, written

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ESCAPING = re.compile(r"\\(?=[\\,= ]|$)")
"""A backslash that servers read together with what follows: of these the last test tells."""

characters = st.one_of(st.characters(exclude_categories=()), st.sampled_from(' ,="\\#\n\r\t\x1b\ud800'))
texts = st.text(characters, max_size=30)


def _tame(text: str) -> str:
    """Without such backslashes; taking one away may make another."""
    line = clean(text, 200)
    return line if not ESCAPING.search(line) else _tame(ESCAPING.sub("", line))


names = texts.map(_tame)
numbers = st.floats() | st.integers(-(2**70), 2**70) | st.integers(0, 1000)
counts = st.integers(-5, 2**53) | st.integers(2**64, 2**70)  # between them floats are not exact
spent = st.none() | st.floats()
times = st.datetimes(EPOCH.replace(tzinfo=None), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  as it wants
days = st.dates(date(1970, 1, 1), date(2200, 1, 1))
dailies = st.lists(st.builds(DailyCount, names, days, st.integers(-(2**63), 2**63 - 1)), max_size=2)
odd_metrics = st.builds(
    lambda measurement, field, whole: Metric("odd", "", "", measurement, field, whole=whole),
    st.sampled_from(["odd", "o d,d"]),
    names.filter(bool),
    st.booleans(),
)


def samples(metrics: tuple[Metric, ...]) -> st.SearchStrategy[list[Sample]]:
    plain = st.builds(Sample, st.sampled_from([metric for metric in metrics if not metric.labels]), numbers)
    odd = st.builds(Sample, odd_metrics, numbers, st.dictionaries(st.sampled_from(["python", "o d=d"]), names))
    return st.lists(plain | odd, max_size=8, unique_by=lambda sample: (sample.metric.field, str(sample.labels)))


def readings(targets: st.SearchStrategy[Target], metrics: tuple[Metric, ...]) -> st.SearchStrategy[Reading]:
    visibilities = st.sampled_from(["public", "private", "internal", "else"])
    words = {"last_push": texts, "version": texts, "visibility": visibilities}
    info = st.fixed_dictionaries({}, optional=words)
    return st.builds(Reading, targets, times, samples(metrics), info, daily=dailies)


parts = names.map(lambda name: name.replace("/", ""))
repositories = readings(st.builds(lambda owner, repo: Target("github", f"{owner}/{repo}"), parts, parts), GITHUB)
packages = readings(st.builds(Target, st.just("pypi"), names), PYPI)
results = st.builds(
    ProbeResult,
    endpoint=names,
    url=texts,
    at=times,
    state=st.sampled_from(EndpointState),
    reason=st.none() | st.sampled_from(Reason),
    status_code=st.none() | counts,
    http_version=st.sampled_from([None, "1.0", "1.1", "2", "3"]),
    latency_ms=spent,
    phases=st.builds(Phases, spent, spent, spent, spent, spent),
    redirects=counts,
    size=st.none() | counts,
    certificate_expires=st.none() | times,
    attempts=counts,
    group=names,
)


@settings(max_examples=200, deadline=None)
@given(results)
def test_results_are_written_as_the_client_writes_them(result: ProbeResult) -> None:
    assert written(result) == by_client(result)


@settings(max_examples=200, deadline=None)
@given(repositories | packages)
def test_readings_are_written_as_the_client_writes_them(reading: Reading) -> None:
    assert sorted(written(reading)) == sorted(by_client(reading))


@settings(max_examples=200, deadline=None)
@given(texts, texts, texts)
def test_no_text_breaks_its_line(name: str, group: str, version: str) -> None:
    result = ProbeResult(name, "", AT, EndpointState.UP, group=group)
    package = Reading(Target("pypi", name), AT, info={"version": version})
    for line in [*written(result), *written(package)]:
        assert not re.search(r"[\x00-\x1f\x7f]", line)
        # A backslash escapes what follows; what two of them would mean, servers do not agree on.
        head, rest = re.sub(r"\\[,= ]", "_", line).split(" ", 1)
        assert not ESCAPING.search(head)
        assert all(re.fullmatch(r"[^=]+=[^=]+", tag) for tag in head.split(",")[1:])
        assert re.fullmatch(r'(\w+=(\d+i|"([^"\\]|\\["\\])*"),?)+ \d+', rest)


def test_where_the_client_is_wrong() -> None:
    """An integer beyond 64 bits, which no server takes, and backslashes that servers read in their own ways."""
    assert client_line("m", {}, {"n": 2**70}, EPOCH) == f"m n={2**70}i 0"
    assert client_line("m", {"dir": "a\\"}, {"n": 1}, EPOCH) == r"m,dir=a\  n=1i 0"  # comes back as `a `
    assert client_line("m", {"dir": "a\\,b"}, {"n": 1}, EPOCH) == r"m,dir=a\\,b n=1i 0"  # may end at the comma
