"""F1: `kill -9` at any moment: no alert is missed, and none told twice but what was on its way, with the same key."""

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.alerting.reference import Look, reference
from tests.faults.alert_killing import AlertToll, kill_tellers
from tests.faults.alert_life import COUNT, NAMES, AlertPlan, is_down
from tests.full import FULL
from tests.sending.receiver import Receiver, Request, receiving

KILLS = 1000 if FULL else 30
SEED = 5


def test_whatever_is_killed_every_alert_is_told_and_none_twice(tmp_path: Path) -> None:
    with receiving(Receiver()) as receiver:
        plan = AlertPlan(str(tmp_path), receiver.url, SEED)
        toll = kill_tellers(plan, KILLS)
    assert toll.kills == KILLS
    assert toll.rounds > toll.acknowledged >= 0
    with closing(sqlite3.connect(plan.state)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    repeats = repeated(receiver.came)
    told = {name: heard(receiver.came, name) for name in NAMES}
    sys.stdout.write(
        f"{toll.kills} kills, in {dict(toll.phases)}; {toll.rounds} rounds; {len(receiver.came)} messages with "
        f"{sum(map(len, told.values()))} alerts; repeated: {dict(repeats)}\n"
    )
    assert told == {name: expected(name, toll) for name in NAMES}
    assert repeats.total() <= toll.kills


def repeated(came: Iterable[Request]) -> Counter[str]:
    """Messages that say again what was said: the same message again, or, after a while, one that holds more."""
    seen: set[tuple[str, int]] = set()
    bodies: dict[str, bytes] = {}
    found: Counter[str] = Counter()
    for request in came:
        key, said = request.headers["idempotency-key"], request.json
        alerts = {(alert["incident"], alert["sequence"]) for alert in said["alerts"]}
        if key in bodies:
            assert request.body == bodies[key]
            found["same key"] += 1
        elif alerts & seen:
            assert said["kind"] == "digest" or len(alerts) > 1
            found["in a later message"] += 1
        seen |= alerts
        bodies[key] = request.body
    return found


def expected(name: str, toll: AlertToll) -> list[str]:
    """What the pure reference says of this endpoint."""
    looks = [Look("bad" if is_down(name, number, SEED) else "good") for number in range(toll.rounds)]
    return [claim for _, claim in reference(looks, (COUNT, COUNT), (COUNT, COUNT))]


def heard(came: Iterable[Request], name: str) -> list[str]:
    """How it was said to stand, each time once."""
    told = [alert for request in came for alert in request.json["alerts"] if alert["name"] == name]
    once = {(alert["incident"], alert["sequence"]): alert["state"] for alert in told}
    return list(once.values())
