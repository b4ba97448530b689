"""The title of a digest: how many of what, as it stands at the end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.phrases import phrases
from colter.core.alerting.standing import Claim
from colter.core.alerting.titles import event_noun, title
from colter.core.units import format_amount

_NEWS = (Kind.EVENT, Kind.OFFLINE)
_BAD, _STILL, _FLAPS, _GOOD, _GONE = range(5)


def digest_title(notices: Sequence[Notice]) -> str:
    """`7 endpoints are down, 2 are up again, 3 new issues`."""
    last = {(notice.target, notice.rule): notice for notice in notices if notice.kind not in _NEWS}
    stand = Counter(map(_stands, last.values()))
    return ", ".join([*_tell(stand), *_news(notices)])


class _Stand(NamedTuple):
    """What several things have in common; sorted as they are told."""

    place: int
    noun: str
    one: str
    many: str


def _stands(notice: Notice) -> _Stand:
    words = phrases(notice)
    if notice.kind is Kind.REMOVED:
        return _Stand(_GONE, words.noun, "is not watched any more", "are not watched any more")
    if notice.claim is Claim.FLAPPING:
        return _Stand(_FLAPS, words.noun, "flaps", "flap")
    if notice.kind is Kind.REMINDER:
        return _Stand(_STILL, words.noun, words.still, words.still_many)
    if notice.claim is Claim.FIRING:
        return _Stand(_BAD, words.noun, words.bad, words.bad_many)
    return _Stand(_GOOD, words.noun, words.good, words.good_many)


def _tell(stand: Counter[_Stand]) -> Iterable[str]:
    """The noun is not said again, where it is still the same."""
    before = ""
    for each, count in sorted(stand.items()):
        noun = "" if each.noun == before else f" {each.noun}{'' if count == 1 else 's'}"
        before = each.noun
        yield f"{count}{noun} {each.one if count == 1 else each.many}"


def _news(notices: Iterable[Notice]) -> Iterable[str]:
    counted: Counter[str] = Counter()
    for notice in notices:
        if notice.kind is Kind.EVENT:
            counted[event_noun(notice)] += notice.events_total
        elif notice.kind is Kind.OFFLINE:
            yield title(notice)
    yield from (format_amount(count, noun) for noun, count in counted.items())
