"""Runs a job and keeps what comes of it; whatever happens to Colter, the job runs and its exit code counts."""

from collections.abc import Callable, Sequence

from colter.cli.beating.job import Ended, Job
from colter.cli.beating.report import check_name, keep
from colter.cli.context import Context
from colter.cli.outcome import tell_error
from colter.core.errors import ColterError, UsageError
from colter.core.model import Beat, BeatKind
from colter.core.text import clean


def run_job(context: Context, name: str, argv: Sequence[str], text: str) -> int:
    """Run a job, keep when it began and how it ended, and return its exit code."""
    # It begins before anything else is even imported: nothing that takes time or fails may hold it up.
    job = Job(argv, context.clock)
    trier = _Trier(context)
    known = not isinstance(trier.attempt(lambda: check_name(context, name)), UsageError)
    if known and job.is_running:
        trier.attempt(lambda: keep(context, Beat(name, job.began, BeatKind.START)))
    ended = job.wait()
    if ended.problem:
        context.warn(f"colter: {ended.problem}")
    if known:
        trier.attempt(lambda: keep(context, _end(name, ended, text)))
    return ended.code


class _Trier:
    """Tries, and tells what goes wrong, each thing once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._told: set[str] = set()

    def attempt(self, work: Callable[[], None]) -> ColterError | None:
        """Do it; returns what went wrong."""
        try:
            work()
        except ColterError as error:
            failed = error
        except Exception as error:  # not even a bug may cost the job its exit code
            failed = ColterError(f"beat: a bug: {type(error).__name__}: {error}", hint="the job itself is not affected")
        else:
            return None
        if str(failed) not in self._told:
            self._told.add(str(failed))
            tell_error(failed, self._context)
        return failed


def _end(name: str, ended: Ended, text: str) -> Beat:
    kind = BeatKind.FAILURE if ended.code else BeatKind.SUCCESS
    return Beat(name, ended.at, kind, ended.ran, ended.code, text or clean(ended.problem or ""))
