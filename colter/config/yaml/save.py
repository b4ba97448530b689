"""Writing the configuration: all of it or nothing, readable by its owner alone."""

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

from colter.core.errors import ConfigError
from colter.core.text import clean

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def save(path: Path, content: bytes, *, instead_of: bytes | None = None) -> None:
    """Replace a file in one step, mode 0600; a symbolic link stays one. Whatever fails, the old bytes are still there.

    Args:
        path: the file; its directory is made.
        content: all of it.
        instead_of: what it must hold until now (nothing: it may be missing); None: whatever it holds.

    Raises:
        ConfigError: it could not be written, or somebody else has changed it.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if instead_of is not None:
                _lock(handle)
                _require(path, target, instead_of)
            _write(draft, content)
            draft.replace(target)
            os.fsync(handle)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        finally:
            os.close(handle)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{clean(str(path))}: cannot be written: {reason}; nothing was changed") from error


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, _NEW, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123  Path.open takes no descriptor
        file.write(content)
        file.flush()
        os.fsync(handle)


def _lock(directory: int) -> None:
    """Until the handle is closed. Never waiting: everybody who can read a directory can lock it, and for ever."""
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OSError(error.errno, "another program is changing it at this moment") from error
    except OSError:
        return  # a file system without locks


def _require(path: Path, target: Path, expected: bytes) -> None:
    found = target.read_bytes() if target.is_file() else b""
    if found != expected and target.exists():
        raise ConfigError(f"{clean(str(path))}: somebody else changed it meanwhile; nothing was written")
