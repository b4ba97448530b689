"""One server within one run: asked until it has failed too often, then left alone."""

from collections.abc import Awaitable, Callable

from colter.net.http import HttpError, Reply

_GIVE_UP_AFTER = 3  # in a row: one package's bad page must not cost its neighbours theirs
_DOWN = frozenset({"dns", "connect", "tls", "timeout", "protocol"})
_SERVER_ERROR = 500


class MissingError(Exception):
    """A kind of fact could not be read; the message is the reason, one clean sentence."""


class ImproperError(ValueError):
    """What a server sent breaks the rules of its API."""


class Server:
    """Asks one server; when it is given up, everybody else gets the same reason at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        """As it stands in messages."""
        self._failures = 0
        self._given_up: str | None = None

    def check(self) -> None:
        """Raises MissingError when it has been given up."""
        if self._given_up is not None:
            raise MissingError(self._given_up)

    def give_up(self, reason: str) -> MissingError:
        """Ask it no more; returns what to raise."""
        self._given_up = reason
        return MissingError(reason)

    async def ask(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        """A reply of a status below 500.

        Raises:
            MissingError: there was none, or the server has been given up.
        """
        self.check()
        try:
            reply = await send()
        except HttpError as error:
            raise self._failed(str(error), down=error.kind in _DOWN) from error
        if reply.status >= _SERVER_ERROR:
            raise self._failed(f"{self.name} answers {reply.status}", down=True)
        self._failures = 0
        return reply

    def _failed(self, reason: str, *, down: bool) -> MissingError:
        self._failures += down
        if self._failures >= _GIVE_UP_AFTER:
            return self.give_up(reason)
        return MissingError(reason)
