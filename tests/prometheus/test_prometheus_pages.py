"""What Prometheus is told of the newest looks: all of it, nothing older, in formats that everybody can read."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from colter.core.model import Latest, Owing, Sample, Target
from colter.core.own_metrics import METRICS
from colter.core.probe_metrics import DURATION, STATUS_CODE
from colter.core.probe_metrics import UP as PROBE_UP
from colter.core.text import clean
from colter.sinks.exposition import of_latest, of_owing, openmetrics, page, page_of_latest
from colter.sinks.text_format import TextFormat
from tests.fakes.clock import START
from tests.prometheus.looks import (
    DAY,
    FORKS,
    HARD,
    NOW,
    STARS,
    TOTAL,
    UP,
    Series,
    expected,
    failed,
    last_success,
    openmetrics_series,
    package,
    repository,
    series,
    text_series,
    up,
)
from tests.servers.promtool import check_metrics

OWING = (
    Owing("sink", "influx", deliveries=3, entries=40, since=START, dropped=7, refused=2),
    Owing("sink", "database"),
    Owing("channel", "ops", deliveries=1, since=START, refused=4),
)


def text(latest: list[Latest] | tuple[Latest, ...]) -> str:
    return page(of_latest(latest), "text").decode()


def test_both_formats_say_the_same_and_every_number_is_what_was_read() -> None:
    found = text_series(text(NOW))
    assert found == openmetrics_series(openmetrics(of_latest(NOW))) == expected(NOW)
    assert found[series(STARS, repo="pallets/flask")] == 71234
    assert found[series(DAY, package="requests")] == 1e9
    assert found[series(TOTAL, package="requests")] == 1.2345678901234568e16
    assert found[series(DURATION, endpoint="api", group="back end")] == 0.0125
    assert found["colter_pypi_info", frozenset({("package", "requests"), ("version", "2.33.0")})] == 1
    assert found[series(PROBE_UP, endpoint="gone", group="back end")] == 0


def test_a_number_that_was_not_read_is_absent_and_zero_is_a_number() -> None:
    found = text_series(text(NOW))
    assert found[series(STARS, repo="a/b")] == 0
    assert series(FORKS, repo="a/b") not in found
    assert series(STATUS_CODE, endpoint="gone", group="back end") not in found
    assert found[up(Target("github", "a/b"))] == 1


def test_a_target_whose_look_failed_is_not_up_and_has_no_numbers() -> None:
    found = text_series(text(NOW))
    assert found[up(Target("github", "a/gone"))] == 0
    assert not [name for name, labels in found if ("repo", "a/gone") in labels]
    assert found[up(Target("probe", "offline"))] == 0
    assert found[up(Target("probe", "gone"))] == 1, "a look that found it down is a good look"


def test_a_look_that_failed_shows_nothing_of_what_came_with_it() -> None:
    half = replace(repository("a/b", 5), problem="broke off")
    assert set(text_series(text([Latest("github", [half])]))) == {up(half.target)}


def test_the_last_success_of_a_source_stays_when_all_its_looks_fail() -> None:
    down = Latest("pypi", readings=[failed(Target("pypi", "requests"))], earlier_success=START)
    assert text_series(text([down])) == {up(Target("pypi", "requests")): 0, last_success("pypi"): START.timestamp()}
    never = replace(down, earlier_success=None)
    assert set(text_series(text([never]))) == {up(Target("pypi", "requests"))}


@pytest.mark.parametrize("number", range(len(HARD)))
def test_labels_survive_whatever_a_name_holds(number: int) -> None:
    name = HARD[number]
    known = [Latest("github", [repository(name, 5)]), Latest("pypi", [package(name, 1, 2)])]
    found = text_series(text(known))
    assert found == openmetrics_series(openmetrics(of_latest(known)))
    assert (found[series(STARS, repo=clean(name))] if clean(name) else 5) == 5


def test_what_is_owed_is_told_of_sinks_and_channels() -> None:
    found = text_series(page(of_owing(OWING), "text").decode())
    influx, database = frozenset({("sink", "influx")}), frozenset({("sink", "database")})
    ops = frozenset({("channel", "ops")})
    assert found == {
        ("colter_owed_deliveries", influx): 3,
        ("colter_owed_entries", influx): 40,
        ("colter_owed_since_timestamp_seconds", influx): START.timestamp(),
        ("colter_dropped_entries_total", influx): 7,
        ("colter_refused_items_total", influx): 2,
        ("colter_owed_deliveries", database): 0,
        ("colter_owed_entries", database): 0,
        ("colter_dropped_entries_total", database): 0,
        ("colter_refused_items_total", database): 0,
        ("colter_owed_notifications", ops): 1,
        ("colter_given_up_notifications_total", ops): 4,
        ("colter_owed_notifications_since_timestamp_seconds", ops): START.timestamp(),
    }


def test_promtool_has_nothing_to_say() -> None:
    check_metrics(text(NOW) + page(of_owing(OWING), "text").decode())


def test_every_number_of_our_own_is_declared_once_with_its_help() -> None:
    assert len({metric.prometheus for metric in METRICS}) == len(METRICS)
    assert [metric.prometheus for metric in METRICS if not metric.help.endswith(".") or metric.fixed] == []


def test_no_number_is_infinite_or_none() -> None:
    odd = replace(repository("a/b", 1), samples=[Sample(STARS, float("inf")), Sample(FORKS, float("nan"))])
    assert not [name for name, _ in text_series(text([Latest("github", [odd])])) if name == STARS.prometheus]


@pytest.mark.parametrize(("format_", "read"), [("text", text_series), ("openmetrics", openmetrics_series)])
def test_a_whole_page_says_the_same_in_less_memory(
    format_: TextFormat, read: Callable[[str], dict[Series, float]]
) -> None:
    same = [replace(UP, endpoint="x" * length, latency_ms=length) for length in (300, 301)]
    odd = [replace(UP, endpoint='a"b\\c\nd\x1b[31m', group=""), replace(UP, endpoint="nan", latency_ms=float("nan"))]
    known = (*NOW, Latest("probe", results=[*same, *odd]))
    whole = b"".join(page_of_latest(known, of_owing(OWING), format_)).decode()
    assert read(whole) == read(page([*of_latest(known), *of_owing(OWING)], format_).decode())
    if format_ == "text":
        check_metrics(whole)


def test_of_ten_thousand_endpoints_no_number_is_held() -> None:
    many = [Latest("probe", results=[replace(UP, endpoint=f"endpoint-{number}") for number in range(2000)])]
    tracemalloc.start()
    try:
        size = sum(map(len, page_of_latest(many, (), "text")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 2_500_000
    assert peak < size / 2
