"""What is sent to a database stands there, value by value, once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import permutations

import pytest
from sqlalchemy import text

from colter.app.delivering.sending import send_entries
from colter.core.model import (
    DailyCount,
    EndpointState,
    Entry,
    Event,
    Phases,
    ProbeResult,
    Reading,
    Reason,
    Refusal,
    Round,
    Sample,
    Target,
)
from colter.sinks.database import Database
from tests.database.places import Place, entries, seen
from tests.fakes.clock import START
from tests.store.making import BY_PYTHON, FLASK, FORKS, STARS, answer, at, done, look

FULL_READING = Reading(
    FLASK,
    at(0) + timedelta(milliseconds=123),
    samples=(Sample(STARS, 70_000), Sample(FORKS, 2**53), Sample(BY_PYTHON, 7, {"python": "3.11"})),
    info={"language": "Python", "licence": "BSD-3-Clause ✓ 🏆"},
    missing={"traffic": "needs push access"},
    identity="R_flask",
    events=(Event("issue", "1", 'It\'s "broken" \\ 100% 🐛', at(-1), "https://example.org/1"),),
    daily=(DailyCount("views", START.date(), 2**40),),
    marks={"issue": "1"},
)
FAILED_READING = Reading(Target("github", "gone/gone"), at(0), problem="404: no such repository")
FULL_RESULT = ProbeResult(
    endpoint="api",
    url="https://api.example.org/health",
    at=at(0) + timedelta(milliseconds=999),
    state=EndpointState.DEGRADED,
    reason=Reason.LATENCY,
    detail="took 1234 ms, more than 1000 ms",
    status_code=200,
    http_version="2",
    ip="2001:db8::1",
    latency_ms=1234.567,
    phases=Phases(1.001, 2.002, 3.003, 4.004, 5.005),
    redirects=2,
    size=2**40,
    certificate_expires=at(60),
    attempts=3,
    group="backend",
)
EMPTY_RESULT = ProbeResult("web", "https://web.example.org/", at(0), EndpointState.UNKNOWN, Reason.SELF_OFFLINE)
FULL_ROUND = Round(
    "round-1",
    at(0),
    at(0) + timedelta(seconds=1),
    (FULL_READING, FAILED_READING),
    (FULL_RESULT, EMPTY_RESULT),
    machine="monitor-1",
    complete=frozenset({"github", "probe"}),
)


def test_a_round_is_read_back_as_it_was(place: Place) -> None:
    _send(place, entries(FULL_ROUND))
    (found,) = place.rounds()
    assert found == replace(FULL_ROUND, readings=(replace(FULL_READING, marks={}), FAILED_READING))
    assert place.rows("SELECT name, value FROM mark") == [{"name": "issue", "value": "1"}]


def test_the_views_tell_of_an_endpoint(place: Place) -> None:
    later = replace(FULL_RESULT, at=at(5))
    _send(place, entries(FULL_ROUND, replace(FULL_ROUND, key="round-2", started=at(5), readings=(), results=(later,))))
    both = place.rows("SELECT * FROM endpoint_history WHERE endpoint = 'api' ORDER BY looked_at")
    (newest,) = place.rows("SELECT * FROM endpoint_status WHERE endpoint = 'api'")
    numbers = {
        "latency_ms": 1234.567,
        "resolve_ms": 1.001,
        "connect_ms": 2.002,
        "tls_ms": 3.003,
        "processing_ms": 4.004,
        "transfer_ms": 5.005,
    }
    for row in (*both, newest):
        assert {name: row[name] for name in numbers} == numbers
        assert (row["endpoint"], row["group_name"], row["url"]) == ("api", "backend", FULL_RESULT.url)
        assert (row["machine"], row["state"], row["reason"], row["up"]) == ("monitor-1", "degraded", "latency", 1)
        assert (row["detail"], row["status_code"], row["http_version"]) == (FULL_RESULT.detail, 200, "2")
        assert (row["ip"], row["redirects"], row["size_bytes"], row["attempts"]) == ("2001:db8::1", 2, 2**40, 3)
        assert seen(row["certificate_expires"]) == at(60)
    assert [seen(row["looked_at"]) for row in both] == [FULL_RESULT.at, at(5)]
    assert (seen(newest["looked_at"]), seen(newest["since"])) == (at(5), FULL_RESULT.at)


def test_what_was_not_measured_is_empty_in_the_views(place: Place) -> None:
    _send(place, entries(FULL_ROUND))
    (row,) = place.rows("SELECT * FROM endpoint_status WHERE endpoint = 'web'")
    empty = {name for name, value in row.items() if value is None}
    times = {"latency_ms", "resolve_ms", "connect_ms", "tls_ms", "processing_ms", "transfer_ms"}
    assert empty == times | {"up", "detail", "status_code", "http_version", "ip", "size_bytes", "certificate_expires"}


def test_the_views_tell_of_repositories_and_packages(place: Place) -> None:
    package = replace(FULL_READING, target=Target("pypi", "requests"), identity=None, samples=())
    _send(place, entries(replace(FULL_ROUND, readings=(FULL_READING, FAILED_READING, package))))
    flask, gone = place.rows("SELECT * FROM repository_metrics ORDER BY repository DESC")
    assert (flask["repository"], flask["owner"], flask["name"]) == ("pallets/flask", "pallets", "flask")
    assert (flask["stars"], flask["forks"], flask["watchers"]) == (70_000, 2**53, None)
    assert (flask["machine"], seen(flask["looked_at"]), flask["problem"]) == ("monitor-1", FULL_READING.at, None)
    assert (gone["repository"], gone["stars"], gone["problem"]) == ("gone/gone", None, FAILED_READING.problem)
    (requests,) = place.rows("SELECT package, downloads_day FROM package_metrics")
    assert requests == {"package": "requests", "downloads_day": None}


def test_times_do_not_depend_on_the_time_zone_of_who_looks(place: Place) -> None:
    _send(place, entries(FULL_ROUND))
    zones = {"postgresql": "SET TIME ZONE 'Asia/Tokyo'", "mariadb": "SET time_zone = '+09:00'", "sqlite": "SELECT 1"}
    with place.engine().connect() as connection:
        connection.execute(text(zones[place.kind]))
        found = connection.execute(text("SELECT looked_at FROM endpoint_status WHERE endpoint = 'api'")).scalar()
    assert seen(found) == FULL_RESULT.at


ROUNDS = tuple(
    done(
        f"round-{number}",
        look(number, values={STARS: 100 + number}, identity="R_flask"),
        look(number, name="b/b", values={FORKS: number}, problem="refused" if number % 2 else None),
        answer(number, "api", EndpointState.DOWN if number in (1, 2) else EndpointState.UP),
        answer(number + 0.5, "api"),
        answer(number, "web"),
        minutes=number,
    )
    for number in range(3)
)
ORDERS: dict[str, Callable[[list[Entry]], list[list[Entry]]]] = {
    "twice": lambda all_: [all_, all_],
    "one by one, each three times": lambda all_: [[each, each] for each in all_] + [all_],
    "in parts that overlap": lambda all_: [all_[start : start + 7] for start in range(0, len(all_), 4)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_sent_in_any_parts_it_is_the_same(place: Place, order: str) -> None:
    _send(place, *ORDERS[order](entries(*ROUNDS)))
    found = place.told()
    place.empty()
    _send(place, entries(*ROUNDS))
    assert found == place.told()


def test_sent_backwards_all_of_it_is_there(place: Place) -> None:
    _send(place, *([entry] for entry in reversed(entries(*ROUNDS))))
    assert sorted(place.rounds(), key=lambda found: found.key) == list(ROUNDS)
    (newest,) = place.rows("SELECT looked_at FROM endpoint_status WHERE endpoint = 'api'")
    assert seen(newest["looked_at"]) == at(2.5)


def test_a_day_keeps_its_largest_number_whatever_comes_last(place: Place) -> None:
    for number, count in enumerate((3, 9, 5)):
        reading = replace(look(number), daily=[DailyCount("views", START.date(), count)])
        _send(place, entries(done(f"round-{number}", reading, minutes=number)))
    assert [row["amount"] for row in place.rows("SELECT amount FROM daily_count")] == [9]


def test_a_renamed_repository_keeps_its_history(place: Place) -> None:
    old, new = look(0, "old/name", identity="R_1"), look(1, "new/name", identity="R_1")
    _send(place, entries(done("one", old), done("two", new, minutes=1)))
    names = [row["repository"] for row in place.rows("SELECT repository FROM repository_metrics")]
    assert names == ["new/name", "new/name"]


TEXTS = {
    "emoji": "🐛🐛",
    "nul": "before\0after",
    "half a character": "before\ud83dafter",
    "long": "€" * 10_000,
    "longer than any": "🐛" * 70_000,
    "quotes": "'\"`\\%s%%:name;--",
}


@pytest.mark.parametrize("words", TEXTS.values(), ids=TEXTS)
def test_any_text_arrives_whole_or_visibly_cut(place: Place, words: str) -> None:
    event = Event("issue", words, words, at(0), words)
    reading = replace(look(0, name=f"a/{words}"), info={"about": words}, problem=words, events=[event])
    result = replace(answer(0, endpoint=words), detail=words, url=words, group=words)
    _send(place, entries(done("one", reading, result)))
    (found,) = place.rows("SELECT title FROM event")
    (probed,) = place.rows("SELECT endpoint, detail FROM endpoint_status")
    for arrived in (found["title"], probed["detail"]):
        whole, cut = words.replace("\0", "�").replace("\ud83d", "�"), words[: len(arrived) - 1] + "…"
        assert arrived in {whole, cut}
    assert probed["endpoint"][:5] == found["title"][:5]


def test_names_that_are_cut_stay_apart(place: Place) -> None:
    names = ["x" * 300 + end for end in "abc"]
    _send(place, entries(done("one", *(answer(0, endpoint=name) for name in names))))
    assert len(place.rows("SELECT endpoint FROM endpoint_status")) == 3


def test_numbers_that_are_none_become_missing(place: Place) -> None:
    _send(place, entries(done("one", look(values={STARS: float("nan"), FORKS: 3}))))
    (row,) = place.rows("SELECT stars, forks FROM repository_metrics")
    assert row == {"stars": None, "forks": 3}


def test_one_bad_entry_is_refused_and_the_others_are_taken(place: Place) -> None:
    too_many = replace(look(0, name="bad/one"), daily=[DailyCount("views", START.date(), 2**70)])
    good = [look(0, name=f"good/{number}") for number in range(40)]
    refused = _send(place, entries(done("one", *good[:20], too_many, *good[20:])))
    assert [refusal.target.name for refusal in refused] == ["bad/one"]
    assert refused[0].item == "reading of github:bad/one at 2026-05-04 12:00:00 UTC"
    assert refused[0].reason
    assert len(place.rows("SELECT repository FROM repository_metrics")) == 40


def _send(place: Place, *batches: Sequence[Entry]) -> list[Refusal]:
    async def send() -> list[Refusal]:
        sink = _sink(place)
        try:
            return [refusal for batch in batches for refusal in await send_entries(sink, batch)]
        finally:
            await sink.close()
            await sink.close()

    return asyncio.run(send())


@cache
def _sink(place: Place) -> Database:
    """The same for all tests, which saves to look at the tables each time: it keeps no connection."""
    return place.sink()


def _of_four_machines(number: int) -> Sequence[Round]:
    """What they saw of the same targets, two of them at the same moment; each has another key."""

    def one(key: str, state: EndpointState, *, minutes: float, stars: float | None) -> Round:
        values, problem = ({}, "refused") if stars is None else ({STARS: stars}, None)
        reading = look(minutes, f"a/{number}", values=values, problem=problem)
        result = answer(minutes, f"api {number}", state)
        return replace(done(f"{key} {number}", reading, result, minutes=minutes), machine=key)

    return (
        one("a", EndpointState.UP, minutes=5, stars=1),
        one("c", EndpointState.DOWN, minutes=9, stars=None),
        one("b", EndpointState.UP, minutes=9, stars=3),
        one("d", EndpointState.UP, minutes=7, stars=4),
    )


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_which_look_is_the_newest_does_not_depend_on_what_arrives_last(place: Place, parts: int) -> None:
    """Of the same moment it is the one whose round has the larger key."""
    orders = [
        [_of_four_machines(number)[turn] for turn in turns] for number, turns in enumerate(permutations(range(4)))
    ]
    _send(place, *(entries(*(each for order in orders for each in order[start::parts])) for start in range(parts)))
    newest = place.rows("SELECT machine, state FROM endpoint_status")
    assert newest == [{"machine": "c", "state": "down"}] * len(orders)
    of_readings = place.rows(
        "SELECT round.machine AS newest, of_good.machine AS good, last_number.value FROM last_reading"
        " JOIN reading ON reading.id = reading_id JOIN round ON round.id = reading.round_id"
        " JOIN reading AS good ON good.id = good_reading_id JOIN round AS of_good ON of_good.id = good.round_id"
        " JOIN last_number ON last_number.target_id = last_reading.target_id"
    )
    assert of_readings == [{"newest": "c", "good": "b", "value": 3}] * len(orders)
