"""F10: the clock is set, the machine sleeps, summer time comes and goes: nobody is told of anything but the truth."""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from colter.core.clock import SystemClock
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.faults.fast_time import FastTime, WallClock
from tests.full import FULL
from tests.sending.receiver import Receiver, receiving
from tests.watching.daemons import daemon, ended, kept, log_of, states, until
from tests.withheld import Withheld, withheld

MACHINE = SystemClock()
SPEED = 60
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WELL = [f"well {number}" for number in range(10)]
DOWN_AFTER = 5
SLEEP = 60 if FULL else 5
"""Seconds of the machine; the daemon's clock goes on 60 times as fast."""


@dataclass
class Town:
    """Servers that are ill when they are told to be, and what was asked of them and told of them."""

    hook: Receiver
    ill: set[str] = field(default_factory=set)
    asked: list[tuple[float, str]] = field(default_factory=list)
    """When by the machine's clock, and whom."""
    server: EndpointServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = EndpointServer(self._answer)

    def _answer(self, visit: Visit) -> None:
        name = visit.path[1:].replace("%20", " ")
        self.asked.append((MACHINE.monotonic(), name))
        reply(500 if name in self.ill else 200)(visit)

    def configuration(
        self,
        *names: str,
        alerts: Mapping[str, Any] | None = None,
        file: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> str:
        """With these endpoints, each with these options."""
        fixed = {"confirm": 0, "warn": {"latency": "1h"}, **options}
        endpoints = [{"name": name, "url": self.server.url(f"/{name.replace(' ', '%20')}"), **fixed} for name in names]
        channels = {"hook": {"type": "webhook", "url": self.hook.url}}
        sections = {"file": file} if file else {}
        return json.dumps({**sections, "endpoints": endpoints, "alerts": {"channels": channels, **(alerts or {})}})

    @property
    def told(self) -> list[str]:
        """How what was said to stand."""
        alerts = [alert for request in self.hook.taken for alert in request.json["alerts"]]
        return [f"{alert['name']} {alert['state']}" for alert in alerts]

    def looks(self, since: float = 0.0) -> dict[str, list[float]]:
        """Since then, by endpoint."""
        found: dict[str, list[float]] = {}
        for at, name in self.asked:
            if at >= since:
                found.setdefault(name, []).append(at)
        return found


@contextmanager
def town() -> Iterator[Town]:
    with receiving(Receiver()) as hook:
        made = Town(hook)
        with made.server:
            yield made


def test_a_clock_that_is_set_changes_neither_rhythm_nor_alerts(tmp_path: Path) -> None:
    machine, clock, file = Machine(tmp_path), WallClock(tmp_path / "clock"), tmp_path / "all.jsonl"
    machine.env |= clock.environment
    with town() as around:

        def go_on(looks: int) -> None:
            before = len(around.looks().get("ill", ()))
            until(lambda: len(around.looks().get("ill", ())) >= before + looks)

        around.ill.add("ill")
        options: dict[str, Any] = {"interval": "1s", "timeout": "5s", "down_after": 3}
        machine.configure(around.configuration("ill", "later", *WELL, file={"path": str(file)}, **options))
        with daemon(machine, "-o", "file") as process, _busy(process.pid) as busy:
            go_on(4)  # it is decided, and waits to be told
            clock.set_by(-2 * HOUR)
            go_on(2)
            around.ill.add("later")
            go_on(5)
            clock.set_by(DAY)
            go_on(2)
            until(lambda: len(around.told) == 2)
            around.ill.clear()
            clock.set_by(-3 * DAY)
            brought = _lines(file)
            go_on(4)
            until(lambda: _lines(file) > brought)
            clock.set_by(HOUR / 2)
            until(lambda: len(around.told) == 4)
            code, said, _ = ended(process)
    assert code == 143
    assert sorted(around.told) == ["ill firing", "ill ok", "later firing", "later ok"]
    jumps = [line.partition("clock went ")[2].partition(";")[0] for line in said.splitlines() if "clock went" in line]
    assert jumps == ["back by 2h", "forward by 1d2h", "back by 4d", "forward by 3d30m"]
    _assert_regular(around.looks(), 1.0, sum(each.seconds for each in busy))
    states = Counter((look["endpoint"], look["state"]) for look in kept(machine))
    assert not [name for name in WELL if states[name, "down"]]


def test_after_a_sleep_everything_is_looked_at_once_and_not_all_at_once(tmp_path: Path) -> None:
    machine, fast = Machine(tmp_path), FastTime(datetime(2026, 5, 4, 12, tzinfo=UTC), SPEED)
    machine.env |= fast.environment()
    with town() as around:
        machine.configure(around.configuration("moody", *WELL, interval="1m", timeout="50s", down_after=DOWN_AFTER))
        around.ill.add("moody")
        with daemon(machine) as process:
            until(lambda: len(around.looks().get("moody", ())) >= 2)
            os.kill(process.pid, signal.SIGSTOP)
            around.ill.clear()
            bad = len(around.looks()["moody"])
            threading.Event().wait(SLEEP)
            woken = MACHINE.monotonic()
            with _busy(process.pid) as withheld_of:
                os.kill(process.pid, signal.SIGCONT)
                until(lambda: len(around.looks(woken)) > len(WELL))
                until(lambda: len(around.looks(woken)["moody"]) > 3)
            assert ended(process)[0] == 143
    assert "stopped for " in log_of(machine)
    assert around.told == [] or bad >= DOWN_AFTER  # as when this test itself was stopped for a while
    after, busy = around.looks(woken), sum(each.seconds for each in withheld_of)
    assert set(after) == {"moody", *WELL}
    _assert_regular(after, MINUTE / SECOND / SPEED, busy)
    first = sorted(times[0] - woken for times in after.values())
    assert first[-1] - busy <= 3 * MINUTE / SECOND / SPEED
    assert first[-1] - first[0] + busy >= MINUTE / SECOND / SPEED / 4


@dataclass(frozen=True)
class Switch:
    """A night in which clocks are changed, and a window that begins at half past two."""

    begins: datetime
    """When it is half past two there, or would be; UTC."""
    muted: bool


SWITCHES = {
    "skipped: half past three": Switch(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), muted=True),
    "shown twice: the first time": Switch(datetime(2025, 10, 26, 0, 30, tzinfo=UTC), muted=True),
    "shown twice: the second time": Switch(datetime(2025, 10, 26, 1, 30, tzinfo=UTC), muted=False),
}
WINDOW = HOUR / 2


def test_maintenance_minds_summer_time(tmp_path: Path) -> None:
    """Three nights, side by side: an endpoint falls ill when the window has just begun."""

    def night(number: int, switch: Switch) -> datetime:
        return _told_at(tmp_path / str(number), switch)

    with ThreadPoolExecutor() as pool:
        told = dict(zip(SWITCHES, pool.map(night, range(len(SWITCHES)), SWITCHES.values()), strict=True))
    muted = {name: told[name] >= switch.begins + WINDOW for name, switch in SWITCHES.items()}
    assert muted == {name: switch.muted for name, switch in SWITCHES.items()}, told


def _told_at(folder: Path, switch: Switch) -> datetime:
    """When it was decided to tell somebody that it is down."""
    folder.mkdir()
    machine, clock = Machine(folder), WallClock(folder / "clock")
    alerts = {"maintenance": [{"cron": "30 2 * * *", "tz": "Europe/Berlin", "duration": f"{WINDOW // SECOND}s"}]}
    with town() as around:
        machine.configure(around.configuration("ill", interval="1s", timeout="1m", down_after=1, alerts=alerts))
        machine.env |= {**clock.environment, "TZ": "Europe/Berlin"}
        clock.set_to(switch.begins - WINDOW)
        with daemon(machine) as process:
            until(lambda: around.asked)
            clock.set_to(switch.begins + MINUTE)
            around.ill.add("ill")
            until(lambda: "down" in states(machine, "ill"))  # and decided, with that
            clock.set_to(switch.begins + WINDOW + MINUTE)
            until(lambda: around.told)
            assert ended(process)[0] == 143
    assert around.told == ["ill firing"]
    return datetime.fromisoformat(around.hook.taken[0].json["at"])


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


@contextmanager
def _busy(pid: int) -> Iterator[Sequence[Withheld]]:
    """How long the machine had no time for a daemon, and for the servers here."""
    with withheld(pid) as of_daemon, withheld(os.getpid()) as of_servers:
        yield of_daemon, of_servers


def _assert_regular(looks: Mapping[str, list[float]], interval: float, busy: float) -> None:
    """About as many as there were intervals, and nowhere a burst; one may be late, and more on a busy machine."""
    for name, times in looks.items():
        fives = zip(times, times[4:], strict=False)
        assert all(fifth - first + busy >= 2 * interval for first, fifth in fives), (name, times)
        assert len(times) >= 0.6 * (times[-1] - times[0] - busy) / interval, (name, times)
