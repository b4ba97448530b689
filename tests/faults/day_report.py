"""Whether the report of that day agrees with what the servers did."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.faults.day import Day
from tests.faults.day_reckoning import MARGIN, Look, to_report
from tests.faults.day_story import MINUTE, Part, Spell


def assert_report_agrees(day: Day, kept: Sequence[Look]) -> None:
    """Of each as many outages as were seen, each when it was, and as much downtime as there was."""
    written = day.command("report", "--since", f"{day.world.story.begins:%Y-%m-%dT%H:%MZ}", "-f", "json")
    reported = {each["name"]: each for each in json.loads(written)["endpoints"]}
    for part in day.world.story.parts:
        said, own = reported[part.name], [look for look in kept if look.name == part.name]
        assert len(said["outages"]) == said["uptime"]["outages"] == to_report(day, kept, part.name), part
        _assert_agrees(day, part, said, list(_known(own)))


def _assert_agrees(day: Day, part: Part, said: dict[str, Any], known: Sequence[Spell]) -> None:
    outages = [_spell(each) for each in said["outages"]]
    ill = [spell for spell in _ill(day, part) if any(_overlap(spell, outage) for outage in outages)]
    assert len(ill) == len(outages), (part, outages)
    truth = _common(ill, known)
    whole = sum((spell.length for spell in known), timedelta())
    # Of a change nobody knows more than between which two looks it came.
    slack = sum((span.length for span in known if _changes_within(span, ill)), timedelta()) + MARGIN * len(ill)
    slack += sum((beat.heard - beat.begun for beat in day.world.beats[part.name]), timedelta())
    down = timedelta(seconds=said["uptime"]["seconds"]["down"])
    assert abs(down - truth) <= slack, (part, down, truth, slack)
    if whole:
        assert abs(said["uptime"]["availability"] - (1 - truth / whole)) <= (slack + MINUTE) / whole, part


def _known(own: Sequence[Look]) -> Iterator[Spell]:
    """What a look says holds until the next one, for two intervals at most."""
    for look, following in pairwise(own):
        if look.state != "unknown":
            yield Spell(look.at, min(following.at, look.at + 2 * MINUTE))


def _ill(day: Day, part: Part) -> Sequence[Spell]:
    """When it was down for long enough; a job is down when it has not reported for too long."""
    if part.how != "tardy":
        return part.outages
    patience = day.world.story.patience
    beats = pairwise(day.world.beats[part.name])
    silences = ((last.heard + patience, following.heard) for last, following in beats)
    return [Spell(begins, ends) for begins, ends in silences if begins < ends]


def _common(some: Sequence[Spell], others: Sequence[Spell]) -> timedelta:
    return sum((_overlap(one, other) for one in some for other in others), timedelta())


def _overlap(one: Spell, other: Spell) -> timedelta:
    return max(timedelta(), min(one.ends, other.ends) - max(one.begins, other.begins))


def _changes_within(span: Spell, ill: Sequence[Spell]) -> bool:
    return any(span.holds(moment) for spell in ill for moment in (spell.begins, spell.ends))


def _spell(told: dict[str, Any]) -> Spell:
    return Spell(datetime.fromisoformat(told["began"]), datetime.fromisoformat(told["ended"]))
