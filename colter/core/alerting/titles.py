"""The title of a message about one thing: what a person on a phone understands at once."""

from collections.abc import Sequence

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.own_events import OwnEvent
from colter.core.alerting.phrases import because, phrases
from colter.core.alerting.spans import say_length, say_span
from colter.core.units import format_amount

_EVENTS = {
    "issue": ("new issue", "in"),
    "pull_request": ("new pull request", "in"),
    "release": ("new release", "of"),
    "yanked": ("yanked release", "of"),
    "renamed": ("new name", "of"),
    OwnEvent.DAMAGED_HISTORY: ("damaged history", "of"),
    OwnEvent.LOST_HISTORY: ("lost history", "of"),
    OwnEvent.UNUSABLE_HISTORY: ("unusable history", "of"),
    OwnEvent.KEPT_AGAIN: ("usable history", "of"),
    OwnEvent.NO_ROOM: ("no room", "for the history of"),
    OwnEvent.LOSS: ("loss", "on the way to"),
}
"""By kind of event, how it is counted, and how that goes with the name of what it happened to."""
_GROWTH = ("growing number", "of")


def title(notice: Notice) -> str:
    """Of a notice that is told alone: `api is down: connect_refused`."""
    if notice.kind is Kind.EVENT:
        return _happened(notice)
    if notice.kind is Kind.OFFLINE:
        when = say_span(notice.since, notice.until or notice.at, notice.at)
        return f"Colter was offline {when}: nothing is known of that time"
    words = phrases(notice)
    said = {
        Kind.FIRING: words.bad,
        Kind.REMINDER: f"{words.still} after {say_length(notice.at - notice.since)}",
        Kind.RESOLVED: f"{words.good}{_after(notice)}",
        Kind.REMOVED: f"{words.was} and is not watched any more",
        Kind.FLAPPING: "flaps",
        Kind.SETTLED: f"has settled and {words.good if notice.closes else words.bad}{_after(notice)}",
    }
    return f"{_subject(notice)} {said[notice.kind]}{because(notice)}"


def merged_title(notices: Sequence[Notice]) -> str:
    """Of an incident that was over before anybody could be told: `api was down 02:10-02:31 UTC (21 min)`."""
    first, last = notices[0], notices[-1]
    until = last.until or last.at
    was = "flapped" if any(notice.kind is Kind.FLAPPING for notice in notices) else phrases(last).was
    gone = " and is not watched any more" if last.kind is Kind.REMOVED else ""
    when = f"{say_span(first.since, until, last.at)} ({say_length(until - first.since)})"
    return f"{_subject(last)} {was} {when}{gone}{because(last)}"


def event_noun(notice: Notice) -> str:
    """What its events are, as they are counted: `new issue`."""
    return _event_words(notice)[0]


def _subject(notice: Notice) -> str:
    return f"{phrases(notice).prefix}{notice.target.name}"


def _after(notice: Notice) -> str:
    return "" if notice.duration is None else f" after {say_length(notice.duration)}"


def _event_words(notice: Notice) -> tuple[str, str]:
    return _EVENTS.get(notice.events[0].kind, _GROWTH) if notice.events else _GROWTH


def _happened(notice: Notice) -> str:
    noun, of = words = _event_words(notice)
    name = notice.target.name
    if notice.events_total != 1:
        return f"{format_amount(notice.events_total, noun)} {of} {name}"
    only = notice.events[0].title
    return f"{name}: {only}" if words is _GROWTH else f"{noun.capitalize()} {of} {name}: {only}"
