"""F24: a daemon is signalled at any moment of its life: it ends soon, in order, and nothing is lost or told twice."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.alerting.reference import Look, Seen, reference
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.faults.signalling import KINDS, LIMIT
from tests.full import FULL
from tests.sending.receiver import Receiver, receiving

LIVES = 200 if FULL else 15
ENDPOINTS = 4
SPELL = 8
"""Looks after which one of them changes its mind."""
CODES = {
    "SIGTERM": {143, -15},
    "SIGINT": {130},
    "SIGHUP": {143, -15, -1},
    "twice": {143, -15},
    "SIGKILL": {-9},
}


def test_whatever_signal_comes_and_whenever_nothing_is_lost_and_nothing_told_twice(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with EndpointServer(moody()) as web, receiving(Receiver()) as hook:
        machine.configure(configuration(web, hook, tmp_path / "all.jsonl"))
        argv = [sys.executable, "-m", "tests.faults.signalling", str(tmp_path), str(LIVES)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        looks = len(web.requests)
    found = json.loads(done.stdout)
    seconds = sorted(each for _, _, each in found["ends"])
    codes = {kind: Counter(code for each, code, _ in found["ends"] if each == kind) for kind in KINDS}
    told = [alert for request in hook.came for alert in request.json["alerts"] if alert["name"] == "moody"]
    once = {(alert["incident"], alert["sequence"]): alert["state"] for alert in told}
    sys.stdout.write(
        f"{codes}, within {seconds[LIVES // 2]:.2f} s, {seconds[-1]:.2f} s at most; "
        f"{len(found['kept'])} of {looks} looks kept; {len(told)=} {len(once)=}\n"
    )
    for kind, ways in codes.items():
        assert set(ways) <= CODES[kind], kind
    assert seconds[-1] < LIMIT
    said = "".join(path.read_text() for path in tmp_path.glob("*.said"))
    assert "Traceback" not in said
    assert "a bug" not in said
    with closing(sqlite3.connect(tmp_path / "state" / "colter" / "state.db")) as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    kept = [(look["at"], look["target"]) for look in found["kept"]]
    assert len(kept) == len(set(kept)) > LIVES // 4
    assert looks - len(kept) <= ENDPOINTS * (LIVES + 1)  # those that were on their way
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert {(line["at"], line["target"]) for line in lines} == set(kept)
    seen = [Look(verdict(look["state"])) for look in found["kept"] if look["target"] == "probe:moody"]
    assert list(once.values()) == [claim for _, claim in reference(seen, (1, 1), (1, 1))]
    assert len(told) - len(once) <= LIVES


def verdict(state: str) -> Seen:
    verdicts: dict[str, Seen] = {"up": "good", "down": "bad"}
    return verdicts.get(state, "unknown")


def moody() -> Callable[[Visit], None]:
    asked = 0

    def answer(visit: Visit) -> None:
        nonlocal asked
        asked += visit.path == "/moody"
        bad = visit.path == "/moody" and asked // SPELL % 2
        reply(500 if bad else 200)(visit)

    return answer


def configuration(web: EndpointServer, hook: Receiver, file: Path) -> str:
    usual = {"interval": "2s", "timeout": "9s", "confirm": 0, "down_after": 1, "up_after": 1}
    endpoints = [{"name": f"e{number}", "url": web.url(), **usual} for number in range(ENDPOINTS - 1)]
    endpoints.append({"name": "moody", "url": web.url("/moody"), **usual})
    channels = {"hook": {"type": "webhook", "url": hook.url}}
    return json.dumps({"endpoints": endpoints, "alerts": {"channels": channels}, "file": {"path": str(file)}})
