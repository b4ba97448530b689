"""F15, and most others: a day at 60 times its speed; what is told, brought and kept in the end is the truth.

Endpoints and jobs go down and come back, three sinks fail in turn, the configuration is edited, well and badly, and the
process is killed again and again. With --full: 24 hours, 28 things that are watched, 100 edits, 20 kills.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.running import Machine
from tests.faults.day import Day, live
from tests.faults.day_reckoning import (
    Look,
    assert_in_every_sink,
    assert_sound,
    by_the_world,
    looks,
    repeats,
    seen,
    stops,
    to_tell,
    told_by_hook,
    told_by_mail,
    told_needlessly,
    tries_that_failed,
    unkept,
    untrue,
)
from tests.faults.day_report import assert_report_agrees
from tests.faults.day_story import MINUTE, Part, Size, tell_story
from tests.faults.day_usage import assert_steady
from tests.faults.day_world import world
from tests.faults.fast_time import FastTime
from tests.full import FULL
from tests.servers.postgres import Postgres
from tests.servers.victoriametrics import VictoriaMetrics

SPEED = 60
BEGINS = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SIZE = (
    Size(timedelta(hours=24), parts=28, kills=20, edits=100, failures=4, lives=1 / 3)
    if FULL
    else Size(timedelta(minutes=42), parts=16, kills=3, edits=8, failures=1)
)
MOST = 3 / 4 if FULL else 1 / 2
AT_WORK = 2 / 3
"""Where daemons were at work for less of the time, there may be no outage that they saw enough of."""
UNKNOWN = 1 / 4
"""So much may be unknown, besides one look at each for every time that the daemon had no turn for so long."""


def test_a_day_on_which_everything_happens(tmp_path: Path, victoria: VictoriaMetrics, postgres: Postgres) -> None:
    time = FastTime(BEGINS, SPEED)
    story = tell_story(SIZE, time.begins, seed=20261122)
    with world(story, time, tmp_path, victoria, postgres) as around:
        day = live(around, Machine(tmp_path / "home"), seed=5)
        kept = looks(day.command("export", "--since", "3d", "-f", "jsonl", "-q").splitlines())
    states = Counter(look.state for look in kept)
    sys.stdout.write(
        f"{SIZE.length} with {SIZE.edits} edits {dict(day.editor.kinds)} and {len(day.lives) - 1} deaths; "
        f"{len(kept)} results {dict(states)}, {unkept(day, kept)} answers without one; "
        f"{len(around.hook.taken)} messages and {len(around.mail.taken)} mails, repeated {dict(repeats(day))}\n"
    )
    assert_steady(day.lives)
    assert_sound(day)
    assert_in_every_sink(day, kept)
    truly = by_the_world(day, kept)
    assert untrue(day, truly) == []
    assert states["unknown"] <= UNKNOWN * len(kept) + stops(day) * len({look.name for look in kept})
    assert repeats(day).total() <= len(day.lives) - 1 + tries_that_failed(day)
    for part in story.parts:
        assert_told_of(part, day, kept)
    assert told_needlessly(day) == set()
    assert_most_were_told(day)
    assert_report_agrees(day, truly)


def assert_told_of(part: Part, day: Day, kept: Sequence[Look]) -> None:
    """Each time once that it is down and once that it is up again, over both channels; of blips nothing."""
    told = told_by_hook(day, part.name)
    assert told_by_mail(day, part.name) == told, part
    assert told in to_tell(day, kept, part.name), part
    assert told == (["firing", "ok"] * len(part.outages))[: len(told)], part


def assert_most_were_told(day: Day) -> None:
    """Of those that somebody saw: a busy machine takes virtual minutes to start a daemon, and one may be over then."""
    ill = [part for part in day.world.story.parts if part.how == "ill"]
    outages, at_work = seen(day, ill), MINUTE * sum(map(len, day.lives))
    assert outages or at_work < AT_WORK * SIZE.length
    assert sum(told_by_hook(day, part.name).count("ok") for part in ill) >= MOST * outages
