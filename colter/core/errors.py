"""The tree of expected errors, and the exit code of each.

ColterError
├── UsageError          2   the command line asks for something that is not there
├── ConfigError         3   the configuration is missing or wrong
├── StateError          3   the state directory cannot be used
│   ├── FullError           there is no room for more in it
│   └── DamagedError        its database is damaged
├── LockedError         4   no or wrong master password, no way to ask
├── VaultError          3   the vault or a sealed value is damaged or was altered
├── SourceError         5   a source could read none of its targets
├── DeliveryError       6   a sink or a channel has not taken it
└── BusyError           7   another Colter holds the state directory
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    OK = 0
    BUG = 1
    USAGE = 2
    CONFIG = 3
    LOCKED = 4
    UNREAD = 5
    UNDELIVERED = 6
    BUSY = 7
    ALERT = 10
    INTERRUPTED = 130
    TERMINATED = 143


_RANK = (
    ExitCode.BUG,
    ExitCode.USAGE,
    ExitCode.CONFIG,
    ExitCode.LOCKED,
    ExitCode.BUSY,
    ExitCode.UNDELIVERED,
    ExitCode.UNREAD,
    ExitCode.ALERT,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code to end with when several hold."""
    held = set(codes)
    return next((code for code in _RANK if code in held), ExitCode.OK)


class ColterError(Exception):
    """Something that can be expected to go wrong: what happened, to what, and (the hint) what to do."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ColterError):
    """The command line asks for something that is not there."""

    exit_code = ExitCode.USAGE


class ConfigError(ColterError):
    """The configuration is missing or wrong; the message begins with `file:line:col: key:` where that is known."""

    exit_code = ExitCode.CONFIG


class StateError(ColterError):
    """The state directory or its database cannot be used."""

    exit_code = ExitCode.CONFIG


class FullError(StateError):
    """There is no room for more: the disk is full, or the history as large as it may get."""


class DamagedError(StateError):
    """The database is damaged, or was not made by Colter at all."""


class LockedError(ColterError):
    """A secret is needed, and there is no or a wrong master password and no way to ask."""

    exit_code = ExitCode.LOCKED


class VaultError(ColterError):
    """The vault or one sealed value is damaged, was altered or moved; the password may be right."""

    exit_code = ExitCode.CONFIG


class SourceError(ColterError):
    """A source could read none of its targets (a refused token, a used-up rate limit)."""

    exit_code = ExitCode.UNREAD


class Answer(StrEnum):
    """What a sink's or channel's failure means for what it was given."""

    RETRY = "retry"
    """Nothing is wrong with it: later (out of reach, 429, 5xx)."""
    REFUSED = "refused"
    """Something in it will never be taken (400, 422): the others may be."""
    TOO_LARGE = "too_large"
    """It must come in smaller pieces (413)."""
    PAUSE = "pause"
    """Nothing will be taken until somebody mends the settings (401, 403, 404, a redirect); all of it is kept."""


class DeliveryError(ColterError):
    """A sink or a channel has not taken what it was given."""

    exit_code = ExitCode.UNDELIVERED

    def __init__(
        self,
        message: str,
        *,
        answer: Answer = Answer.RETRY,
        retry_after: timedelta | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.answer = answer
        self.retry_after = retry_after
        """How long the receiver asked to be left alone."""


class BusyError(ColterError):
    """Another Colter holds the state directory."""

    exit_code = ExitCode.BUSY
