"""Blocking work aside: its end comes back, and a work without an end holds nobody."""

import asyncio
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from colter.net.aside import aside

LONG = timedelta(seconds=20)
HANGS = """
import asyncio, threading
from datetime import timedelta
from colter.net.aside import aside

try:
    asyncio.run(aside(threading.Event().wait, timedelta(seconds=0.05)))
except TimeoutError:
    print("gone on")
"""


def test_what_it_returns_or_raises_comes_back() -> None:
    assert asyncio.run(aside(lambda: 7, LONG)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(aside(lambda: 1 // 0, LONG))


def test_an_end_after_the_deadline_disturbs_nobody() -> None:
    over = threading.Event()

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await aside(over.wait, timedelta(seconds=0.05))

    asyncio.run(run())
    over.set()


def test_work_without_an_end_does_not_keep_the_process_from_ending() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=300, check=True)
    assert (done.stdout, done.stderr) == ("gone on\n", "")
