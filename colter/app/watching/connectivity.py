"""When this machine is offline, results are unknown and nobody is alerted. Afterwards one message says so (F11)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from colter.app.watching.canaries import Canaries
from colter.app.watching.loopback import is_loopback
from colter.core.alerting.connectivity import NETWORK, HostLook, cut_from
from colter.core.clock import Clock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.core.units import format_duration
from colter.sources.probe.check import Check

log = logging.getLogger(__name__)

_ANSWERED = (EndpointState.UP, EndpointState.DEGRADED)
_BAD = (EndpointState.DOWN, EndpointState.DEGRADED)


@dataclass(frozen=True, slots=True)
class Offline:
    """A time in which this machine was offline."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """Results after it was asked whether this machine was offline."""

    results: Sequence[ProbeResult]
    over: Offline | None = None
    """This machine was offline until now."""


class Connectivity:
    """Tells failures of endpoints from a failure of our own network."""

    def __init__(self, checks: Mapping[str, Check], canaries: Canaries, clock: Clock) -> None:
        """`checks` of the endpoints by name."""
        self.adopt(checks)
        self._canaries = canaries
        self._clock = clock
        self._dead: set[str] = set()
        """Hosts that were dead while the line was there: they tell nothing about it."""
        self._since: datetime | None = None
        self._back: datetime | None = None
        self._witnesses: Sequence[Check] = ()

    def adopt(self, checks: Mapping[str, Check]) -> None:
        """Go on with these."""
        self._hosts = {name: _distant_host(check) for name, check in checks.items()}

    async def judge(self, results: Sequence[ProbeResult]) -> Judged:
        """The results of about a second, oldest first; to be called every second, also without any."""
        if self._since is None:
            return Judged(await self._while_online(results))
        if not await self._canaries.any_alive(self._witnesses):
            return Judged([self._blame_us(result) for result in results])
        over = Offline(self._since, self._clock.now())
        self._since, self._back = None, over.until
        log.warning("online again; nothing was known for %s", format_duration(over.until - over.since))
        return Judged([self._blame_us(result) for result in results], over)

    async def _while_online(self, results: Sequence[ProbeResult]) -> Sequence[ProbeResult]:
        if self._back:  # what began before that has met the cut line
            results = [
                self._blame_us(each) if each.at <= self._back and each.state in _BAD else each for each in results
            ]
        cut = self._cut(results)
        for result in results:
            self._note(result)
        if cut is None:
            return results
        failing = {self._hosts.get(each.endpoint) or "" for each in results[cut:] if is_network_failure(each)}
        self._witnesses = self._canaries.witnesses(failing)
        if not self._witnesses or await self._canaries.any_alive(self._witnesses):
            self._dead |= failing
            return results
        lost = [self._blame_us(each) if each.state in _BAD else each for each in results[cut:]]
        self._since = min(result.at for result in lost if result.reason is Reason.SELF_OFFLINE)
        log.warning("this machine seems to be offline: until a canary answers, results are unknown")
        return [*results[:cut], *lost]

    def _cut(self, results: Sequence[ProbeResult]) -> int | None:
        """The place in these from which on the line seems to be cut."""
        places = [place for place, result in enumerate(results) if self._tells_of_line(result)]
        looks = [HostLook(self._hosts[results[place].endpoint] or "", results[place].reason) for place in places]
        cut = cut_from(looks)
        return None if cut is None else places[cut]

    def _tells_of_line(self, result: ProbeResult) -> bool:
        host = self._hosts.get(result.endpoint)
        return (
            host is not None
            and result.state is not EndpointState.UNKNOWN
            and not (host in self._dead and is_network_failure(result))
        )

    def _note(self, result: ProbeResult) -> None:
        host = self._hosts.get(result.endpoint)
        if host is not None and result.state in _ANSWERED:
            self._dead.discard(host)
            self._canaries.remember(result)

    def _blame_us(self, result: ProbeResult) -> ProbeResult:
        if self._hosts.get(result.endpoint) is None:
            return result
        detail = "this machine was offline"
        return replace(result, state=EndpointState.UNKNOWN, reason=Reason.SELF_OFFLINE, detail=detail)


def is_network_failure(result: ProbeResult) -> bool:
    """Whether a cut line could have brought it."""
    return result.state is EndpointState.DOWN and result.reason in NETWORK


def _distant_host(check: Check) -> str | None:
    """Its host, or None where no line leads to it."""
    host = check.proxy.url.host if check.proxy else check.address.host
    return None if is_loopback(host) else host
