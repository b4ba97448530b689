"""The GitHub source."""

from collections.abc import Callable, Sequence

from colter.core.allowance import Allowances
from colter.core.clock import Clock
from colter.core.model import Reading
from colter.core.ports import Recall
from colter.core.secret import Secret
from colter.net.http import Http, HttpError
from colter.sources.github.access import Access, RefusedError, account
from colter.sources.github.by_graphql import OutageError
from colter.sources.github.collection import OWN, Collection
from colter.sources.github.details import Details
from colter.sources.github.facts import ALWAYS, selections
from colter.sources.github.graphql import GraphQL
from colter.sources.github.limiter import LimitedError, Limiter
from colter.sources.github.look import NAME
from colter.sources.github.metrics import METRICS
from colter.sources.github.report import Report
from colter.sources.github.selection import select

RENEWAL = "colter config set github.token -"
_HINT = f"a token allows 5,000 calls an hour instead of 60: {RENEWAL}"


class GitHub:
    """Reads repositories: in batches with a token, one by one without. One call at a time, as GitHub asks."""

    name = NAME
    metrics = METRICS

    def __init__(
        self,
        *,
        targets: Sequence[str],
        facts: frozenset[str],
        token: Secret | None,
        api_url: str,
        http: Http,
        recall: Recall,
        clock: Clock,
        reserve: int = 500,
        allowances: Allowances | None = None,
        renewal: str = RENEWAL,
    ) -> None:
        """Nothing is asked yet.

        Args:
            targets: `owner/name`, `owner/*`, `!owner/name`, `fork:no`, `archived:no`; none: the token owner's.
            facts: what to read beyond the core facts, see FACTS.
            token: None: public repositories only, sixty calls an hour.
            api_url: the REST API of github.com, of a ghe.com address, or of an Enterprise Server (`.../api/v3`).
            http: the shared client.
            recall: marks, identities and replies of earlier runs.
            clock: the time.
            reserve: calls and points of an hour that are left for others who use the same token.
            allowances: is told what is left of the limits, and when the token ends.
            renewal: where a valid token is put in.

        Raises:
            UsageError: a target cannot be understood.
        """
        self._selection = select(targets)
        self._wanted = facts
        self._renewal = renewal
        self._recall = recall
        self._clock = clock
        allowance = (allowances or Allowances()).of(NAME, account(api_url, token))
        limiter = Limiter(recall=recall, clock=clock, allowance=allowance, reserve=reserve)
        self._access = Access(api_url, token, http, recall, limiter)
        self._graphql = GraphQL(self._access, ALWAYS, selections(facts))

    async def collect(self, emit: Callable[[Reading], None]) -> None:
        """Look at every repository and hand over each reading as it comes.

        Raises:
            SourceError: nothing could be read (the token is refused, a limit is used up, GitHub is out of reach), or
                what a pattern stands for could not be found.
        """
        patterns = (OWN,) if self._selection.everything else self._selection.patterns
        kept = await self._recall.identities(NAME)
        report = Report(
            emit,
            self._clock,
            expected=(*self._selection.names, *patterns),
            kept={name.lower(): name for name in kept},
            hint=None if self._access.token else _HINT,
            renewal=self._renewal,
        )
        collection = Collection(
            access=self._access,
            graphql=self._graphql,
            details=Details(
                access=self._access,
                graphql=self._graphql,
                wanted=self._wanted,
                recall=self._recall,
                clock=self._clock,
            ),
            report=report,
            selection=self._selection,
            wanted=self._wanted,
            identities={name.lower(): identity for name, identity in kept.items()},
            names={identity: name for name, identity in kept.items()},
        )
        try:
            await (collection.in_batches() if self._access.token else collection.one_by_one())
        except (LimitedError, RefusedError, OutageError, HttpError) as error:
            report.stop(error)
        else:
            report.finish()
