"""A daemon has one heap, however many threads use it, and leaves no garbage in it."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Machine

COUNT = """
import ctypes, sys, tempfile, threading
from colter.app.watching.heap import share_heap

if "shared" in sys.argv:
    share_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(4)

def allocate():
    together.wait()
    for _ in range(1000):
        libc.malloc(1000)
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(file.fileno(), b"w"))
    libc.malloc_info(0, stream)
    libc.fflush(stream)
    file.seek(0)
    print(file.read().count(b"<heap "))
"""


LISTEN = """
import gc, threading, time
from colter.__main__ import main

usual, deadline = gc.get_threshold(), time.monotonic() + 60

def listen():
    for how in ("seldom", "as usual"):
        while (gc.get_threshold() == usual) != (how == "as usual") and time.monotonic() < deadline:
            time.sleep(0.001)
        print(how if time.monotonic() < deadline else "never", flush=True)

threading.Thread(target=listen, daemon=True).start()
main()
"""


def heaps(*argv: str) -> int:
    done = subprocess.run([sys.executable, "-c", COUNT, *argv], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not the C library of GNU")
def test_threads_make_no_heaps_of_their_own() -> None:
    assert heaps() > 1
    assert heaps("shared") == 1


@pytest.mark.parametrize("argv", [("daemon", "--listen", "off"), ("export", "--listen", "127.0.0.1:0")], ids=" ".join)
def test_who_runs_for_long_looks_for_garbage_as_often_as_python_does(argv: tuple[str, ...], tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.configure("endpoints: [{name: nobody, url: http://127.0.0.1:1/}]\n")
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, *argv], stdout=subprocess.PIPE, env=machine.environment, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "seldom\n"
            assert process.stdout.readline() == "as usual\n"
        finally:
            process.kill()
