"""Files that only their owner may read: nothing else is believed, and nothing is followed or waited for."""

import os
import stat
from pathlib import Path

from colter.core.errors import StateError

OTHERS = 0o077


class NotPrivateError(StateError):
    """A file or directory that others could read or have put there."""


def read_private(path: Path, *, limit: int, forbidden: int = OTHERS, follow: bool = False) -> bytes | None:
    """The content of a private file, None when there is none; `forbidden` are the permission bits it may not have.

    Raises:
        NotPrivateError: it is a link (unless `follow`), no regular file, another user's, open to others or too long.
        OSError: it cannot be read.
    """
    # Not blocking: a FIFO would wait for its writer.
    further = os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | further)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise NotPrivateError(f"{path}: is no regular file")
            _require_ours(path, found, forbidden)
            content = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise NotPrivateError(f"{path}: is no regular file") from None
    except OSError:
        if path.is_symlink() and not follow:
            raise NotPrivateError(f"{path}: is a link") from None
        raise
    if len(content) > limit:
        raise NotPrivateError(f"{path}: is longer than {limit} bytes")
    return content


def private_directory(path: Path) -> bool:
    """Whether there is a directory here, and it is ours alone.

    Raises:
        NotPrivateError: it is a link, no directory, another user's, or open to others.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        raise NotPrivateError(f"{path}: is no directory, or a link to one")
    if found.st_uid != os.getuid():
        raise NotPrivateError(f"{path}: belongs to another user")
    _require_ours(path, found, OTHERS)
    return True


def _require_ours(path: Path, found: os.stat_result, forbidden: int) -> None:
    if found.st_uid not in (0, os.getuid()):
        raise NotPrivateError(f"{path}: belongs to another user")
    if found.st_mode & forbidden:
        raise NotPrivateError(f"{path}: others can read or change it", hint=f"chmod go= {path}")
