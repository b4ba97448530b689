"""One heap for all threads of a daemon."""

import ctypes

_M_ARENA_MAX = -8  # malloc.h


def share_heap() -> None:
    """From now on threads make no heaps of their own, in which memory stays that only they can use again.

    glibc gives each a heap, so that threads need not wait for each other; here nearly all wait for the interpreter
    anyway. To be called before there are any. Other C libraries have one heap already.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_ARENA_MAX, 1)
