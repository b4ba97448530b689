"""Endpoints that are left alone."""

from datetime import timedelta

from colter.sources.probe.pause import Pauses
from tests.fakes.clock import START
from tests.probe.test_probe_checks import configured

MINUTE = timedelta(minutes=1)


def test_of_endpoints_that_are_not_watched_any_more_no_pause_is_remembered() -> None:
    pauses = Pauses()
    for number in range(100):
        now = START + number * MINUTE
        pauses.begin(configured(name=f"e{number}"), now + 3 * MINUTE, now)
    assert len(pauses._ends) == 3
