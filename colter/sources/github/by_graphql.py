"""With a token: many repositories in one question, and fewer at once where that is too much for GitHub."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from colter.net.http import HttpError
from colter.sources.github.access import UNREACHABLE
from colter.sources.github.answers import Answer, BadAnswerError, Page, TooMuchError
from colter.sources.github.graphql import GraphQL

_LADDER = (50, 25, 10, 5, 1)
"""GitHub ends a query after ten seconds: 50 repositories take about 4.5 s, 100 fail one time in four."""
_LIGHT, _HEAVY = 50, 25
_HEAVY_FACTS = frozenset({"downloads", "ci"})
_MAX_FAILURES = 3
"""So many failures in a row are an outage, not one bad repository."""
_CALM = 8
"""After so many answers in a row a larger batch is tried again: what was slow may have been GitHub."""
_MAX_DENIALS = 10


class OutageError(Exception):
    """GitHub fails again and again: no further call makes sense."""


class Question(Protocol):
    """Asks for repositories, given by id or by name, without some response keys."""

    async def __call__(self, wanted: Sequence[str], without: frozenset[str] = ..., /) -> list[Answer]:
        """One answer for each."""


class Batches:
    """Asks in batches as large as GitHub can answer, which is found out on the way."""

    def __init__(self, graphql: GraphQL, wanted: frozenset[str]) -> None:
        self._graphql = graphql
        self._largest = self._size = _HEAVY if wanted & _HEAVY_FACTS else _LIGHT
        self._successes = self._failures = 0
        """In a row."""

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
            BadAnswerError, TooMuchError: a page cannot be listed, and so no further one; and what `by_id` raises.
        """
        after: str | None = None
        while True:
            page = await self._page(login, after)
            if page is None:
                yield None
                return
            for answer in page.found.values():
                yield answer
            async for _, answer in self.by_id([identity for identity in page.ids if identity not in page.found]):
                yield answer
            if page.after is None:
                return
            after = page.after

    async def _page(self, login: str | None, after: str | None) -> Page | None:
        """A page with all facts or, when that is too much for GitHub, of ids that are then asked for in batches."""
        facts = True
        while True:
            try:
                page = await self._graphql.of_owner(login, self._size, after, facts=facts)
            except TooMuchError:
                if not facts:
                    raise
                facts = False
            except HttpError as error:
                self._failed(error)
            else:
                self._succeeded()
                return page

    async def _all(self, wanted: Sequence[str], ask: Question) -> AsyncIterator[tuple[str, Answer]]:
        done = 0
        while done < len(wanted):
            batch = wanted[done : done + self._size]
            try:
                answers = await self._whole(batch, ask)
            except TooMuchError as error:
                if len(batch) > 1:
                    self._successes = 0
                    self._size = next(size for size in _LADDER if size < len(batch))
                    continue
                self._failed(error)
                answers = [Answer(None, str(error))]
            except HttpError as error:
                self._failed(error)
                continue
            except BadAnswerError as error:
                self._failed(error)
                answers = [Answer(None, str(error))] * len(batch)
            else:
                self._succeeded()
            for pair in zip(batch, answers, strict=True):
                yield pair
            done += len(batch)

    async def _whole(self, wanted: Sequence[str], ask: Question) -> list[Answer]:
        """Ask, and ask again for repositories that a denied part took away as a whole, without that part.

        Most fields are declared never to be null, and a null there makes all of the repository null.
        """
        known = await ask(wanted)
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

    def _failed(self, error: Exception) -> None:
        """Count a failure.

        Raises:
            OutageError: there were too many in a row, or GitHub is out of reach.
        """
        self._failures += 1
        if self._failures >= _MAX_FAILURES or (isinstance(error, HttpError) and error.kind in UNREACHABLE):
            raise OutageError(str(error)) from error

    def _succeeded(self) -> None:
        """Count a success; the batches grow again after many, or when it was one repository that made them small."""
        one_was_too_much = self._failures > 0 and self._size == 1
        self._failures, self._successes = 0, self._successes + 1
        if one_was_too_much:
            self._size = self._largest
        elif self._successes >= _CALM and self._size < self._largest:
            self._successes, self._size = 0, min(size for size in _LADDER if size > self._size)
