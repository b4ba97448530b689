"""What a channel is sent, in words: a packed message of the engine as a message for people and machines.

The same packed message is the same to the last byte, however often it is tried: receivers compare.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import cast

from colter.core.alerting.digests import digest_title
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.packing import Form
from colter.core.alerting.packing import Message as Packed
from colter.core.alerting.phrases import phrases
from colter.core.alerting.spans import say_length, say_moment
from colter.core.alerting.titles import merged_title, title
from colter.core.message import Alert, Message, MessageKind
from colter.core.model import Event, Target
from colter.core.text import clean
from colter.core.units import format_amount, timestamp


@dataclass(frozen=True, slots=True)
class About:
    """What the configuration knows of a target."""

    url: str = ""
    """Without user information, query and fragment: those may hold secrets."""
    group: str = ""
    tags: Collection[str] = ()


NOTHING = About()
Lookup = Callable[[Target], About]
"""Of any target, also of one that is not watched any more."""


def word(packed: Packed, about: Lookup) -> Message:
    """The message to hand to the channel."""
    last = packed.notices[-1]
    alerts = [_alert(notice, about(notice.target)) for notice in packed.notices]
    if packed.form is Form.DIGEST:
        lines = [_in_digest(notice) for notice in packed.notices]
        return Message(packed.key, MessageKind.DIGEST, digest_title(packed.notices), last.at, lines, alerts)
    said = merged_title(packed.notices) if packed.form is Form.MERGED else title(last)
    lines = [*_lines(last, about(last.target))]
    if last.kind in _NEWS:
        return Message(packed.key, MessageKind.NEWS, said, last.at, lines, alerts)
    return Message(packed.key, MessageKind(last.kind.value), said, last.at, lines, alerts, thread=last.incident)


_NEWS = (Kind.EVENT, Kind.OFFLINE)
_LONGEST_TITLE = 300  # of a stranger; his address must still have room behind it


def _lines(notice: Notice, about: About) -> Iterable[str]:
    if notice.kind is Kind.OFFLINE:
        yield "What could not be reached in that time was not held to be down, and nobody was told that it was."
        return
    yield from _events(notice) if notice.kind is Kind.EVENT else _incident(notice, about)
    if about.group:
        yield f"Group: {about.group}"
    if about.tags:
        yield f"Tags: {', '.join(sorted(about.tags))}"


def _incident(notice: Notice, about: About) -> Iterable[str]:
    if about.url:
        yield about.url
    if notice.detail:
        yield f"It was: {notice.detail}" if notice.closes else notice.detail
    looks = format_amount(notice.failures, phrases(notice).look)
    if notice.duration is None:
        yield f"Since {say_moment(notice.since)}, {looks}"
    else:
        until = say_moment(notice.since + notice.duration)
        yield f"From {say_moment(notice.since)} to {until} ({say_length(notice.duration)}), {looks}"
    if notice.kind is Kind.REMINDER:
        yield f"Reminder {notice.reminders}"
    if notice.kind is Kind.FLAPPING:
        yield "It changes all the time. Nothing more is said of it until it has settled."


def _events(notice: Notice) -> Iterable[str]:
    for event in notice.events:
        yield _event(event)
    if notice.events_total > len(notice.events):
        yield f"and {notice.events_total - len(notice.events)} older"


def _event(event: Event) -> str:
    shown = clean(event.title, _LONGEST_TITLE)
    return f"{shown} {event.url}" if event.url else shown


def _in_digest(notice: Notice) -> str:
    only = notice.events[0].url if len(notice.events) == 1 else ""
    return f"{clean(title(notice), _LONGEST_TITLE)} {only}".rstrip()


def _alert(notice: Notice, about: About) -> Alert:
    news, happened = notice.kind in _NEWS, notice.kind is Kind.EVENT
    only = notice.events[0] if len(notice.events) == 1 else None
    known = {
        "target": str(notice.target),
        "source": notice.target.source,
        "name": notice.target.name,
        "rule": notice.rule,
        "state": None if news else notice.claim.value,
        "reason": notice.reason,
        "detail": only.title if only else notice.detail,
        "since": timestamp(notice.since),
        "until": timestamp(max(notice.since, notice.until)) if notice.until and not happened else None,
        "incident": notice.incident,
        "sequence": notice.sequence,
        "group": about.group,
        "tags": sorted(about.tags),
        "url": only.url if only else about.url,
    }
    return cast("Alert", {name: value for name, value in known.items() if value})
