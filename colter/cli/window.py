"""Which part of the history is meant: `--since 30d --until 2026-05-04`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from colter.core.errors import UsageError
from colter.core.units import parse_duration

if TYPE_CHECKING:
    from colter.app.delivering.transfer import HistoryWindow

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was written: a length back from now, or a time."""

    text: str
    back: timedelta | None = None
    time: datetime | None = None

    def at(self, now: datetime) -> datetime:
        """The time itself; what lies before all history leads to its beginning."""
        if self.time is not None:
            return max(self.time, _BEGINNING)
        return now - min(self.back or timedelta(), now - _BEGINNING)


def moment(text: str) -> Moment:
    """`30d`, `2026-05-04` or `2026-05-04T12:00+02:00`, as an option's value; UTC when no zone is given."""
    written = text.strip()
    try:
        return Moment(written, back=parse_duration(written))
    except ValueError:
        pass
    try:
        return Moment(written, time=read_time(written))
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"expected a time such as 2026-05-04 or 2026-05-04T12:00Z, or how long ago, such as 30d; got {text!r}"
        ) from None


def read_time(text: str) -> datetime:
    """`2026-05-04` or `2026-05-04T12:00+02:00`; UTC when no zone is given. ValueError, OverflowError: it is no time."""
    time = datetime.fromisoformat(text.strip())
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def since_option(default: str) -> Any:
    """`--since`; `default` is what it means to leave it out."""
    return typer.Option(
        "--since",
        metavar="TIME",
        parser=moment,
        help=f"From then on: how long ago (30d), a day, or a time (2026-05-04T12:00Z). [default: {default}]",
    )


Until = Annotated[
    Moment | None, typer.Option("--until", metavar="TIME", parser=moment, help="Up to then. [default: now]")
]


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What `--since`, `--until` and `--source` say."""

    since: Moment | None
    until: Moment | None
    sources: tuple[str, ...]

    @property
    def given(self) -> bool:
        """Whether any of them was given."""
        return bool(self.since or self.until or self.sources)

    def read(self, now: datetime, to: Sequence[str]) -> "HistoryWindow":
        """What part of the history that is; everything where nothing is said.

        Args:
            now: the time.
            to: where it goes, so exactly that another place is another request.

        Raises:
            UsageError: it holds no moment at all.
        """
        from colter.app.delivering.transfer import HistoryWindow

        since = self.since.at(now) if self.since else _BEGINNING
        until = self.until.at(now) if self.until else now
        if since >= now:
            raise UsageError(f"--since: {_written(self.since)} lies in the future")
        if since >= until:
            raise UsageError(f"--until: {_written(self.until)} is not after --since {_written(self.since)}")
        return HistoryWindow(since, until, frozenset(self.sources), self._key(to))

    def _key(self, to: Sequence[str]) -> str:
        return json.dumps([*to, _written(self.since), _written(self.until), *sorted(self.sources)])


def _written(moment: Moment | None) -> str:
    return moment.text if moment else ""
