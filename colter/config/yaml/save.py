"""Writing the configuration: all of it or nothing, readable by its owner alone."""

import contextlib
import os
import secrets
from pathlib import Path

from colter.core.errors import ConfigError
from colter.core.text import clean

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def save(path: Path, content: bytes) -> None:
    """Replace a file in one step, mode 0600; a symbolic link stays one. Whatever fails, the old bytes are still there.

    Raises:
        ConfigError: it could not be written.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            _write(draft, content)
            draft.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        _sync(target.parent)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{clean(str(path))}: cannot be written: {reason}; nothing was changed") from error


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, _NEW, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123  Path.open takes no descriptor
        file.write(content)
        file.flush()
        os.fsync(handle)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
