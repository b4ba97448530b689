"""How endpoints are looked at, out of a configuration."""

from datetime import timedelta

import pytest

from colter.app.history.paces import read_paces
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.alerting.policy import Threshold
from colter.core.model import Target
from colter.core.uptime.pace import Pace, Paces
from tests.config.opening import locked
from tests.fakes.clock import START

CONFIG = """
probe: {interval: 30s, down_after: 2, up_after: 1}
endpoints:
  - {name: plain, url: "https://example.org/"}
  - {name: own, url: "https://example.org/", interval: 5m, down_after: 3 of 5, up_after: 4, group: backend}
  - {name: job, heartbeat: {every: 1h}}
alerts:
  maintenance:
    - {match: {group: backend}, from: "2026-05-04T12:00:00Z", until: "2026-05-04T13:00:00Z"}
"""


def paces() -> Paces:
    return read_paces(make_settings(parse_document(CONFIG.encode(), "test.yaml"), {}, locked).config)


@pytest.mark.parametrize(
    ("name", "interval", "down_after", "up_after"),
    [
        ("plain", timedelta(seconds=30), Threshold(2, 2), Threshold(1, 1)),
        ("own", timedelta(minutes=5), Threshold(3, 5), Threshold(4, 4)),
        ("job", timedelta(seconds=30), Threshold(1, 1), Threshold(1, 1)),
        ("not configured", None, Threshold(2, 2), Threshold(1, 1)),
    ],
)
def test_an_endpoint_is_counted_as_it_is_configured(
    name: str, interval: timedelta | None, down_after: Threshold, up_after: Threshold
) -> None:
    pace = paces()(Target("probe", name))
    assert (pace.interval, pace.down_after, pace.up_after) == (interval, down_after, up_after)


def test_a_maintenance_is_of_those_that_it_matches() -> None:
    own, plain = paces()(Target("probe", "own")), paces()(Target("probe", "plain"))
    assert plain.maintenance is None
    assert [_closed(own, minutes) for minutes in (-1, 0, 59, 60, 10, -1)] == [False, True, True, False, True, False]


def _closed(pace: Pace, minutes: int) -> bool:
    assert pace.maintenance is not None
    return pace.maintenance(START + timedelta(minutes=minutes))
