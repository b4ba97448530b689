"""What a repository's batch answer does not tell: further calls, and what is new since the last time."""

from collections.abc import Mapping

from colter.core.clock import Clock
from colter.core.model import Event, Target
from colter.core.ports import Recall
from colter.sources.github import issues
from colter.sources.github.access import Access
from colter.sources.github.by_rest import issue_page
from colter.sources.github.downloads import add_downloads
from colter.sources.github.facts import ON_REQUEST
from colter.sources.github.followers import Followers
from colter.sources.github.graphql import GraphQL
from colter.sources.github.look import NAME, Look
from colter.sources.github.traffic import add_traffic
from colter.sources.github.values import UnusableError, dig

_NAME_MARK = "name"


class Details:
    """Completes looks; every part fails on its own and is missing then."""

    def __init__(
        self, *, access: Access, graphql: GraphQL, wanted: frozenset[str], recall: Recall, clock: Clock
    ) -> None:
        self._access = access
        self._graphql = graphql
        self._wanted = wanted
        self._recall = recall
        self._clock = clock
        self._followers = Followers(access)

    async def add(self, look: Look, former_name: str | None) -> None:
        """Complete a look; the marks lie under any name that it was kept by, None: it is new.

        Raises:
            RefusedError: the token is no longer accepted.
        """
        await self._followers.add_to(look)
        if self._access.token:
            if "downloads" in self._wanted:
                await add_downloads(self._access, look)
            if "traffic" in self._wanted:
                await add_traffic(self._access, look)
        marks = await self._recall.marks(Target(NAME, former_name)) if former_name else {}
        self._note_rename(look, marks)
        if "issues" in self._wanted:
            with look.attempt("issues"):
                first = await self._first_issues(look)
                news = await issues.new_issues(first, marks.get(issues.MARK))
                look.events.extend(news.issues)
                look.marks[issues.MARK] = news.mark
                if not news.complete:
                    look.missing["issues"] = (
                        f"more new issues than can be listed: the newest {len(news.issues)} are told"
                    )

    def _note_rename(self, look: Look, marks: Mapping[str, str]) -> None:
        before = marks.get(_NAME_MARK, look.name)
        if before.lower() != look.name.lower():
            now = self._clock.now()
            key = f"{look.name} {now.isoformat()}"  # a name may come back
            look.events.append(Event("renamed", key, f"{before} is now {look.name}", now))
        look.marks[_NAME_MARK] = look.name

    async def _first_issues(self, look: Look) -> issues.IssuePage:
        if not self._access.token:
            return await issue_page(self._access, look.name)
        if reason := look.denied.get("newIssues"):
            raise UnusableError(reason)
        if self._graphql.lacks(ON_REQUEST["issues"]):
            raise UnusableError("this GitHub server does not know it")
        return self._issue_page(look.identity, dig(look.node, ("newIssues",)))

    def _issue_page(self, identity: str, connection: object) -> issues.IssuePage:
        found, cursor = issues.from_graphql(connection)

        async def more() -> issues.IssuePage:
            node = await self._graphql.issues(identity, cursor or "")
            return self._issue_page(identity, dig(node, ("newIssues",)))

        return issues.IssuePage(found, more if cursor else None)
