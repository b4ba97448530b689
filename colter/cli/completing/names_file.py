"""The file with the names that shells complete: where it is, and how it is read and written.

A line is a kind and a name, `endpoint api`; the first says what they were made from.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

_FOLDER = "names"
_MOST_FILES = 20
"""For so many configuration files; the one written longest ago goes first."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def names_file(state: Path, config: Path) -> Path:
    """Where the names of a configuration file are: under its path with `%` for `/`, which shells can compute."""
    real = config.parent.resolve() / config.name
    return state / _FOLDER / str(real).replace("/", "%")


def begins_with(file: Path, head: str) -> bool:
    """Whether that is its first line; OSError when it cannot be read."""
    line = f"{head}\n".encode()
    with suppress(FileNotFoundError):
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would wait for its writer
        try:
            return os.read(handle, len(line)) == line
        finally:
            os.close(handle)
    return False


def read_lines(file: Path) -> Sequence[str]:
    """All of its lines; none when it cannot be read."""
    with suppress(OSError, ValueError):
        if file.is_file():  # a FIFO would wait for its writer
            return file.read_text(encoding="utf-8").splitlines()
    return ()


def write_lines(file: Path, lines: Iterable[str]) -> None:
    """Put these in the place of what is there, in one step; OSError when that cannot be done."""
    import secrets

    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_name(f".{secrets.token_hex(6)}")
    try:
        with open(os.open(draft, _NEW, 0o600), "wb") as handle:  # noqa: PTH123  Path.open takes no mode
            handle.write("".join(f"{line}\n" for line in lines).encode())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    known = sorted(file.parent.iterdir(), key=lambda each: each.lstat().st_mtime_ns, reverse=True)
    for old in known[_MOST_FILES:]:
        old.unlink()
