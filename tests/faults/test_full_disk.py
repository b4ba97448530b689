"""F3: a disk that fills: nothing crashes, alerts are durable, and all that waited is kept as soon as there is room."""

import json
import sys
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.running import PROGRAM, Machine
from tests.faults.room import ENDPOINTS
from tests.faults.small_disk import on_small_disk
from tests.full import FULL

CYCLES, SECONDS = 100, 250.0 if FULL else 4.0
SPARE = 4
"""Seconds that a busy machine may take beyond the interval."""
LARGE = 10_000
"""So many results do not fit on a disk of 1 MiB."""


@pytest.mark.parametrize(
    ("size", "first", "cycles"), [("1m", 5, CYCLES), ("8m", 5, CYCLES), ("1m", LARGE, 1)], ids=["1m", "8m", "large"]
)
def test_a_disk_that_fills_again_and_again_loses_no_alert_and_no_count(
    tmp_path: Path, size: str, first: int, cycles: int
) -> None:
    place = tmp_path / "disk"
    words = [str(word) for word in (place, first, cycles, SECONDS)]
    ended = on_small_disk(size, place, [sys.executable, "-m", "tests.faults.filling", *words])
    assert ended.returncode == 0, ended.stderr[-4000:]
    sys.stdout.write(ended.stdout)
    told = json.loads(ended.stdout)
    assert told.pop("integrity") == "ok"
    sums = Counter[str](told)
    assert sums["cycles"] == cycles if FULL else sums["cycles"] > 0
    assert sums["failed"] == 0
    # A slow machine comes through too few of them, and on 8 MiB the ballast is enough for every round.
    assert sums["waited"] or cycles > sums["cycles"] or size == "8m"
    lives, killed = sums["cycles"], sums["cycles"] // 2
    assert sums["alerts_durable"] == sums["kept_before"] == lives
    assert (sums["recovered"], sums["killed"]) == (lives - killed, killed)
    assert sums["kept"] + sums["dropped"] + sums["died_waiting"] == sums["measured"]


STORY = """
measure() {
    "$colter" --state "$disk/state" probe tcp://127.0.0.1:1 >"$told/$1.out" 2>"$told/$1.err"
    echo $? >"$told/$1.code"
}
fill() { cat /dev/zero >>"$disk/filler" 2>/dev/null; }

measure "before"
fill
measure "with ballast"
rm -f "$disk/state/state.db-ballast" "$disk/state/state.db-reserve"
fill
measure "without room"
rm "$disk/filler"
measure "afterwards"
"$python" -c 'import sqlite3, sys
for look in ("SELECT count(*) FROM probe_result", "PRAGMA integrity_check"):
    print(sqlite3.connect(sys.argv[1]).execute(look).fetchone()[0])' "$disk/state/state.db"
"""


def test_a_command_shows_what_it_has_measured_and_the_next_one_finds_everything_in_order(machine: Machine) -> None:
    ended = _tell(machine, STORY)
    assert (ended.stdout, ended.stderr) == ("3\nok\n", "")
    for scene in ("before", "with ballast", "afterwards"):
        assert _scene(machine, scene, "code") == "10\n"
        assert _scene(machine, scene, "err") == ""
    assert _scene(machine, "without room", "code") == "3\n"
    assert "connect_refused" in _scene(machine, "without room", "out")
    error, hint = _scene(machine, "without room", "err").splitlines()
    assert error.startswith("colter: no space left for ")
    assert error.endswith("/state.db: nothing of this run is kept")
    assert hint == "  hint: free some disk space; everything kept so far is intact"


FIRST_DAY = """
cat /dev/zero >"$disk/filler" 2>/dev/null
"$colter" --state "$disk/new/state" probe tcp://127.0.0.1:1; echo $?
"$colter" --state "$disk/new/state" status; echo $?
"""


def test_the_first_run_of_all_on_a_full_disk_is_told_as_well(machine: Machine) -> None:
    ended = _tell(machine, FIRST_DAY)
    assert "connect_refused" in ended.stdout
    assert ended.stdout.endswith("\n3\n3\n")
    assert ended.stderr.count("no space left") == 2
    assert "Traceback" not in ended.stderr


FORMS = [("1m", "with", 1), ("1m", "without", 1), *([("4m", "without", 3)] if FULL else ())]
"""What several cycles keep does not fit on a disk of 1 MiB."""


@pytest.mark.parametrize(("size", "reserve", "cycles"), FORMS)
def test_a_daemon_goes_on_measuring_tells_it_once_and_keeps_all_as_soon_as_there_is_room(
    tmp_path: Path, size: str, reserve: str, cycles: int
) -> None:
    disk = tmp_path / "disk"
    words = [str(disk), str(cycles), reserve]
    ended = on_small_disk(size, disk, [sys.executable, "-m", "tests.faults.room", *words])
    assert ended.returncode == 0, ended.stderr[-4000:]
    found = json.loads(ended.stdout)
    sys.stdout.write(f"{found}\n")
    assert max(found["seconds"]) < 1 + SPARE
    assert (found["code"], found["lost"]) == (143, 0)
    assert 0 <= found["looks"] - found["kept"] <= ENDPOINTS  # one of each may be on its way when it ends
    for told in found["told"]:  # while it was full, and when all was over
        ((title,), *others) = told
        assert title.startswith(f"No room for the history of Colter: no space left for {disk}")
        assert others == [[title], [title]]
    assert found["owed"] == []
    assert found["past"] == (3 if reserve == "without" else 0)  # by no other way there


RESERVED = """
import asyncio, pathlib, sys
from colter.core.errors import FullError
from colter.core.model import AlertState, Delivery, Target
from tests.faults.filling import fill
from tests.store.making import answer, at, done, opened

async def main(disk):
    alerts = 0
    async with opened(disk / "state.db") as store:
        for number in range(10_000):
            fill(disk)
            try:
                await store.commit(done(f"round {number}", *(answer(number, f"e{each}") for each in range(50))))
            except FullError:
                if alerts == 20:
                    break
                mail = Delivery(f"mail {number}", "channel", "ops", at(number), "It is down.")
                state = AlertState(Target("probe", "e1"), "down", "firing", at(number), number)
                await store.commit(done(f"alerts {number}"), [state], [mail])
                await store.settle([mail.key])
                alerts += 1
    print(alerts)

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


def test_measurements_never_use_up_the_room_that_is_held_back_for_alerts(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    ended = on_small_disk("2m", disk, [sys.executable, "-c", RESERVED, str(disk)])
    assert (ended.returncode, ended.stdout) == (0, "20\n"), ended.stderr[-4000:]


SETTINGS = """
export HOME="$disk" XDG_CONFIG_HOME="$disk" XDG_STATE_HOME="$disk"
mkdir -p -m 700 "$disk/colter"
printf 'probe: {timeout: 9s} # mine\\n' >"$disk/colter/config.yaml"
cat /dev/zero >"$disk/filler" 2>/dev/null
"$colter" config set probe.timeout 5s; echo $?
"$colter" probe --no-store tcp://127.0.0.1:1 >/dev/null; echo $?
cat "$disk/colter/config.yaml"
"""


def test_settings_and_the_log_on_a_full_disk_are_left_as_they_are(machine: Machine) -> None:
    ended = _tell(machine, SETTINGS)
    assert ended.stdout == "3\n10\nprobe: {timeout: 9s} # mine\n"
    (error,) = ended.stderr.splitlines()
    assert error.endswith("cannot be written: No space left on device; nothing was changed")


def test_a_history_that_has_reached_its_limit_is_told_and_goes_on_with_a_larger_one(machine: Machine) -> None:
    look = ("probe", "tcp://127.0.0.1:1")
    assert machine.inside(*look).code == 10
    machine.configure("state: {max_size: 64KiB}\n")
    ended = machine.inside(*look)
    assert ended.code == 3
    assert "connect_refused" in ended.out
    error, hint = ended.err.splitlines()
    assert error == "colter: the history has reached its limit of 64KiB: 1 measurement was not kept"
    assert "state.max_size" in hint
    machine.configure("state: {max_size: 2GiB}\n")
    assert machine.inside(*look).code == 10


def _tell(machine: Machine, story: str) -> CompletedProcess[str]:
    disk, told = machine.home / "disk", machine.home / "told"
    told.mkdir()
    names = {"disk": str(disk), "told": str(told), "colter": str(PROGRAM), "python": sys.executable}
    return on_small_disk("1m", disk, ["bash", "-c", story], env={**machine.environment, **names})


def _scene(machine: Machine, scene: str, what: str) -> str:
    return (machine.home / "told" / f"{scene}.{what}").read_text()
