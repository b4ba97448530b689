"""Canaries: addresses that are probed to find out whether this machine itself is offline.

They are those that the configuration names for it. Where it names none, they are the servers that Colter talks to
anyway, and the hosts of endpoints that answered last.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from colter.core.model import EndpointState, ProbeResult
from colter.sources.probe.check import Check
from colter.sources.probe.prober import Prober
from colter.sources.probe.url import Url

TIMEOUT = timedelta(seconds=2)
_MOST = 5
"""So many hosts of endpoints are asked."""
_FEWEST = 3
"""Fewer hosts of endpoints may as well be down together."""
_REMEMBERED = 50


class Canaries:
    """Knows them and probes them. To be closed at the end."""

    def __init__(
        self,
        named: Sequence[Check],
        services: Sequence[Check],
        endpoints: Mapping[str, Check],
        open_: Callable[[], Prober],
    ) -> None:
        """`endpoints` by name; services and endpoints count only where `named` is empty.

        They have a prober of their own: in the one of the endpoints they would wait behind those that hang.
        """
        self._open = open_
        self._prober: Prober | None = None
        self._answered: OrderedDict[str, Check] = OrderedDict()
        self._alive: set[str] = set()
        """Names of those that have ever answered."""
        self._anybody = False
        self._fixed: Sequence[Check] = ()
        self.adopt(named, services, endpoints)

    def adopt(self, named: Sequence[Check], services: Sequence[Check], endpoints: Mapping[str, Check]) -> bool:
        """Go on with these; whether it is time to `begin` again."""
        before = self._fixed
        self._fixed = [quick(check) for check in (named or services)]
        self._endpoints = {} if named else endpoints
        for host, check in list(self._answered.items()):
            if self._endpoints.get(check.name) != check:
                del self._answered[host]
        return self._fixed != before

    async def begin(self) -> None:
        """Learn who answers at all: who never did may be behind a firewall, and tells nothing."""
        await self.any_alive(self._fixed)

    def remember(self, result: ProbeResult) -> None:
        """An endpoint has answered."""
        self._anybody = True
        check = self._endpoints.get(result.endpoint)
        if check is None or not _takes_connections(check):
            return
        self._answered[check.address.host] = check
        self._answered.move_to_end(check.address.host)
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)

    def witnesses(self, failing: Collection[str]) -> Sequence[Check]:
        """Whom to probe when these hosts fail, to find out whether this machine is offline; maybe nobody."""
        known = [check for check in self._fixed if check.name in self._alive or not self._anybody]
        if len(self._answered) < _FEWEST:
            return known
        last = list(reversed(self._answered))
        first = [host for host in last if host not in failing]
        hosts = [*first, *(host for host in last if host in failing)][:_MOST]
        return known + [_connection_to(self._answered[host]) for host in hosts]

    async def any_alive(self, witnesses: Sequence[Check]) -> bool:
        """Whether one of them answers as it should."""
        if not witnesses:
            return False
        results: list[ProbeResult] = []
        self._prober = self._prober or self._open()
        await self._prober.begin(witnesses, results.extend)
        alive = {result.endpoint for result in results if result.state in (EndpointState.UP, EndpointState.DEGRADED)}
        self._alive |= alive
        return bool(alive)

    def close(self) -> None:
        """Let go of the prober; harmless twice."""
        if self._prober:
            self._prober.close()


def quick(check: Check) -> Check:
    """The same check for a canary: it is asked once, and has little time."""
    return replace(check, timeout=min(check.timeout, TIMEOUT), confirm=0, warn=())


def _takes_connections(check: Check) -> bool:
    return bool(check.address.port) and check.address.scheme not in ("dns", "icmp") and check.proxy is None


def _connection_to(check: Check) -> Check:
    """A check that only connects to the server of this endpoint."""
    url = Url("tcp", check.address.host, check.address.port, "")
    return Check(f"connection to {url.place}", url, timeout=TIMEOUT, family=check.family, resolver=check.resolver)
