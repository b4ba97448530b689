"""A daemon has one heap, however many threads use it."""

import ctypes
import subprocess
import sys

import pytest

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


def heaps(*argv: str) -> int:
    done = subprocess.run([sys.executable, "-c", COUNT, *argv], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not the C library of GNU")
def test_threads_make_no_heaps_of_their_own() -> None:
    assert heaps() > 1
    assert heaps("shared") == 1


def test_a_daemon_looks_for_garbage_as_often_as_python_does() -> None:
    look = "import gc; print(gc.get_threshold()); gc.set_threshold(10_000)\n"
    look += "from colter.app.watching.heap import collect_often; collect_often(); print(gc.get_threshold())"
    usual, now = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert now == usual
