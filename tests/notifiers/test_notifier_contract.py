"""What every notifier promises: it brings a message, says what became of it, and keeps its secrets."""

import logging

import pytest

from colter.core.errors import Answer
from tests.notifiers.places import OVER_HTTP, SECRET, open_place
from tests.notifiers.telling import DOWN, UP, failure, tell

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it
ALL = ["email", *OVER_HTTP, "apprise"]
EXPLAINING = [name for name in ALL if name != "apprise"]
"""Apprise says yes or no."""


@pytest.mark.parametrize("name", ALL)
def test_messages_arrive_in_order(name: str) -> None:
    with open_place(name) as place:
        tell(place.make, DOWN, UP)
        first, second = place.told()
    assert b"api is down: connect_refused" in first
    assert b"api is up again after 1m" in second


@pytest.mark.parametrize("name", ALL)
def test_a_repeat_is_the_same_again(name: str) -> None:
    with open_place(name) as place:
        tell(place.make, DOWN)
        tell(place.make, DOWN)
        first, second = (_without_boundaries(told) for told in place.told())
    assert first == second


@pytest.mark.parametrize("name", EXPLAINING)
@pytest.mark.parametrize("answer", [Answer.RETRY, Answer.REFUSED, Answer.PAUSE])
def test_it_says_what_an_answer_means_and_goes_on_afterwards(name: str, answer: Answer) -> None:
    with open_place(name) as place:
        place.says(answer)
        error = failure(place.make)
        place.says(None)
        tell(place.make, DOWN)
    assert error.answer is answer
    assert str(error).startswith(("ops: ", "chat: ", "hook: ", "am: ", "phone: "))
    assert (error.hint is not None) == (answer is Answer.PAUSE)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("answer", [None, Answer.RETRY, Answer.REFUSED, Answer.PAUSE])
def test_no_secret_stands_in_a_message_or_a_log(
    name: str, answer: Answer | None, caplog: pytest.LogCaptureFixture
) -> None:
    with open_place(name) as place, caplog.at_level(logging.DEBUG):
        for noisy in ("apprise", "urllib3"):  # as colter.cli.logs has them
            caplog.set_level(logging.WARNING, noisy)
        place.says(answer)
        if answer is None:
            tell(place.make, DOWN)
        elif name == "apprise" or answer:
            error = failure(place.make)
            assert SECRET not in f"{error} {error.hint}"
    assert SECRET not in caplog.text


def _without_boundaries(raw: bytes) -> bytes:
    """MIME separates parts by something that is new each time."""
    boundary = raw.partition(b'boundary="')[2].partition(b'"')[0]
    return raw.replace(boundary, b"-") if boundary else raw
