"""What has come of the day: what is in the history, in the sinks and in the channels, and whether it is the truth."""

import json
import re
import sqlite3
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from tests.faults.day import Day
from tests.faults.day_story import DOWN_AFTER, MINUTE, UP_AFTER, Part
from tests.faults.day_world import Answer

MARGIN = timedelta(seconds=30)
"""By so much the times of a daemon and of the world may differ: half a second of the machine."""
_ROUNDED = timedelta(seconds=1)
"""By so much a daemon is born earlier by its own clock."""
TOO_OLD = 3 * MINUTE
"""Bad looks do not count any more after a gap of three intervals."""
_ROWS = (
    "SELECT r.round_key, p.position, p.latency_us FROM probe_result p JOIN round r ON r.id = p.round_id ORDER BY 1, 2"
)


class Place(NamedTuple):
    """Of one result."""

    round: str
    position: int


@dataclass(frozen=True)
class Look:
    """One result, as the history has it."""

    place: Place
    name: str
    at: datetime
    state: str
    status: int | None
    size: int | None
    reason: str | None
    latency: float | None


def looks(lines: Iterable[str]) -> list[Look]:
    """As they stand in lines of JSON, sorted by their time."""
    return sorted((_look(json.loads(line)) for line in lines), key=lambda look: look.at)


def assert_in_every_sink(day: Day, kept: Sequence[Look]) -> None:
    """All of these and nothing else are in each of the three, each once; a file knows no keys, so there it is read so.

    What was on its way when a daemon was killed is sent again.
    """
    world, places = day.world, {look.place for look in kept}
    assert len(places) == len(kept)
    filed = Counter(looks(world.file.read_text().splitlines()))
    assert set(filed) == set(kept)
    assert max(filed.values()) <= len(day.lives)
    with psycopg.connect(world.postgres.url(world.database)) as connection:
        rows = connection.execute(_ROWS.encode()).fetchall()
    assert [Place(*row[:2]) for row in rows] == sorted(places)
    points = {
        (series.labels["endpoint"], at) for series in world.victoria.export('{__name__=~"endpoint_probe_.*"}')
        for at, _ in series.samples
    }  # fmt: skip
    assert points == {(look.name, round(look.at.timestamp() * 1000)) for look in kept}


def assert_sound(day: Day) -> None:
    """The history is whole, and owes nothing to anybody."""
    with closing(sqlite3.connect(day.state)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM outbox WHERE settled IS NULL").fetchall() == [(0,)]


def by_the_world(day: Day, kept: Sequence[Look]) -> list[Look]:
    """The same by the clock of the world: that of a daemon is behind by as long as it took to be born.

    By how much, the answers tell that were given later than they came.
    """
    lives = [bisect(day.starts, look.at + _ROUNDED) for look in kept]
    behind = defaultdict[int, timedelta](timedelta)
    for life, look in zip(lives, kept, strict=True):
        given = day.world.web.answers.get(look.name, {}).get(look.size or 0)
        if given and look.status is not None:
            late = given.at - look.at - timedelta(milliseconds=look.latency or 0)
            behind[life] = max(behind[life], late)
    return [replace(look, at=look.at + behind[life]) for life, look in zip(lives, kept, strict=True)]


def untrue(day: Day, kept: Iterable[Look]) -> list[str]:
    """Results that do not say what the world did; those that are unknown say nothing."""
    parts = {part.name: part for part in day.world.story.parts}
    answers = {name: dict(given) for name, given in day.world.web.answers.items()}
    said = [look for look in kept if look.name in parts and look.state != "unknown"]
    said.sort(key=lambda look: look.status is None)  # what is left of the answers then came too late for anybody
    return [f"{look} of {parts[look.name]}" for look in said if not _is_true(day, parts[look.name], look, answers)]


def told_by_hook(day: Day, name: str) -> list[str]:
    """How it was said to stand, each time once."""
    alerts = [alert for request in day.world.hook.taken for alert in request.json["alerts"] if alert["name"] == name]
    return list({(alert["incident"], alert["sequence"]): alert["state"] for alert in alerts}.values())


def told_needlessly(day: Day) -> set[str]:
    """Endpoints that somebody was told of though nothing was ever wrong with them."""
    alerts = [alert for request in day.world.hook.taken for alert in request.json["alerts"]]
    return {alert["name"] for alert in alerts if alert["source"] == "probe"} - {p.name for p in day.world.story.parts}


def told_by_mail(day: Day, name: str) -> list[str]:
    """The same; mails that came twice have the same Message-ID."""
    letters = {mail.letter["Message-ID"]: mail.letter for mail in day.world.mail.taken}
    said = {"is down": ["firing"], "is up again": ["ok"], "was down": ["firing", "ok"]}
    found = []
    for letter in letters.values():
        body = letter.get_body(("plain",))
        assert body is not None
        for claim in re.findall(rf"(?m)\b{name} (is down|is up again|was down)", body.get_content()):
            found += said[claim]
    return found


def repeats(day: Day) -> Counter[str]:
    """Messages that came more than once: all that a receiver can see is that their keys are the same."""
    hooked = Counter((request.headers["idempotency-key"], request.body) for request in day.world.hook.taken)
    mailed = Counter(mail.letter["Message-ID"] for mail in day.world.mail.taken)
    assert len({key for key, _ in hooked}) == len(hooked)
    return Counter(hook=hooked.total() - len(hooked), mail=mailed.total() - len(mailed))


def tries_that_failed(day: Day) -> int:
    """To tell something: a channel may have taken it all the same."""
    return _count_in_logs(day, "has not taken a message")


def stops(day: Day) -> int:
    """How often a daemon had no turn for a while, and what it looked at meanwhile is doubtful."""
    return _count_in_logs(day, "stopped for")


def seen(day: Day, parts: Iterable[Part]) -> int:
    """Outages of which the world has given enough answers that they must be told."""
    return sum(
        sum(outage.holds(answer.at) for answer in given) >= 2 * DOWN_AFTER
        for part in parts
        for given in [day.world.web.answers.get(part.name, {}).values()]
        for outage in part.outages
    )


def unkept(day: Day, kept: Iterable[Look]) -> int:
    """Answers of which there is no result: the daemon was killed before, or the endpoint was changed."""
    counted = Counter(look.name for look in kept if look.status is not None)
    return sum(len(given) - counted[name] for name, given in day.world.web.answers.items() if name in counted)


def to_tell(day: Day, kept: Iterable[Look], name: str) -> list[list[str]]:
    """What there was to tell of these looks: either way, when a gap is about as long as what it takes to forget."""
    own = [look for look in kept if look.name == name]
    return [list(_told(own, _counts(day, name), TOO_OLD + slack)) for slack in (-MARGIN, timedelta(), MARGIN)]


def to_report(day: Day, kept: Iterable[Look], name: str) -> int:
    """How many outages these looks make: other than for an alarm, a look counts however long ago it was."""
    own = [look for look in kept if look.name == name]
    return list(_told(own, _counts(day, name), timedelta.max)).count("firing")


def _count_in_logs(day: Day, words: str) -> int:
    return sum(log.read_text().count(words) for log in day.world.folder.glob("colter.log*"))


def _counts(day: Day, name: str) -> tuple[int, int]:
    part = next(part for part in day.world.story.parts if part.name == name)
    return (1, 1) if part.how == "tardy" else (DOWN_AFTER, UP_AFTER)


def _told(own: Iterable[Look], counts: tuple[int, int], too_old: timedelta) -> Iterator[str]:
    firing, run, last = False, 0, None
    for look in own:
        if last and look.at - last > too_old:
            run = 0
        last = look.at
        if look.state == "unknown":
            continue
        run = run + 1 if (look.state == "down") != firing else 0
        if run == counts[firing]:
            firing, run = not firing, 0
            yield "firing" if firing else "ok"


def _is_true(day: Day, part: Part, look: Look, answers: dict[str, dict[int, Answer]]) -> bool:
    ill = any(spell.holds(look.at) for spell in part.spells)
    at_an_edge = any(abs(edge - look.at) < MARGIN for spell in part.spells for edge in (spell.begins, spell.ends))
    if part.how == "tardy":
        return _is_true_of_job(day, part, look)
    if look.status is None:
        return at_an_edge or (look.state == "down") == ill or _came_late(look, answers[part.name])
    # Each answer is told of once, and as it was.
    given = answers[part.name].pop(look.size or 0, None)
    return (
        given is not None
        and given.status == look.status
        and look.at - MARGIN <= given.at <= look.at + timedelta(milliseconds=look.latency or 0) + MARGIN
        and (look.state == "up") == (given.status == 200)
        and (look.latency or 0) > 0
    )


def _came_late(look: Look, given: dict[int, Answer]) -> bool:
    """On a busy machine the world itself may take too long; then there is an answer that nobody has waited for."""
    late = [number for number, answer in given.items() if MINUTE / 2 < answer.at - look.at < 2 * MINUTE]
    return (look.reason or "").startswith("timeout_") and given.pop(late[0] if late else 0, None) is not None


def _is_true_of_job(day: Day, part: Part, look: Look) -> bool:
    beats, patience = day.world.beats[part.name], day.world.story.patience
    before = [beat for beat in beats if beat.heard <= look.at]
    if not before or any(beat.begun - MARGIN < look.at < beat.heard + MARGIN for beat in beats):
        return True
    least, most = look.at - before[-1].heard, look.at - before[-1].begun
    return least - MARGIN < patience < most + MARGIN or (look.state == "down") == (least > patience)


def _look(told: dict[str, Any]) -> Look:
    return Look(
        Place(told["round"], told["position"]),
        told["endpoint"],
        datetime.fromisoformat(told["at"]).astimezone(UTC),
        told["state"],
        told["status_code"],
        told["bytes"],
        told["reason"],
        told["latency_ms"],
    )
