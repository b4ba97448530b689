"""The door: `colter` and `python -m colter`."""

import gc
import os
import sys

TYPE_CHECKING = False  # as in typing, without its import: `--version` is to cost nothing
if TYPE_CHECKING:
    from typing import IO, Any

_YOUNG = 10_000
"""Objects after which Python looks for garbage among them; its usual 700 would have it look through everything that is
being imported, over and over."""


def main() -> int:
    """Run the command line and return its exit code; `--version` is answered before anything heavy is imported."""
    gc.set_threshold(_YOUNG)
    _prepare_streams()
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            return _version()
        from colter.cli.main import run  # noqa: PLC0415

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    finally:
        _give_up_stderr()
        gc.freeze()  # all is closed by now: looking through what is left would take the interpreter a tenth of a second


def _version() -> int:
    from colter import __version__  # noqa: PLC0415

    try:
        sys.stdout.write(f"colter {__version__}\n")
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"colter: cannot write the result: {error.strerror}\n")
            return 2
    return 0


def _give_up_stderr() -> None:
    """Lead what nobody takes (a full disk, a reader who has left) to nowhere.

    The interpreter's last flush would meet it again, and make 120 of the exit code.
    """
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _prepare_streams() -> None:
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere(number, mode))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a name in a Latin-1 terminal


def _nowhere(number: int, mode: str) -> "IO[Any]":
    """Fill 0, 1 or 2 where the caller closed it (`>&-`): the next file to be opened, a database, must not be that."""
    handle = os.open(os.devnull, os.O_RDWR)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
    return os.fdopen(number, mode)


if __name__ == "__main__":
    sys.exit(main())
