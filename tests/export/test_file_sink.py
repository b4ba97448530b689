"""The file sink: what was taken is whole and in the files, whatever happens to the process, the disk or the path."""

import asyncio
import fcntl
import json
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Entry
from colter.sinks.file import File
from colter.sinks.formats import FORMATS
from tests.export.histories import long, of_every_kind
from tests.fakes.clock import FakeClock
from tests.needing import lacking

ENTRIES = [entry for done in long(40, 5) for entry in done.entries]
FEWER = [entry for done in long(20, 5) for entry in done.entries]
LARGE = 2**30
ROOT = Path(__file__).parents[2]


def sink(path: Path, format_: str = "jsonl", *, max_size: int = LARGE, keep: int = 5) -> File:
    return File(path, FORMATS[format_], max_size=max_size, keep=keep, clock=FakeClock())


def send(to: File, entries: list[Entry]) -> None:
    asyncio.run(to.send([item for entry in entries for item in to.encode(entry)]))


def names(path: Path) -> list[tuple[str, int]]:
    """What names each line: its round and its position."""
    records = (json.loads(line) for line in path.read_text().splitlines())
    return [(record["round"], record["position"]) for record in records]


def wanted(entries: list[Entry]) -> list[tuple[str, int]]:
    return [(entry.round.key, entry.position) for entry in entries]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "influx"])
def test_what_was_sent_in_pieces_stands_there_as_if_it_was_sent_at_once(tmp_path: Path, format_: str) -> None:
    for start in range(0, len(ENTRIES), 7):
        send(sink(tmp_path / "pieces", format_), ENTRIES[start : start + 7])
    send(sink(tmp_path / "whole", format_), ENTRIES)
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "whole").read_bytes()


def test_the_file_and_its_folder_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "measurements.jsonl"
    send(sink(path), ENTRIES[:1])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_full_files_move_on_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    for entry in ENTRIES:
        send(sink(path, max_size=4000, keep=3), [entry])
    files = [path.with_name("m.jsonl.3"), path.with_name("m.jsonl.2"), path.with_name("m.jsonl.1"), path]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= 4000 for file in files)
    kept = [name for file in files for name in names(file)]
    assert kept == wanted(ENTRIES)[-len(kept) :]


def test_one_sending_may_fill_several_files_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    send(sink(path, "csv", max_size=3000, keep=1000), ENTRIES)
    files = [*(path.with_name(f"m.csv.{number}") for number in range(len(list(tmp_path.iterdir())) - 1, 0, -1)), path]
    pages = [file.read_bytes().decode() for file in files]
    assert all(page.startswith(FORMATS["csv"].head) for page in pages)
    assert "".join(page.removeprefix(FORMATS["csv"].head) for page in pages) == "".join(
        FORMATS["csv"].text(entry) for entry in ENTRIES
    )


def test_an_entry_larger_than_a_file_may_be_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    send(sink(path, max_size=10, keep=9), ENTRIES[:3])
    assert names(path.with_name("m.jsonl.2")) + names(path.with_name("m.jsonl.1")) + names(path) == wanted(ENTRIES[:3])


def test_a_move_that_was_interrupted_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    for number in (1, 3):  # .2 was moved to .3, then came the crash
        path.with_name(f"m.jsonl.{number}").write_text(f"{number}\n")
    send(sink(path, max_size=10, keep=3), ENTRIES[:2])
    assert path.with_name("m.jsonl.3").read_text() == "3\n"
    assert path.with_name("m.jsonl.2").read_text() == "1\n"
    assert names(path.with_name("m.jsonl.1")) + names(path) == wanted(ENTRIES[:2])


@pytest.mark.parametrize("torn", ['{"round": "x', '{"a": "' + "x" * 200_000], ids=["short", "long"])
def test_a_line_that_a_crash_tore_is_cut_off_before_the_next_is_written(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "m.jsonl"
    send(sink(path), ENTRIES[:2])
    with path.open("a") as file:
        file.write(torn)
    send(sink(path), ENTRIES[2:4])
    assert names(path) == wanted(ENTRIES[:4])


def test_a_torn_head_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("time,sour")
    send(sink(path, "csv"), ENTRIES[:1])
    assert path.read_bytes().decode() == FORMATS["csv"].head + FORMATS["csv"].text(ENTRIES[0])


def test_a_link_stays_one_while_its_file_grows_and_moves_on(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = tmp_path / "m.jsonl"
    path.symlink_to(tmp_path / "real" / "there.jsonl")
    send(sink(path, max_size=10), ENTRIES[:2])
    assert path.is_symlink()
    assert sorted(each.name for each in (tmp_path / "real").iterdir()) == ["there.jsonl", "there.jsonl.1"]


WRITER = """
import asyncio, sys
from pathlib import Path
from colter.core.clock import SystemClock
from colter.core.model import Round
from colter.sinks.file import File
from colter.sinks.formats import FORMATS
from dataclasses import replace
from tests.export.histories import long

async def main(path, name):
    sink = File(Path(path), FORMATS["jsonl"], max_size=10_000, keep=1000, clock=SystemClock())
    print("ready", flush=True)
    sys.stdin.readline()
    for done in long(20, 5):
        for entry in replace(done, key=f"{name}-{done.key}").entries:
            await sink.send(sink.encode(entry))

asyncio.run(main(*sys.argv[1:]))
"""


def test_several_processes_append_at_once_and_no_line_is_lost_torn_or_doubled(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(3)
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n")
        assert writer.returncode == 0
    found = [name for file in tmp_path.iterdir() for name in names(file)]
    assert len(list(tmp_path.iterdir())) > 3
    assert sorted(found) == sorted((f"{number}-{key}", place) for number in range(3) for key, place in wanted(FEWER))


def test_a_file_that_another_process_keeps_locked_is_told_of_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DeliveryError, match="another process") as caught:
            send(sink(path), ENTRIES[:1])
    assert caught.value.answer is Answer.RETRY


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _under_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/full")


@pytest.mark.parametrize("obstacle", [_folder, _pipe, _under_a_file, _loop, _device])
def test_what_cannot_be_a_file_pauses_the_sink_with_a_hint(tmp_path: Path, obstacle: object) -> None:
    path = tmp_path / "sub" / "m.jsonl"
    path.parent.mkdir()
    assert callable(obstacle)
    obstacle(path)
    with pytest.raises(DeliveryError, match="cannot write") as caught:
        send(sink(path), ENTRIES[:1])
    assert caught.value.answer is Answer.PAUSE
    assert caught.value.hint


@pytest.fixture
def forbidden(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nobody may write; root may everywhere, and so becomes somebody else for a while."""
    tmp_path.chmod(0o500)
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    yield tmp_path
    os.seteuid(before)


def test_a_folder_that_may_not_be_written_to_pauses_the_sink(forbidden: Path) -> None:
    with pytest.raises(DeliveryError, match="Permission denied") as caught:
        send(sink(forbidden / "m.jsonl"), ENTRIES[:1])
    assert caught.value.answer is Answer.PAUSE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB; only root may make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False).returncode:
        lacking("the right to mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_a_full_disk_leaves_nothing_half_written_and_goes_on_when_there_is_space(
    small_disk: Path, format_: str
) -> None:
    path, format_text = small_disk / "m", FORMATS[format_]
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(40_000))
    taken: list[Entry] = []
    with pytest.raises(DeliveryError, match="No space left") as caught:
        _send_for_ever(sink(path, format_), taken)
    assert caught.value.answer is Answer.RETRY
    assert caught.value.hint == "free some space"
    whole = format_text.head + "".join(map(format_text.text, taken))
    assert path.read_bytes().decode() == whole
    ballast.unlink()
    send(sink(path, format_), ENTRIES[:10])
    assert path.read_bytes().decode() == whole + "".join(map(format_text.text, ENTRIES[:10]))


def _send_for_ever(to: File, taken: list[Entry]) -> None:
    for part in cycle([ENTRIES[:10], ENTRIES[10:30]]):
        send(to, part)
        taken += part


def test_a_process_that_is_killed_at_any_moment_leaves_whole_lines_and_all_that_it_was_told_is_safe(
    tmp_path: Path,
) -> None:
    """The child says after each sending how far it is; what it said must be in the files."""
    argv = [sys.executable, "-c", KILLED, str(tmp_path / "m.jsonl")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        told = [child.stdout.readline() for _ in range(30)]
        killer = threading.Timer(0.01, child.send_signal, [signal.SIGKILL])
        killer.start()
        told += child.stdout.readlines()
        killer.join()
    safe = int([line for line in told if line.endswith("\n")][-1])
    send(sink(tmp_path / "m.jsonl"), ENTRIES[:1])  # whoever comes next mends what was torn
    found = {name for file in tmp_path.iterdir() for name in names(file)}
    assert {(f"{number}", 0) for number in range(safe)} <= found


KILLED = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from colter.core.clock import SystemClock
from colter.sinks.file import File
from colter.sinks.formats import FORMATS
from tests.export.histories import long

async def main(path):
    sink = File(Path(path), FORMATS["jsonl"], max_size=50_000, keep=1000, clock=SystemClock())
    entry = next(long(1, 1)).entries[0]
    for number in range(0, 100_000, 100):
        many = [replace(entry, round=replace(entry.round, key=str(number + each))) for each in range(100)]
        await sink.send([item for one in many for item in sink.encode(one)])
        print(number + 100, flush=True)

asyncio.run(main(sys.argv[1]))
"""


def test_an_entry_without_anything_for_the_format_is_no_item() -> None:
    failed = [entry for done in of_every_kind() for entry in done.entries if entry.what.target.name == "no-such"]
    assert [list(sink(Path("x"), "influx").encode(entry)) for entry in failed] == [[], []]
