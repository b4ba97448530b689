"""A database that is away, hangs, or lets nobody in: nothing is lost or doubled, and what is told says what to do."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry, Event
from colter.core.secret import Secret
from colter.sinks.database import Database
from tests.database.places import Place, entries, on_mariadb, on_postgres
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.toxics import Proxy, Toxic
from tests.store.making import answer, at, done, look

SOME = entries(done("one", *(answer(endpoint=f"api {number}") for number in range(1000))))
NEWS = entries(done("two", replace(look(), events=[Event("issue", "1", "News", at(0))])))
SOON = timedelta(seconds=1)


@pytest.fixture
def proxied(server_place: Place) -> Iterator[tuple[Proxy, Place, Place]]:
    """A proxy, the way to a database through it, and the direct way."""
    port = server_place.url.port
    assert port is not None
    with Proxy(port) as proxy:
        way = server_place.secret.reveal().replace(f":{port}/", f":{proxy.port}/")
        yield proxy, Place(server_place.kind, Secret(way)), server_place


TROUBLES = {
    "cut in the request": Toxic(cut_request_after=20_000),
    "cut in the answer": Toxic(cut_answer_after=1000),
    "answer to the commit lost": Toxic(lose_answer_to=b"COMMIT"),
    "taken and never answered": Toxic(hang=True),
    "too slow": Toxic(bytes_per_second=2000),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_after_any_trouble_on_the_way_the_same_again_is_written_once(
    proxied: tuple[Proxy, Place, Place], trouble: str
) -> None:
    proxy, place, direct = proxied

    async def story() -> None:
        sink = Database(place.url, deadline=SOON)
        try:
            proxy.behave(TROUBLES[trouble], times=2)
            with pytest.raises(DeliveryError) as caught:
                await sink.send(SOME)
            assert caught.value.answer is Answer.RETRY, caught.value
            proxy.reset()
            proxy.behave(Toxic())
            await Database(place.url).send(SOME)
        finally:
            await sink.close()

    asyncio.run(story())
    assert direct.rounds() == [SOME[0].round]


def test_a_server_that_hangs_does_not_hold_up_the_end(proxied: tuple[Proxy, Place, Place]) -> None:
    proxy, place, _ = proxied
    proxy.behave(Toxic(hang=True))

    async def story() -> None:
        sink = Database(place.url, deadline=SOON)
        async with asyncio.timeout(300):
            with pytest.raises(DeliveryError, match="no answer within 1 s"):
                await sink.send(SOME)
            await sink.close()

    asyncio.run(story())


def test_a_server_that_stops_answering_in_mid_transaction_does_not_hold_up_the_end(
    proxied: tuple[Proxy, Place, Place],
) -> None:
    proxy, place, direct = proxied

    async def story() -> None:
        sink = Database(place.url, deadline=SOON)
        with held(direct):
            sending = asyncio.create_task(sink.send(SOME))
            while proxy.connections < 2 and not sending.done():
                await asyncio.to_thread(direct.rows, "SELECT 1")
            proxy.behave(Toxic(hang=True))
            async with asyncio.timeout(300):
                with pytest.raises(DeliveryError, match="no answer within 1 s"):
                    await sending
                await sink.close()

    asyncio.run(story())


def test_a_server_that_is_not_there_is_tried_again(proxied: tuple[Proxy, Place, Place]) -> None:
    proxy, place, _ = proxied
    proxy.refuse()
    _expect(place.sink(), Answer.RETRY)


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Somebody holds the lock of the writers."""
    with place.engine().begin() as connection:
        connection.execute(text("SELECT version_num FROM colter_schema FOR UPDATE"))
        yield


def test_whoever_waits_too_long_for_the_others_tries_again(server_place: Place) -> None:
    with held(server_place):
        error = _expect(Database(server_place.url, deadline=SOON), Answer.RETRY)
    assert "no answer within 1 s" in str(error)
    asyncio.run(_send(server_place.sink(), SOME))
    assert len(server_place.rows("SELECT * FROM probe_result")) == len(SOME)


KILLS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'",
    "mariadb": "SELECT concat('KILL ', id) FROM information_schema.processlist"
    " WHERE db = database() AND id <> connection_id() AND info LIKE '%FOR UPDATE%'",
}


def test_a_connection_killed_in_mid_transaction_is_tried_again(server_place: Place) -> None:
    place = server_place

    async def story() -> DeliveryError:
        sink = place.sink()
        with held(place):
            sending = asyncio.create_task(sink.send(SOME))
            while not sending.done():
                await asyncio.to_thread(_kill, place)
        with pytest.raises(DeliveryError) as caught:
            await sending
        await sink.close()
        return caught.value

    assert asyncio.run(story()).answer is Answer.RETRY
    assert place.rows("SELECT * FROM probe_result") == []


def _kill(place: Place) -> None:
    for row in place.rows(KILLS[place.kind]):
        statement = str(next(iter(row.values())))
        if statement.startswith("KILL"):
            place.run(statement)


def test_a_wrong_password_is_told_without_it(mariadb: MariaDB) -> None:
    place = Place("mariadb", Secret(f"mysql://colter:not-this-one@{mariadb.host}:{mariadb.port}/x"))
    error = _expect(place.sink(), Answer.PAUSE)
    assert error.hint is not None
    assert "database.password" in error.hint
    assert "not-this-one" not in f"{error} {error.__cause__!r}"


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(mariadb: MariaDB) -> None:
    place = on_mariadb(mariadb, mariadb.new_database())
    error = _expect(Place("mariadb", Secret(f"{place.secret.reveal()}?ssl=true")).sink(), Answer.PAUSE)
    assert "TLS" in str(error)
    assert place.rows("SHOW TABLES") == []


def test_a_certificate_authority_that_is_not_there_is_told(mariadb: MariaDB) -> None:
    place = on_mariadb(mariadb, "colter")
    error = _expect(Place("mariadb", Secret(f"{place.secret.reveal()}?ssl_ca=/no/such/ca.pem")).sink(), Answer.PAUSE)
    assert "no/such/ca.pem" in str(error)


def test_a_database_that_is_not_there_is_told(mariadb: MariaDB, postgres: Postgres) -> None:
    for place in (on_mariadb(mariadb, "nowhere"), on_postgres(postgres, "nowhere")):
        error = _expect(place.sink(), Answer.PAUSE)
        assert error.hint == "create the database, or correct database.name: see docs/database.md"


def test_a_user_that_is_not_there_is_told(postgres: Postgres) -> None:
    place = Place("postgresql", Secret(f"postgresql://nobody@{postgres.host}:{postgres.port}/postgres"))
    error = _expect(place.sink(), Answer.PAUSE)
    assert error.hint is not None
    assert "database.user" in error.hint


def test_a_user_without_rights_is_told(server_place: Place) -> None:
    error = _expect(_as_user_with("SELECT", server_place), Answer.PAUSE)
    assert error.hint == "give the user of the database its rights: see docs/database.md"


def test_a_user_with_the_rights_of_the_documentation_can_write(server_place: Place) -> None:
    asyncio.run(_send(_as_user_with("SELECT, INSERT, UPDATE", server_place), [*SOME, *NEWS]))
    assert len(server_place.rows("SELECT * FROM probe_result")) == len(SOME)


def _as_user_with(rights: str, place: Place) -> Database:
    """A sink whose user may do this in all tables, and nothing else."""
    name = f"user_{place.url.database}_{len(rights)}"
    if place.kind == "postgresql":
        place.run(
            f"CREATE ROLE {name} LOGIN",
            f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {name}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        )
    else:
        place.run(f"CREATE USER {name}@127.0.0.1", f"GRANT {rights} ON {place.url.database}.* TO {name}@127.0.0.1")
    return Database(place.url._replace(username=name, password=None))


def test_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "such" / "folder.db", tmp_path):
        error = _expect(Place("sqlite", Secret(f"sqlite:///{path}")).sink(), Answer.PAUSE)
        assert error.hint is not None
        assert "database.name" in error.hint


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(b"dear diary" * 1000)
    _expect(Place("sqlite", Secret(f"sqlite:///{path}")).sink(), Answer.PAUSE)
    assert path.read_bytes() == b"dear diary" * 1000


def _expect(sink: Database, answer: Answer) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(_send(sink, SOME[:1]))
    assert caught.value.answer is answer, caught.value
    return caught.value


async def _send(sink: Database, items: Sequence[Entry]) -> None:
    try:
        await sink.send(items)
    finally:
        await sink.close()
