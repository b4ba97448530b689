"""What cannot be undone does not follow a clock that leaps."""

from datetime import timedelta

from colter.app.history.cautious_clock import CautiousClock
from tests.fakes.clock import START, FakeClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_it_goes_as_its_clock_does() -> None:
    clock = FakeClock()
    cautious = CautiousClock(clock)
    for _ in range(3):
        clock.advance(DAY)
        assert cautious.now() == clock.now()


def test_a_leap_ahead_is_believed_after_a_day() -> None:
    clock = FakeClock()
    cautious = CautiousClock(clock)
    clock.time += 1000 * DAY
    for hours in range(24):
        assert cautious.now() == START + hours * HOUR
        clock.advance(HOUR)
    assert cautious.now() == START + 1001 * DAY


def test_a_leap_that_is_mended_was_never_there() -> None:
    clock = FakeClock()
    cautious = CautiousClock(clock)
    clock.time += 1000 * DAY
    assert cautious.now() == START
    clock.time -= 1000 * DAY
    clock.advance(23 * HOUR)
    assert cautious.now() == START + 23 * HOUR
    clock.time += 1000 * DAY
    clock.advance(2 * HOUR)
    assert cautious.now() == START + 25 * HOUR


def test_small_steps_and_steps_back_are_followed() -> None:
    clock = FakeClock()
    cautious = CautiousClock(clock)
    for step in (timedelta(minutes=59), -timedelta(minutes=59), -10 * DAY):
        clock.time += step
        assert cautious.now() == clock.now()
