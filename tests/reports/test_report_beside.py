"""A report beside others who write, on a full disk, and of a history that was never counted."""

import asyncio
import json
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from colter.core.model import Round
from tests.alerts_commands.watching import measured, store_of
from tests.cli.running import PROGRAM, Machine
from tests.fakes.clock import START, FakeClock
from tests.faults.small_disk import on_small_disk
from tests.reports.lived import DAY, MIDNIGHT, THAT_DAY, reported, results, rounds, watched

OUTAGES = ("g" * 50 + "b" * 10) * 24 + "gg"
KIB = 2**10


def test_reports_at_once_and_somebody_who_writes_count_every_look_once(machine: Machine) -> None:
    watched(machine, {"api": OUTAGES, "db": "g" * DAY})
    later = list(rounds(results("web [eu]", "g" * 60, START)))

    def write() -> None:
        for done in later:
            measured(machine, _one_by_one(done))

    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write)
        argv = ("report", "api", "-f", "json", *THAT_DAY)
        ended = list(pool.map(lambda _: machine.process(*argv), range(2)))
        writing.result()
    assert [(each.code, each.err) for each in ended] == [(0, "")] * 2
    found = [json.loads(each.out)["endpoints"] for each in ended]
    assert found[0] == found[1]
    [endpoint] = found[0]
    assert endpoint["uptime"]["looks"] == {"up": 1200, "degraded": 0, "down": 240, "unknown": 0}
    assert (endpoint["uptime"]["outages"], endpoint["uptime"]["seconds"]["down"]) == (24, 24 * 600)
    [web] = reported(machine, "web*", "--window", "1d", clock=FakeClock(START + timedelta(days=1)))["endpoints"]
    assert web["uptime"]["looks"]["up"] == 60


def test_without_room_to_count_it_reports_what_is_counted_and_says_so(machine: Machine) -> None:
    names = [f"endpoint {number}" for number in range(30)]
    watched(machine, dict.fromkeys(names, "g" * 120))
    until_six = ("--since", "2026-05-03", "--until", "2026-05-03T06:00")
    [before] = reported(machine, names[0], *until_six)["endpoints"]
    watched(machine, dict.fromkeys(names, "g" * 120), MIDNIGHT + timedelta(hours=2))
    with _no_room():
        ended = machine.inside("report", names[0], "-f", "json", *until_six)
    assert ended.code == 3
    assert "the report is not complete: not all that was measured could be counted" in ended.err
    assert "/state.db" in ended.err
    assert "  hint: " in ended.err
    document = json.loads(ended.out)
    assert document["complete"] is False
    [partly] = document["endpoints"]
    [after] = reported(machine, names[0], *until_six)["endpoints"]
    counted = [each["uptime"]["looks"]["up"] for each in (before, partly, after)]
    assert counted in ([120, 120, 240], [120, 240, 240])


STORY = """
measure() { "$colter" --state "$disk/state" probe tcp://127.0.0.1:1 >/dev/null 2>&1; }
fill() { cat /dev/zero >>"$disk/filler" 2>/dev/null; }
tell() {
    "$colter" --state "$disk/state" report 127.0.0.1:1 --window 1h -f jsonl >"$told/$1.out" 2>"$told/$1.err"
    echo $? >"$told/$1.code"
}
measure
tell "counted"
rm -f "$disk/state/state.db-ballast" "$disk/state/state.db-reserve"
fill
tell "full"
"$colter" --state "$disk/state" status -f jsonl >"$told/status.out" 2>"$told/status.err"
rm "$disk/filler"
measure
mount -o remount,ro "$disk"
tell "read-only"
"""


def test_on_a_disk_that_is_full_or_read_only_it_reports_what_is_counted(machine: Machine) -> None:
    disk, told = machine.home / "disk", machine.home / "told"
    told.mkdir()
    env = {**machine.environment, "colter": str(PROGRAM), "disk": str(disk), "told": str(told)}
    on_small_disk("8m", disk, ["bash", "-c", STORY], env)
    scenes = ("counted", "full", "read-only")
    code = {scene: (told / f"{scene}.code").read_text().strip() for scene in scenes}
    assert code == {"counted": "0", "full": "0", "read-only": "3"}
    looks = {scene: json.loads((told / f"{scene}.out").read_text())["uptime"]["looks"]["down"] for scene in scenes}
    assert looks == dict.fromkeys(scenes, 1)
    assert (told / "full.err").read_text() == (told / "status.err").read_text() == ""
    assert json.loads((told / "status.out").read_text())["result"]["state"] == "down"
    said = (told / "read-only.err").read_text().splitlines()
    assert said[0] == "colter: the report is not complete: not all that was measured could be counted"
    assert "cannot be" in said[1]


def test_a_report_keeps_no_round_and_reads_the_same_again(machine: Machine) -> None:
    watched(machine, {"api": OUTAGES})
    once = reported(machine)

    async def count() -> int:
        store = store_of(machine, FakeClock())
        await store.open()
        try:
            return await store.entries(MIDNIGHT, START)
        finally:
            await store.close()

    assert asyncio.run(count()) == len(OUTAGES)
    assert reported(machine) == once


def _one_by_one(done: Round) -> Iterator[Round]:
    """Every look as a round of its own."""
    for number, result in enumerate(done.results):
        yield Round(f"{done.key}-{number:04}", result.at, result.at, (), [result])


@contextmanager
def _no_room() -> Iterator[None]:
    """No file can grow beyond some pages, as with a quota."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * KIB, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
