"""Writes a part of the history into a file, which appears when it is whole, or to stdout."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from colter.cli.context import Context, discard
from colter.cli.exporting.sending import going_on
from colter.cli.exporting.transfer_progress import TransferProgress
from colter.cli.outcome import INTERRUPTIONS
from colter.cli.window import WindowOptions
from colter.core.errors import DeliveryError, UsageError

if TYPE_CHECKING:
    from colter.app.delivering.transfer import HistoryWindow
    from colter.sinks.formats import Format

Arrange = Callable[[Iterator[str]], Iterator[str]]


def write(context: Context, window: WindowOptions, format_: str | None, file: Path | None) -> None:
    """Write it.

    Raises:
        UsageError: nobody says in which format, or the file cannot be there.
        DeliveryError: the disk is full, or out of reach; the same command goes on where this one ended.
    """
    from colter.cli.render.output import check_file

    chosen = _format(format_, file)
    check_file(file)
    if file is None:
        asked = window.read(context.clock.now(), ("stdout",))
        context.run(lambda: _stream(context, asked, chosen, context.streams.stdout))
    elif file.exists() and not file.is_file():  # a device or a pipe
        asked = window.read(context.clock.now(), ("stdout",))
        with file.open("w", encoding="utf-8") as stream:
            context.run(lambda: _stream(context, asked, chosen, stream))
    else:
        _write_file(context, window, chosen, file)


def _format(format_: str | None, file: Path | None) -> "Format":
    from colter.sinks.formats import BY_ENDING, FORMATS

    known = ", ".join(FORMATS)
    if format_ is None:
        ending = file.suffix.lower() if file else ""
        if ending not in BY_ENDING:
            raise UsageError(f"--file: {file}: its ending says no format", hint=f"-f FORMAT: {known}")
        return FORMATS[BY_ENDING[ending]]
    if format_ not in FORMATS:
        raise UsageError(f"-f: {format_!r} is no format for history", hint=f"one of {known}")
    return FORMATS[format_]


def _write_file(context: Context, window: WindowOptions, format_: "Format", file: Path) -> None:
    progress = TransferProgress(context, str(file))
    asked = window.read(context.clock.now(), ("file", format_.name, str(file.resolve())))
    try:
        context.run(lambda: _move(context, asked, format_, file, progress))
    except INTERRUPTIONS:
        progress.tell_interrupted()
        raise
    except DeliveryError as error:
        raise going_on(error) from error
    progress.tell_end()


async def _move(
    context: Context, asked: "HistoryWindow", format_: "Format", file: Path, progress: TransferProgress
) -> None:
    from colter.app.delivering.transfer import Mover
    from colter.sinks.part import Part

    part = Part(file, format_)
    try:
        async with context.open_runtime() as runtime:
            mover = Mover(runtime.store, context.clock, timedelta(), progress)
            await mover.into_file(part, asked, _arrange(format_, part.path.parent))
    finally:
        await part.close()


async def _stream(context: Context, asked: "HistoryWindow", format_: "Format", out: TextIO) -> None:
    """Page by page; a reader who leaves ends it: BrokenPipeError, for the door to see."""
    arrange = _arrange(format_, None)
    if arrange is None:
        await _put_pages(context, asked, format_, out)
        return
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as unsorted:
        await _put_pages(context, asked, format_, unsorted)
        unsorted.seek(0)
        _put(context, arrange(unsorted), out)


async def _put_pages(context: Context, asked: "HistoryWindow", format_: "Format", out: IO[str]) -> None:
    from colter.app.delivering.transfer import read_pages

    _put(context, [format_.head], out)
    async with (
        context.open_runtime() as runtime,
        aclosing(read_pages(runtime.store, asked)) as pages,
    ):
        async for page in pages:
            _put(context, (format_.text(entry) for entry in page.entries), out)


def _put(context: Context, texts: Iterable[str], out: IO[str]) -> None:
    context.progress.clear()
    try:
        out.writelines(texts)
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(out)
        raise UsageError(f"cannot write the result: {error.strerror}") from error


def _arrange(format_: "Format", folder: Path | None) -> Arrange | None:
    from colter.app.registry import catalogue
    from colter.sinks.formats.openmetrics import arranged

    if format_.name != "openmetrics":
        return None
    return lambda lines: arranged(lines, catalogue().values(), folder)
