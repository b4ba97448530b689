"""What happens to Colter itself has a title that says so."""

import pytest

from colter.core.alerting.own_events import COLTER, OwnEvent, own_event
from colter.core.alerting.titles import title
from colter.core.model import Target
from tests.fakes.clock import START

SAID = {
    OwnEvent.NO_ROOM: (COLTER, "No room for the history of Colter: it waits"),
    OwnEvent.LOSS: (Target("sink", "influx"), "Loss on the way to influx: it waits"),
    OwnEvent.DAMAGED_HISTORY: (COLTER, "Damaged history of Colter: it waits"),
}


@pytest.mark.parametrize("kind", SAID, ids=str)
def test_the_title_tells_what_has_happened_and_to_what(kind: OwnEvent) -> None:
    target, said = SAID[kind]
    assert title(own_event(kind, "it waits", START, "01", ("hook",), target=target)) == said
