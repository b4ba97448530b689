"""`colter status` tells of a running daemon, of one that was killed, and of one that is missed."""

import asyncio
import fcntl
import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.app.alerting.lock import FILE as LOCK_FILE
from colter.app.alerting.lock import Lock
from colter.app.watching.status.reading import FILE, DaemonStatus, read_daemon_status
from colter.cli.render.daemon import daemon_lines, daemon_warnings
from colter.core.clock import SystemClock
from tests.cli.running import Ended, Machine
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import daemon, ended, endpoints, log_of, until

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD: dict[str, Any] = {
    "process": 4711,
    "version": "2.0.0",
    "since": "2026-05-04T10:00:00.000Z",
    "serving": "127.0.0.1:9464",
    "last_round": "2026-05-04T11:59:57.000Z",
    "lag_seconds": 0.012,
    "looks": {"probe": {"begun": 7200, "late": 0, "skipped": 0, "missed": 0}},
    "unkept": 0,
    "lost": 0,
    "configuration": {"file": "/etc/colter/config.yaml", "in_use_since": "2026-05-04T10:32:00.000Z", "problem": None},
    "locked": [],
}
OF_10_32 = "the configuration of 2026-05-04 10:32 UTC"


def told(machine: Machine) -> dict[str, Any]:
    """What `colter status -f json` says of the daemon."""
    done = machine.inside("status", "-f", "json", clock=SystemClock())
    found: dict[str, Any] = json.loads(done.out)["daemon"]
    return found


def test_a_running_daemon_is_told_of_and_a_killed_one_and_none(machine: Machine) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(endpoints(fine=web.url()))
        assert told(machine) is None
        with daemon(machine) as process:
            until((machine.home / "state" / "colter" / FILE).exists)
            until(lambda: told(machine)["last_round"])
            found = told(machine)
            assert (found["running"], found["process"], found["serving"]) == (True, process.pid, None)
            assert found["configuration"]["problem"] is None
            page = machine.inside("status", "-f", "table", clock=SystemClock())
            assert f"process {process.pid}\n  it listens nowhere\n  its last round was kept " in page.out
            assert machine.inside("status", "-f", "csv", clock=SystemClock()).err == ""
            ended(process, signal.SIGKILL)
            assert told(machine)["running"] is False
            killed = machine.inside("status", "-f", "csv", clock=SystemClock())
            assert f"the daemon (process {process.pid}) has ended without a word" in killed.err
        with daemon(machine) as process:
            until(lambda: told(machine)["process"] == process.pid and told(machine)["running"])
            assert ended(process)[0] == 143
        assert told(machine) is None


def test_a_newer_configuration_that_is_wrong_is_told_with_its_place(machine: Machine) -> None:
    def shown() -> Ended:
        return machine.inside("status", "-f", "table", clock=SystemClock())

    with EndpointServer(reply()) as web:
        machine.configure(endpoints(fine=web.url()))
        with daemon(machine) as process:
            until(lambda: web.requests)
            path = machine.configure("endpoints: [{name: fine, url: nonsense}]\n")
            until(lambda: "stays in use" in log_of(machine))
            until(lambda: "is in use, the newer one is wrong: " in shown().out)
            assert f"the newer one is wrong: {path}:1:31: endpoints.fine.url: expected" in shown().out
            assert shown().out.splitlines()[2].startswith("fine      up ")
            assert shown().code == 3
            assert shown().err.startswith(f"colter: {path}:1:31: endpoints.fine.url: expected")
            assert ended(process)[0] == 143


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, []),
        (
            {"at": "2026-05-04T11:48:00.000Z"},
            ["all this was so 12m ago: since then it could not write it down"],
        ),
        ({"lag_seconds": 2.34}, ["looks begin 2.3 s late"]),
        (
            {"unkept": 12, "lost": 1},
            [
                "not kept yet, for the history does not take it: 12 measurements",
                "given up, for it waited for too long to be kept: 1 measurement",
            ],
        ),
        (
            {"configuration": {**TOLD["configuration"], "problem": "config.yaml:3:1: probe: wrong\x1b[31m"}},
            [f"{OF_10_32} is in use, the newer one is wrong: config.yaml:3:1: probe: wrong[31m"],
        ),
        (
            {
                "apis": [
                    {
                        "api": "api.github.com",
                        "token_expires": "2026-05-06T00:00:00.000Z",
                        "rate_limits": {
                            "core": {"limit": 5000, "remaining": 0, "reset": "2026-05-04T12:30:00.000Z"},
                            "graphql": {"limit": 5000, "remaining": 0, "reset": "2026-05-04T11:30:00.000Z"},
                        },
                    }
                ]
            },
            [
                "the rate limit of api.github.com (core) is used up until 2026-05-04 12:30 UTC",
                "the token for api.github.com ends 2026-05-06 00:00 UTC",
            ],
        ),
        ({"locked": ["github.token"]}, ["locked, and as before until somebody logs in: github.token"]),
    ],
    ids=["well", "stale", "late", "unkept", "wrong", "granted", "locked"],
)
def test_what_is_not_well_is_told(changed: dict[str, Any], says: list[str]) -> None:
    status = DaemonStatus(running=True, told={**TOLD, **changed})
    assert [line.replace("\ufffd", "") for line in daemon_warnings(status, START, START)] == says
    head, listens, kept, *more = daemon_lines(status, START, START)
    assert head == "a daemon runs since 2026-05-04 10:00 UTC (2h), process 4711"
    assert (listens, kept) == ("it listens at 127.0.0.1:9464", "its last round was kept 3s ago")
    assert [line.replace("\ufffd", "") for line in more] == says


def test_looks_that_fell_out_are_counted() -> None:
    looks = {"probe": {"skipped": 3, "missed": 0}, "source": {"skipped": 1, "missed": 2}}
    assert daemon_lines(DaemonStatus(running=True, told={**TOLD, "looks": looks}), START, START)[3:] == [
        "4 looks fell out so far: the one before still went on",
        "2 looks fell out so far: nobody was there to begin it",
    ]


def test_whether_it_runs_is_not_for_itself_to_say() -> None:
    assert DaemonStatus(running=False, told={"running": True, "process": 1}).record == {"running": False, "process": 1}


def test_one_that_has_only_just_begun_or_is_of_another_version_is_shown_as_far_as_it_is_known() -> None:
    assert daemon_lines(DaemonStatus(running=True, told={"process": 1}), None, START) == ["a daemon runs, process 1"]
    odd = {"process": 1, "version": "9", "since": "soon", "last_round": 3, "looks": {"probe": {}}, "configuration": {}}
    assert daemon_lines(DaemonStatus(running=True, told=odd), None, START) == [
        "a daemon runs, process 1",
        "it listens nowhere",
        "it has kept no round yet",
    ]


def test_where_there_is_no_daemon_that_is_told_when_nobody_has_looked_for_more_than_a_day() -> None:
    assert daemon_lines(None, None, START) == []
    assert daemon_lines(None, START - DAY, START) == []
    assert daemon_lines(None, START - 3 * DAY, START) == ["no daemon runs here, and nothing was looked at for 3d"]


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 100_000, '{"process": 2}', '{"process": NaN}'])
def test_what_was_left_by_others_is_not_believed(machine: Machine, content: str) -> None:
    (machine.home / FILE).write_text(content)
    assert read_daemon_status(machine.home, FakeClock()) in (None, DaemonStatus(running=False, told={"process": 2}))
    lock = Lock(machine.home, FakeClock())
    assert asyncio.run(lock.acquire(timedelta(0), for_life=True))
    assert read_daemon_status(machine.home, FakeClock()) == DaemonStatus(running=True, told={"process": os.getpid()})
    lock.release()
    assert lock.daemon() is None


def test_whoever_only_asks_keeps_no_daemon_from_starting(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text("1 for life\n")
    with (tmp_path / LOCK_FILE).open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)

        class Moment(FakeClock):
            async def sleep(self, length: timedelta) -> None:
                fcntl.flock(asking, fcntl.LOCK_UN)
                await super().sleep(length)

        lock = Lock(tmp_path, Moment())
        assert asyncio.run(lock.acquire(HOUR, for_life=True))
        lock.release()
