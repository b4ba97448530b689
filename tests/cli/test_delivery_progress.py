"""The line that says how deliveries go."""

from datetime import timedelta
from io import StringIO

from colter.cli.context import Context, Streams
from colter.cli.delivery_progress import DeliveryProgress
from tests.cli.running import Screen
from tests.fakes.clock import FakeClock


def test_the_line_tells_what_has_arrived_and_who_is_waited_for() -> None:
    clock, screen = FakeClock(), Screen()
    arriving = DeliveryProgress(Context(env={}, streams=Streams(StringIO(), StringIO(), screen), clock=clock))
    for sink, count in (("influx", None), ("database", 5000), ("influx", 2)):
        clock.advance(timedelta(seconds=1))
        arriving(sink, count)
    assert screen.getvalue().replace("\x1b[K", "").split("\r") == [
        "takes nothing, trying again: influx",
        "delivered: database 5,000; takes nothing, trying again: influx",
        "delivered: database 5,000, influx 2",
        "",
    ]
    assert arriving.counts == {"database": 5000, "influx": 2}
