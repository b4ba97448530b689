"""Databases of each kind."""

import asyncio
from pathlib import Path

import pytest

from colter.core.secret import Secret
from tests.database.places import KINDS, SERVERS, Place, on_mariadb, on_postgres


@pytest.fixture(scope="session", params=KINDS)
def shared_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = _new_place(request, tmp_path_factory.mktemp("shared"))
    asyncio.run(_make_tables(place))
    return place


@pytest.fixture(scope="session", params=SERVERS)
def shared_server_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = _new_place(request, tmp_path_factory.mktemp("shared"))
    asyncio.run(_make_tables(place))
    return place


@pytest.fixture
def place(shared_place: Place) -> Place:
    """Its tables are there, and empty."""
    shared_place.empty()
    return shared_place


@pytest.fixture
def server_place(shared_server_place: Place) -> Place:
    """The same, without SQLite."""
    shared_server_place.empty()
    return shared_server_place


@pytest.fixture(params=KINDS)
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Nothing is there."""
    return _new_place(request, tmp_path)


@pytest.fixture(params=SERVERS)
def new_server_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The same, without SQLite."""
    return _new_place(request, tmp_path)


def _new_place(request: pytest.FixtureRequest, folder: Path) -> Place:
    match request.param:
        case "postgresql":
            postgres = request.getfixturevalue("postgres")
            return on_postgres(postgres, postgres.new_database())
        case "mariadb":
            mariadb = request.getfixturevalue("mariadb")
            return on_mariadb(mariadb, mariadb.new_database())
    return Place("sqlite", Secret(f"sqlite:///{folder / 'shared.db'}"))


async def _make_tables(place: Place) -> None:
    sink = place.sink()
    await sink.send([])
    await sink.close()
