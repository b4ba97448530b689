"""Which format, and where the result goes: to the screen, down a pipe, or into a file that is whole or not there."""

import os
import tempfile
from pathlib import Path

from colter.cli.context import Context
from colter.core.errors import UsageError

_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".prom": "openmetrics",
    ".xml": "junit",
}


def choose_format(context: Context, chosen: str | None, file: Path | None, known: tuple[str, ...]) -> str:
    """The format asked for; else what the file's name says; else a table on a terminal and text in a pipe."""
    if chosen:
        return chosen
    if file and (guess := _BY_SUFFIX.get(file.suffix.lower())) in known:
        return str(guess)
    return "table" if file is None and context.streams.stdout.isatty() else "text"


def check_file(file: Path | None) -> None:
    """Before anything is measured for it: UsageError when the result cannot go there."""
    if file is None:
        return
    try:
        folder = file.resolve().parent
    except (OSError, RuntimeError) as error:  # a link to itself
        raise UsageError(f"--file: {file}: the link leads nowhere") from error
    if file.is_dir():
        raise UsageError(f"--file: {file} is a folder", hint="name a file in it")
    if not folder.is_dir():
        raise UsageError(f"--file: {file}: there is no folder {folder}")


def deliver(context: Context, text: str, file: Path | None) -> None:
    """Hand the result over.

    Raises:
        UsageError: the file cannot be written; an older one of that name is as it was.
    """
    if file is None:
        context.write(text)
        return
    try:
        write_atomically(file, text)
    except OSError as error:
        raise UsageError(f"--file: cannot write {file}: {error.strerror}") from error


def write_atomically(file: Path, text: str) -> None:
    """Replace a file in one step; a device or a pipe (`/dev/stdout`) is simply written to."""
    if file.exists() and not file.is_file():
        file.write_text(text, encoding="utf-8")
        return
    file = file.resolve()  # a link stays one
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}.", dir=file.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)  # still there only when something went wrong


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
