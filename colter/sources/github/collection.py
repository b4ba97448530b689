"""One collection: every selected repository is found, read, completed and reported."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from colter.core.errors import SourceError
from colter.net.http import HttpError
from colter.sources.github.access import UNREACHABLE, Access
from colter.sources.github.answers import NOT_FOUND, Answer, BadAnswerError, TooMuchError
from colter.sources.github.by_graphql import Batches
from colter.sources.github.by_rest import UnreadError, list_repositories, read_repository
from colter.sources.github.details import Details
from colter.sources.github.graphql import GraphQL
from colter.sources.github.look import Look, from_graphql
from colter.sources.github.report import Report
from colter.sources.github.selection import Selection, matches
from colter.sources.github.values import UnusableError

OWN = "*"
"""Stands for the repositories of the token's owner where a problem must name them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything that one collection works with. Its methods raise what ends it early.

    Raises:
        LimitedError, RefusedError, OutageError, HttpError, SourceError.
    """

    access: Access
    graphql: GraphQL
    details: Details
    report: Report
    selection: Selection
    wanted: frozenset[str]
    identities: Mapping[str, str]
    """Node ids by name in lower case, as kept from earlier collections."""
    names: Mapping[str, str]
    """A name under which each of these was kept, by node id."""

    async def in_batches(self) -> None:
        """By GraphQL: first those whose node id is known, then by name, then by owner."""
        batches = Batches(self.graphql, self.wanted)
        asked: dict[str, list[str]] = {}
        unknown: list[str] = []
        for name in self.selection.names:
            if identity := self.identities.get(name.lower()):
                asked.setdefault(identity, []).append(name)
            else:
                unknown.append(name)
        async for identity, answer in batches.by_id(list(asked)):
            names = asked[identity]
            # One that is gone may have been made anew under its old name.
            lost = names if answer.problem == NOT_FOUND else _former(names, answer)
            unknown.extend(lost)
            for name in names:
                if name not in lost:
                    await self._take(name, answer)
        async for name, answer in batches.by_name(unknown):
            await self._take(name, answer)
        if self.selection.everything:
            await self._search(batches, None, (OWN,))
        for owner, patterns in self.selection.owners().items():
            await self._search(batches, owner, patterns)

    async def one_by_one(self) -> None:
        """By REST, without a token."""
        if self.selection.everything:
            raise SourceError(
                "github: no repository is named, and without a token it is unknown whose are meant",
                hint="name some: colter track github pallets/flask; or give a token: colter config set github.token -",
            )
        _log.warning("GitHub allows 60 calls an hour without a token, enough for about ten repositories")
        for name in self.selection.names:
            await self._take_by_rest(name, found_by_pattern=False)
        for owner, patterns in self.selection.owners().items():
            fitting: set[str] = set()
            unread: list[str] = []
            try:
                async for name in list_repositories(self.access, owner):
                    fits = {pattern for pattern in patterns if matches(pattern, name)}
                    fitting |= fits
                    if fits and not self.selection.excludes(name):
                        await self._take_by_rest(name, found_by_pattern=True)
            except UnreadError as error:
                unread.append(str(error))
            self._settle(patterns, fitting, unread)

    async def _search(self, batches: Batches, owner: str | None, patterns: Sequence[str]) -> None:
        """Read those repositories of an owner (None: the token's) that fit one of the patterns."""
        unread: list[str] = []
        fitting: set[str] = set()
        try:
            async for answer in batches.of_owner(owner):
                if answer is None:
                    unread.append("there is no such user or organization")
                elif look := self._parse(answer, unread):
                    fits = {pattern for pattern in patterns if pattern == OWN or matches(pattern, look.name)}
                    fitting |= fits
                    if fits and not self.selection.drops(look.name, look.info):
                        await self._finish(look.name, look)
        except (TooMuchError, BadAnswerError) as error:
            unread.append(str(error))
        self._settle(patterns, fitting, unread)

    def _settle(self, patterns: Sequence[str], fitting: set[str], unread: Sequence[str]) -> None:
        """Say what went wrong with patterns, or that nothing did."""
        for pattern in patterns:
            if unread:
                more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
                self.report.pattern_problem(pattern, f"not all repositories could be read: {unread[0]}{more}")
            elif pattern not in fitting and pattern != OWN:
                self.report.pattern_problem(pattern, "no repository fits it")
            else:
                self.report.settled(pattern)

    async def _take_by_rest(self, name: str, *, found_by_pattern: bool) -> None:
        try:
            look = await read_repository(self.access, name, self.wanted)
        except UnreadError as error:
            self.report.problem(name, str(error))
        except HttpError as error:
            if error.kind in UNREACHABLE:
                raise
            self.report.problem(name, str(error))
        else:
            if not found_by_pattern or not self.selection.drops(look.name, look.info):
                await self._finish(name, look)

    async def _take(self, name: str, answer: Answer) -> None:
        unread: list[str] = []
        if look := self._parse(answer, unread):
            await self._finish(name, look)
        else:
            self.report.problem(name, unread[0])

    def _parse(self, answer: Answer, unread: list[str]) -> Look | None:
        """The answer as a look; else None, and the reason goes to `unread`."""
        if answer.node is None:
            unread.append(answer.problem or "nothing was answered")
            return None
        try:
            return from_graphql(answer.node, answer.denied, self.wanted, self.graphql.lacks)
        except UnusableError as error:
            unread.append(f"GitHub's answer is of no use: {error}")
            return None

    async def _finish(self, name: str, look: Look) -> None:
        if self.report.has(look):
            self.report.settled(name)
            return
        await self.details.add(look, self.names.get(look.identity))
        self.report.read(look, asked_as=name)


def _former(names: Sequence[str], answer: Answer) -> Sequence[str]:
    """Those of several names that are no longer this repository's: by now they may be another one's."""
    if len(names) == 1 or answer.node is None:
        return ()
    current = str(answer.node.get("nameWithOwner")).lower()
    return [name for name in names if name.lower() != current]
