"""Memory of processes that run for long: one heap for all threads, and garbage is collected as often as by default."""

import ctypes
import gc

_M_ARENA_MAX = -8  # malloc.h
_OFTEN = 700, 10, 10
"""Python's own measure."""


def share_heap() -> None:
    """From now on threads make no heaps of their own, in which memory stays that only they can use again.

    glibc gives each a heap, so that threads need not wait for each other; here nearly all wait for the interpreter
    anyway. To be called before there are any. Other C libraries have one heap already.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_ARENA_MAX, 1)


def collect_often() -> None:
    """From now on look for garbage as often as Python does by itself: a short run does without (`colter.__main__`).

    What was imported by now is left out of that. Otherwise megabytes of garbage would gather every hour.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_OFTEN)
