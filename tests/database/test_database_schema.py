"""The tables of a shared database: made on first use, by whoever comes first, and as they are declared."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, LargeBinary, event, inspect, make_url

from colter.app.registry import catalogue
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry
from colter.sinks.database.sink import DEADLINE
from colter.store.migrate import VIEWS
from colter.store.schema import REVISIONS, VERSION_TABLE
from colter.store.tables import metadata
from tests.database.places import Place, entries
from tests.fakes.leaping import LeapingLoop
from tests.store.making import STARS, answer, done, look

SOME = entries(done("one", look(values={STARS: 1}), answer()))

# Makes the tables again and again, and dies each time before the first statement that no one has died at, as a machine
# does that loses its power. Each begins where the one before it has ended.
DIES_AT_EVERY_STATEMENT = """
import asyncio, os, pathlib, sys
import alembic.command
from sqlalchemy import event
from sqlalchemy.engine import Engine
from colter.core.secret import Secret
from colter.sinks.database import Database, address

graves = pathlib.Path(sys.argv[1])
graves.touch()

def make_tables_or_die():
    known = graves.read_text().split("--\\n")

    @event.listens_for(Engine, "before_cursor_execute")
    def die(connection, cursor, statement, *_):
        if statement.lstrip().startswith(("CREATE", "ALTER", "DROP")) and statement not in known:
            with graves.open("a") as file:
                file.write(statement + "--\\n")
            os._exit(9)

    asyncio.run(Database(address(Secret(os.environ["PLACE"]))).send([]))
    os._exit(0)

while True:
    child = os.fork()
    if not child:
        make_tables_or_die()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended != 9:
        sys.exit(ended)
"""

SENDS = """
import asyncio, os
from colter.core.secret import Secret
from colter.sinks.database import Database, address

asyncio.run(Database(address(Secret(os.environ["PLACE"]))).send([]))
"""


def test_an_interrupted_migration_goes_on_where_it_stood(new_server_place: Place, tmp_path: Path) -> None:
    graves = tmp_path / "graves"
    subprocess.run([sys.executable, "-c", DIES_AT_EVERY_STATEMENT, graves], env=_naming(new_server_place), check=True)
    assert graves.read_text(encoding="utf-8").count("--\n") > 40
    _check_tables(new_server_place)


def test_machines_that_begin_at_the_same_time_make_the_tables_once(new_place: Place) -> None:
    machines = [subprocess.Popen([sys.executable, "-c", SENDS], env=_naming(new_place)) for _ in range(2)]
    assert [machine.wait(timeout=300) for machine in machines] == [0, 0]
    _check_tables(new_place)


def test_tables_that_take_long_to_bring_up_to_date_are_waited_for(new_place: Place) -> None:
    loop, slow = LeapingLoop(), list[str]()

    def take_long(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not slow and statement.lstrip().startswith("CREATE"):
            slow.append(statement)
            loop.leap(2 * DEADLINE)

    event.listen(Engine, "before_cursor_execute", take_long)
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_sent(new_place, SOME))
    finally:
        event.remove(Engine, "before_cursor_execute", take_long)
    assert slow
    assert len(new_place.rounds()) == 1


def test_a_newer_database_is_left_alone(new_place: Place) -> None:
    _send(new_place, [])
    new_place.run(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    error = _refused(new_place)
    assert error.hint == "upgrade Colter"
    assert new_place.rows("SELECT * FROM round") == []


def test_a_database_that_becomes_newer_meanwhile_is_left_alone(new_place: Place) -> None:
    async def story() -> None:
        sink = new_place.sink()
        await sink.send([])
        new_place.run(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        with pytest.raises(DeliveryError, match="newer Colter"):
            await sink.send(SOME)

    asyncio.run(story())


@pytest.mark.parametrize("name", ["target", "endpoint_status"])
def test_tables_of_others_with_our_names_are_left_alone(new_place: Place, name: str) -> None:
    new_place.run(f"CREATE TABLE {name} (mine INTEGER)")
    error = _refused(new_place)
    assert f"table {name}" in str(error)
    assert error.hint == "give Colter a database of its own"
    assert new_place.rows(f"SELECT * FROM {name}") == []


def test_tables_of_others_with_other_names_do_not_matter(new_place: Place) -> None:
    new_place.run("CREATE TABLE my_own (mine INTEGER)")
    _send(new_place)
    _check_tables(new_place)


def test_every_plain_number_has_a_column_in_its_view(place: Place) -> None:
    columns = {
        source: {column["name"] for column in inspect(place.engine()).get_columns(view)}
        for source, view in (("github", "repository_metrics"), ("pypi", "package_metrics"))
    }
    plain = {(source, key) for (source, key), metric in catalogue().items() if source in columns and not metric.labels}
    assert {(source, key) for source, key in plain if key not in columns[source]} == set()


def test_no_name_in_a_view_needs_quotes_in_any_database(place: Place) -> None:
    for database in ("sqlite", "postgresql", "mysql"):
        preparer = make_url(f"{database}://").get_dialect()().identifier_preparer
        for view in VIEWS:
            for column in inspect(place.engine()).get_columns(view):
                assert preparer.quote(column["name"]) == column["name"]


def _check_tables(place: Place) -> None:
    """They are the declared ones, and one can write into them."""
    with place.engine().connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": _differs, "include_object": _is_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        assert set(VIEWS) <= set(inspect(connection).get_view_names())
    assert place.rows(f"SELECT version_num FROM {VERSION_TABLE}") == [{"version_num": REVISIONS[-1]}]
    _send(place)
    assert place.rounds() == [SOME[0].round]


def _is_ours(_item: object, name: str, kind: str, *_rest: object) -> bool:
    return kind != "table" or name in metadata.tables


def _differs(_context: object, _inspected: object, _declared: object, _found: object, declared: object) -> bool | None:
    """Whether two types differ; alembic does not know that MySQL makes a MEDIUMBLOB of a long BLOB."""
    return False if isinstance(declared, LargeBinary) else None


def _send(place: Place, items: Sequence[Entry] = SOME) -> None:
    asyncio.run(_sent(place, items))


async def _sent(place: Place, items: Sequence[Entry]) -> None:
    sink = place.sink()
    await sink.send(items)
    await sink.close()


def _refused(place: Place) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        _send(place)
    assert caught.value.answer is Answer.PAUSE
    return caught.value


def _naming(place: Place) -> dict[str, str]:
    return {**os.environ, "PLACE": place.secret.reveal()}
