"""The file for the node exporter: whole at every moment, readable by its user, and gone when it should be."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.core.model import Latest
from colter.sinks.prometheus import Place, Prometheus
from colter.sinks.textfile import TextFile
from tests.needing import lacking, program
from tests.prometheus.looks import GITHUB_NOW, NOW, PYPI_NOW, expected, package, repository, text_series
from tests.servers.promtool import check_metrics
from tests.watching.daemons import until

WRITE = """
import asyncio, sys
from pathlib import Path
from colter.sinks.textfile import TextFile
from tests.prometheus.looks import NOW
while True:
    asyncio.run(TextFile(Path(sys.argv[1])).show(NOW))
"""


@pytest.fixture(name="path")
def a_path(tmp_path: Path) -> Path:
    return tmp_path / "colter.prom"


def show(path: Path, *latest: Latest) -> None:
    asyncio.run(Prometheus(TextFile(path)).show(latest))


def refused(path: Path) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        show(path, *NOW)
    assert caught.value.hint
    return caught.value


def test_it_holds_every_source_and_nothing_else(path: Path) -> None:
    show(path, *NOW)
    text = path.read_text()
    assert text_series(text) == expected(NOW)
    check_metrics(text)
    show(path, PYPI_NOW)
    assert text_series(path.read_text()) == expected([PYPI_NOW])
    assert list(path.parent.iterdir()) == [path]


def test_the_node_exporter_may_read_it_whatever_the_umask(path: Path) -> None:
    before = os.umask(0o077)
    try:
        show(path, *NOW)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_reader_never_sees_half_a_page(path: Path) -> None:
    few, many = Latest("pypi", [package("a", 1, 2)]), Latest("github", [repository(f"a/{n}", n) for n in range(600)])
    pages = set()
    for latest in (few, many):
        show(path, latest)
        pages.add(path.read_bytes())
    over = threading.Event()

    def write() -> None:
        for _ in range(6):
            show(path, few)
            show(path, many)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not over.is_set():
        seen.add(path.read_bytes())
        assert list(path.parent.glob("*.prom")) == [path]
    writer.join()
    assert seen == pages


def test_a_writer_that_is_killed_leaves_a_whole_page(path: Path) -> None:
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", WRITE, str(path)])
        until(path.exists)
        process.kill()
        process.wait()
        assert text_series(path.read_text()) == expected(NOW)
        path.unlink()


def test_clearing_removes_it_and_is_harmless_twice(path: Path) -> None:
    show(path, *NOW)
    display = Prometheus(TextFile(path))
    asyncio.run(display.clear())
    assert list(path.parent.iterdir()) == []
    asyncio.run(display.clear())


def test_without_a_folder_or_with_one_in_its_place_somebody_has_to_mend_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder.prom"
    folder.mkdir()
    for path in (tmp_path / "none" / "colter.prom", folder):
        error = refused(path)
        assert error.answer is Answer.PAUSE
        assert str(path) in str(error)
    assert list(tmp_path.iterdir()) == [folder]


@contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_without_permission_somebody_has_to_mend_it_and_the_old_page_stays(path: Path) -> None:
    show(path, PYPI_NOW)
    path.parent.chmod(0o555)
    with as_nobody():
        if os.access(path.parent, os.W_OK, effective_ids=True):
            lacking("a user that permissions hold for")
        error = refused(path)
        with pytest.raises(DeliveryError, match="cannot write"):
            asyncio.run(TextFile(path).clear())
    path.parent.chmod(0o755)
    assert error.answer is Answer.PAUSE
    assert "permissions" in (error.hint or "")
    assert text_series(path.read_text()) == expected([PYPI_NOW])


@pytest.fixture(name="small_disk")
def a_disk_of_64_kilobytes(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        lacking("root, who may mount")
    mount = [program("mount"), "-t", "tmpfs", "-o", "size=64k", "colter-test", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        lacking("a kernel that mounts a tmpfs")
    yield tmp_path
    subprocess.run([program("umount"), str(tmp_path)], check=True)


def test_a_full_disk_is_told_and_the_old_page_stays(small_disk: Path) -> None:
    path = small_disk / "colter.prom"
    show(path, PYPI_NOW)
    many = Latest("github", [repository(f"a/{number}", number) for number in range(2000)])
    with pytest.raises(DeliveryError, match="No space left") as caught:
        show(path, many)
    assert "space" in (caught.value.hint or "")
    assert text_series(path.read_text()) == expected([PYPI_NOW])
    assert list(small_disk.iterdir()) == [path]
    show(path, GITHUB_NOW)


class Broken:
    """A place that fails."""

    def __init__(self, answer: Answer, hint: str | None = None) -> None:
        self._error = DeliveryError(f"the {answer.value} place", answer=answer, hint=hint)

    async def show(self, latest: Sequence[Latest]) -> None:
        raise self._error

    async def clear(self) -> None:
        raise self._error


def test_a_place_that_fails_does_not_keep_it_from_the_other(path: Path) -> None:
    places: list[Place] = [Broken(Answer.PAUSE, "mend it"), Broken(Answer.RETRY), TextFile(path)]
    display = Prometheus(*places)
    with pytest.raises(DeliveryError, match="the pause place; the retry place") as caught:
        asyncio.run(display.show(NOW))
    assert (caught.value.answer, caught.value.hint) == (Answer.RETRY, "mend it"), "more patience may help one of them"
    assert text_series(path.read_text()) == expected(NOW)
    with pytest.raises(DeliveryError, match="the retry place"):
        asyncio.run(display.clear())
    assert not path.exists()
