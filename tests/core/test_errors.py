"""One exit code wins when several hold."""

import pytest

from colter.core.errors import ExitCode, worst

OK, BUG, USAGE, CONFIG, LOCKED = ExitCode.OK, ExitCode.BUG, ExitCode.USAGE, ExitCode.CONFIG, ExitCode.LOCKED
UNREAD, UNDELIVERED, BUSY, ALERT = ExitCode.UNREAD, ExitCode.UNDELIVERED, ExitCode.BUSY, ExitCode.ALERT


@pytest.mark.parametrize(
    ("held", "wins"),
    [
        ([], OK),
        ([OK, ALERT], ALERT),
        ([ALERT, UNREAD], UNREAD),
        ([UNREAD, UNDELIVERED, ALERT], UNDELIVERED),
        ([UNDELIVERED, BUSY], BUSY),
        ([BUSY, LOCKED], LOCKED),
        ([LOCKED, CONFIG], CONFIG),
        ([CONFIG, USAGE], USAGE),
        ([USAGE, BUG, OK], BUG),
    ],
)
def test_the_highest_ranked_code_wins(held: list[ExitCode], wins: ExitCode) -> None:
    assert worst(held) is wins
