"""With a token: many repositories in one question, and fewer at once where that is too much for GitHub."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from colter.net.http import HttpError
from colter.sources.github.answers import Answer, BadAnswerError, TooMuchError
from colter.sources.github.graphql import GraphQL

_LADDER = (50, 25, 10, 5, 1)
"""GitHub ends a query after ten seconds: 50 repositories take about 4.5 s, 100 fail one time in four."""
_LIGHT, _HEAVY = 50, 25
_HEAVY_FACTS = frozenset({"downloads", "ci"})
_MAX_FAILURES = 3
"""So many failures in a row are an outage, not one bad repository."""


_MAX_DENIALS = 10


class OutageError(Exception):
    """GitHub fails again and again: no further call makes sense."""


class Question(Protocol):
    """Asks for repositories, given by id or by name, without some response keys."""

    async def __call__(self, wanted: Sequence[str], without: frozenset[str] = ..., /) -> list[Answer]:
        """One answer for each."""


class Batches:
    """Asks in batches; the size that proved possible is kept for the run."""

    def __init__(self, graphql: GraphQL, wanted: frozenset[str]) -> None:
        self._graphql = graphql
        self._failures = 0
        self.size = _HEAVY if wanted & _HEAVY_FACTS else _LIGHT

    def by_id(self, ids: Sequence[str]) -> AsyncIterator[tuple[str, Answer]]:
        """Each node id with its answer, in order.

        Raises:
            OutageError, LimitedError, RefusedError.
        """
        return self._all(ids, self._graphql.by_id)

    def by_name(self, names: Sequence[str]) -> AsyncIterator[tuple[str, Answer]]:
        """Each name with its answer, in order; raises what `by_id` raises."""
        return self._all(names, self._graphql.by_name)

    async def of_owner(self, login: str | None) -> AsyncIterator[Answer | None]:
        """The repositories of an owner (None: the token's); a single None when there is no such owner.

        Raises:
            BadAnswerError, TooMuchError: a page cannot be read, and so no further one; and what `by_id` raises.
        """
        after: str | None = None
        while True:
            try:
                page = await self._graphql.of_owner(login, self.size, after)
            except (TooMuchError, HttpError) as error:
                if not self._smaller(error, self.size):
                    raise
                continue
            if page is None:
                yield None
                return
            answers = await self._whole(page.ids, page.answers, self._graphql.by_id)
            self._failures = 0
            for answer in answers:
                yield answer
            if page.after is None:
                return
            after = page.after

    async def _all(self, wanted: Sequence[str], ask: Question) -> AsyncIterator[tuple[str, Answer]]:
        done = 0
        while done < len(wanted):
            batch = wanted[done : done + self.size]
            try:
                answers = await self._whole(batch, await ask(batch), ask)
            except (TooMuchError, HttpError, BadAnswerError) as error:
                if self._smaller(error, len(batch)):
                    continue
                answers = [Answer(None, str(error))] * len(batch)
            else:
                self._failures = 0
            for pair in zip(batch, answers, strict=True):
                yield pair
            done += len(batch)

    async def _whole(self, wanted: Sequence[str], answers: Sequence[Answer], ask: Question) -> list[Answer]:
        """Ask again for repositories that a denied part took away as a whole, without that part.

        Most fields are declared never to be null, and a null there makes all of the repository null.
        """
        known = list(answers)
        for _ in range(_MAX_DENIALS):
            lost: dict[frozenset[str], list[int]] = {}
            for index, answer in enumerate(known):
                if answer.node is None and answer.denied:
                    lost.setdefault(frozenset(answer.denied), []).append(index)
            for without, places in lost.items():
                again = await ask([wanted[place] for place in places], without)
                for place, answer in zip(places, again, strict=True):
                    learned = answer.node is not None or answer.denied.keys() - without
                    denied = {**known[place].denied, **answer.denied} if learned else {}
                    known[place] = replace(answer, denied=denied)
        return known

    def _smaller(self, error: Exception, asked: int) -> bool:
        """Whether to ask again: with a smaller batch after a timeout, with the same after a broken connection.

        Raises:
            OutageError: it has failed too often.
        """
        too_much = isinstance(error, TooMuchError)
        if too_much and asked > 1:
            self.size = next(size for size in _LADDER if size < asked)
            return True
        self._failures += 1
        if self._failures >= _MAX_FAILURES:
            raise OutageError(str(error)) from error
        return isinstance(error, HttpError)
