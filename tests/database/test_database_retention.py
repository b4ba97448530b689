"""The statements of docs/database.md let go of what is old, while machines go on writing."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from colter.core.clock import SystemClock
from colter.core.errors import DeliveryError
from colter.core.model import DailyCount, EndpointState, Event, Round
from tests.database.places import Place, entries
from tests.store.making import STARS, answer, look

DOCUMENT = Path(__file__, "../../../docs/database.md").resolve().read_text(encoding="utf-8")
LANGUAGES = {"postgresql": "postgresql", "mariadb": "mysql", "sqlite": "sqlite"}
NOW = SystemClock().now().replace(microsecond=0)


def test_what_is_old_goes_but_for_the_newest_of_everything(place: Place) -> None:
    old, young = [_round(days) for days in (300, 200, 100)], [_round(80), _round(1)]
    event = Event("release", "1", "1.0", NOW)
    told = replace(old[1], readings=[replace(old[1].readings[0], events=[event])])
    counted = replace(old[2], readings=[replace(old[2].readings[0], daily=[DailyCount("views", NOW.date(), 7)])])
    gone = replace(_round(250), key="gone", readings=(), results=[replace(answer(endpoint="gone"), at=_ago(250))])
    _send(place, old[0], told, counted, gone, *young)
    newest = place.rows("SELECT * FROM endpoint_status ORDER BY endpoint")
    _let_go(place)
    found = {done.key: done for done in place.rounds()}
    assert list(found) == ["gone", told.key, counted.key, *(done.key for done in young)]
    assert [found[done.key] for done in young] == young
    assert [len(found[key].entries) for key in ("gone", told.key, counted.key)] == [1, 1, 0]
    assert found[told.key].readings[0].events == (event,)
    assert place.rows("SELECT * FROM endpoint_status ORDER BY endpoint") == newest
    assert place.rows("SELECT series, amount FROM daily_count") == [{"series": "views", "amount": 7}]


def test_machines_that_write_meanwhile_lose_nothing(place: Place) -> None:
    """And what is old, and comes late, goes with the next time."""
    rounds = [_round(days) for days in range(179, 0, -6)]

    with ThreadPoolExecutor(2) as machines:
        writing = [machines.submit(_send_each, place, rounds[start::2]) for start in range(2)]
        while not all(each.done() for each in writing):
            _let_go(place)
        for each in writing:
            each.result()
    _let_go(place)
    young = [done for done in rounds if done.finished > _ago(90)]
    assert place.rounds() == young
    _send(place, *young)
    assert place.rounds() == young


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _round(days: float) -> Round:
    """So many days ago, with texts that no other round has."""
    at = _ago(days)
    reading = replace(look(values={STARS: days}), at=at, info={"note": f"{days}"})
    result = replace(answer(state=EndpointState.DOWN), at=at, url=f"https://example.org/{days}")
    return Round(f"{1000 - days:06}", at, at + timedelta(seconds=1), (reading,), (result,))


def _let_go(place: Place) -> None:
    """As a client of the database would, one statement after the other."""
    with place.engine().execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in _statements(place):
            connection.execute(text(statement))


def _statements(place: Place) -> Iterator[str]:
    [script] = re.findall(rf"```{LANGUAGES[place.kind]}\n(.*?)```", DOCUMENT, re.DOTALL)
    return (each for each in script.split(";\n") if each)


def _send(place: Place, *rounds: Round) -> None:
    async def send() -> None:
        sink = place.sink()
        await sink.send(entries(*rounds))
        await sink.close()

    asyncio.run(send())


def _send_each(place: Place, rounds: list[Round]) -> None:
    """One after the other, each until it is there."""
    for done in rounds:
        for _ in range(5):
            try:
                _send(place, done)
                break
            except DeliveryError:
                continue
        else:
            raise AssertionError("never came to its turn")
