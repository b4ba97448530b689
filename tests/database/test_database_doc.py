"""docs/database.md tells of every column of the views, and its queries run on all databases."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect

from colter.core.model import EndpointState, Metric, Sample, Target
from colter.store.migrate import VIEWS
from tests.database.places import Place, entries
from tests.store.making import STARS, answer, at, done, look

DOCUMENT = Path(__file__, "../../../docs/database.md").resolve().read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
DOWNLOADS = Metric("downloads_day", "Downloads.", "colter_pypi_downloads", "pypi_package_stats", "downloads_day")


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_every_query_finds_what_it_is_for(place: Place, query: str) -> None:
    _fill(place)
    assert place.rows(_as_grafana_would(query))


def test_every_view_is_told_of() -> None:
    assert set(VIEWS) == set(re.findall(r"(?m)^\| `(\w+)` \| (?:the newest|one) look", DOCUMENT))


def test_every_column_of_the_history_of_endpoints_is_told_of(place: Place) -> None:
    told = set(re.findall(r"`(\w+)`", DOCUMENT))
    for view in ("endpoint_history", "endpoint_status"):
        assert {column["name"] for column in inspect(place.engine()).get_columns(view)} <= told


def _as_grafana_would(query: str) -> str:
    """With its macros replaced."""
    query = query.replace("$__timeFilter(looked_at)", "looked_at BETWEEN '2026-05-04' AND '2026-05-05'")
    return query.replace("$__unixEpochFrom()", "0").replace("$__unixEpochTo()", "4000000000")


def _fill(place: Place) -> None:
    down = replace(answer(state=EndpointState.DOWN), certificate_expires=at(9))
    package = replace(look(), target=Target("pypi", "requests"), samples=(Sample(DOWNLOADS, 7),))

    async def send() -> None:
        sink = place.sink()
        await sink.send(entries(done("one", look(values={STARS: 1}), package, down)))
        await sink.close()

    asyncio.run(send())
