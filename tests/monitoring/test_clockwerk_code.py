"""Clockwerk's documented code, unchanged but for the import and the values, against real servers."""

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import Any

import colter
from tests.fakes.endpoints import EndpointServer
from tests.monitoring.clockwerk import CONFIGURE, RUN, moved
from tests.monitoring.conftest import Mails
from tests.monitoring.planned import SLOW, Look, Planned, until
from tests.monitoring.users import User, on_sqlite_file
from tests.servers.process import LOOPBACK
from tests.withheld import withheld

PAGE = (Path(__file__).parents[2] / "docs" / "moving.md").read_text("utf-8")
LIMIT = 20  # seconds
API: list[Look] = ["down", "down", "up", "down", "down", "down", "up", "up"]
LATE: list[Look] = ["degraded", "degraded", "up", "up"]
# With an alert_threshold of 3 and of 2: two failures were too few.
TOLD = ["api is down: http_status", "api is up again after", "slow is degraded: latency", "slow is well again after"]


def test_awaited_beside_other_tasks_it_keeps_every_look_and_tells_each_thing_once(users: list[User]) -> None:
    planned = Planned({path: plan for user in users for path, plan in zip(user.paths, (API, LATE), strict=True)})
    with EndpointServer(planned) as web:
        asyncio.run(live(users, web, planned))
    for user in users:
        told = [] if user.name == "overheard" else TOLD
        assert [re.sub(r"after .*", "after", subject) for subject in user.told] == told
        assert {mail.encrypted for mail in user.mails.taken} <= {user.encrypted}
        if user.place:
            agree(user, planned)


async def live(users: list[User], web: EndpointServer, planned: Planned) -> None:
    tasks = [asyncio.create_task(user.awaited(web)) for user in users]
    await until(lambda: planned.over and all(len(user.told) >= len(TOLD) for user in users[:-1]))
    await until(lambda: all(user.served for user in users))
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in ended] == [asyncio.CancelledError] * len(users)


def agree(user: User, planned: Planned) -> None:
    """Rows and looks; one look may have been on its way at the end."""
    for path, plan in zip(user.paths, (API, LATE), strict=True):
        rows = user.rows(path)
        assert len(rows) in (planned.looks[path], planned.looks[path] - 1)
        assert [row["state"] for row in rows] == [*plan, *["up"] * (len(rows) - len(plan))]
        for row in rows:
            assert row["status_code"] == (500 if row["state"] == "down" else 204)
            assert (row["latency_ms"] >= SLOW * 1000) is (row["state"] == "degraded")


def test_run_by_itself_it_looks_at_once_prints_nothing_and_ends_with_all_it_has_measured(
    tmp_path: Path, mails: Mails
) -> None:
    readme, docs = users = [
        replace(on_sqlite_file(mails(None), tmp_path / f"{name}.db"), name=name) for name in ("readme", "docs")
    ]
    planned = Planned({path: [] for user in users for path in user.paths})
    with (
        EndpointServer(planned) as web,
        running(f"{readme.code(web)}\n{moved(RUN)}") as one,
        running(documented(docs, web)) as other,
    ):
        asyncio.run(until(lambda: all(planned.looks[path] > 1 for path in planned.plans)))  # so one each is over
        with withheld(one.pid) as of_one, withheld(other.pid) as of_other:
            begun = time.perf_counter()
            for process in (one, other):
                process.send_signal(signal.SIGINT)
            said = [(process.communicate(timeout=300)[0], process.returncode) for process in (one, other)]
            took = time.perf_counter() - begun
    assert said == [("", 0)] * 2
    assert took - of_one.seconds - of_other.seconds < LIMIT
    for user in users:
        for path in user.paths:
            rows = user.rows(path)
            assert len(rows) in (planned.looks[path], planned.looks[path] - 1)
            assert {row["state"] for row in rows} == {"up"}


@contextmanager
def running(code: str) -> Iterator["subprocess.Popen[str]"]:
    """A program that takes Ctrl-C as its end."""
    script = f"try:\n{indent(code, '    ')}\nexcept KeyboardInterrupt:\n    pass\n"
    argv = [sys.executable, "-c", script]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def documented(user: User, web: EndpointServer) -> str:
    """The example of the page, for these servers."""
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    values: dict[str, Any] = {"smtp_host": LOOPBACK, "smtp_port": user.mails.port, **user.values}
    for key, value in values.items():
        code, found = re.subn(rf"\b{key}=[\w.\"]+", f"{key}={value!r}", code)
        assert found == 1, key
    for url, path in zip(re.findall(r'url="([^"]+)"', code), user.paths, strict=True):
        code = code.replace(url, web.url(path))
    return str(code)


def test_the_documented_values_are_taken_word_for_word() -> None:
    names: dict[str, Any] = {}
    exec(moved(CONFIGURE), names)
    config = names["monitor_config"]
    assert [(each.url, each.timeout, each.alert_threshold) for each in config.endpoints] == [
        ("https://test-exmaple.com", 2, 3),
        ("https://api_testpoint.org", 3, 2),
    ]
    assert (config.check_interval, config.latency_threshold) == (60, 1.5)
    assert (names["email_config"].smtp_port, names["db_config"].db_port) == (587, 1200)


def test_the_modules_have_the_names_of_clockwerk_too() -> None:
    names: dict[str, Any] = {}
    exec(CONFIGURE.replace("clockwerk.", "colter.monitoring.").replace("url: ", "url="), names)
    assert names["scheduling_loop"].__module__.startswith(colter.__name__)
