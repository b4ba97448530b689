"""The rules `down` and `degraded` of all endpoints. An endpoint that is well, and stays so, costs next to nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from colter.app.alerting.judge import Case, Decisions, Judge, to_state
from colter.app.alerting.plan import EndpointPlan
from colter.core.alerting.endpoints import DEGRADED, DOWN, observe_endpoint
from colter.core.alerting.needs import is_held
from colter.core.alerting.standing import Standing
from colter.core.model import EndpointState, ProbeResult, Target


class EndpointRules:
    """All endpoints that are configured."""

    def __init__(self, plans: Mapping[str, EndpointPlan], judge: Judge) -> None:
        self._judge = judge
        self._endpoints = {name: _endpoint(plan) for name, plan in plans.items()}

    def adopt(self, plans: Mapping[str, EndpointPlan], decisions: Decisions) -> None:
        """Go on by these: whoever is still there stands where it stood, and the others are forgotten."""
        before, self._endpoints = self._endpoints, {}
        for name, plan in plans.items():
            endpoint = self._endpoints[name] = before.get(name) or _endpoint(plan)
            endpoint.down.alert, endpoint.degraded.alert = plan.down, plan.degraded
            endpoint.needs, endpoint.place = plan.needs, plan.place
        for case in _cases(endpoint for name, endpoint in before.items() if name not in plans):
            if case.standing:
                decisions.forget(to_state(case.standing))

    def cases(self) -> Iterator[Case]:
        """Both rules of each."""
        return _cases(self._endpoints.values())

    def case(self, target: Target, rule: str) -> Case | None:
        """One of the two rules of an endpoint; None when it is not configured."""
        endpoint = self._endpoints.get(target.name) if target.source == "probe" else None
        return {DOWN: endpoint.down, DEGRADED: endpoint.degraded}.get(rule) if endpoint else None

    def decide(self, results: Iterable[ProbeResult], decisions: Decisions) -> None:
        """Judge these; what is needed before what needs it."""
        telling: list[tuple[_Endpoint, ProbeResult]] = []
        for result in results:
            endpoint = self._endpoints.get(result.endpoint)
            if endpoint is None:
                continue
            if endpoint.calm and result.state is EndpointState.UP:
                endpoint.looked = result.at
            else:
                endpoint.calm = False  # whatever follows in this round must not overtake it
                telling.append((endpoint, result))
        telling.sort(key=lambda each: each[0].place)
        for endpoint, result in telling:
            self._judge_one(endpoint, result, decisions)

    def remind(self, decisions: Decisions) -> None:
        """See whether reminders have become due since the last looks."""
        for endpoint in self._endpoints.values():
            if not endpoint.calm:
                held = is_held(self._standings(endpoint.needs), decisions.now)
                for case in (endpoint.down, endpoint.degraded):
                    self._judge.remind(case, decisions, held=held)

    def _judge_one(self, endpoint: "_Endpoint", result: ProbeResult, decisions: Decisions) -> None:
        held = is_held(self._standings(endpoint.needs), decisions.now)
        endpoint.catch_up()
        for case in (endpoint.down, endpoint.degraded):
            look = observe_endpoint(case.alert.subject.rule, result, case.next_look)
            self._judge.look(case, look, decisions, held=held)
        endpoint.calm = all(_is_calm(case.standing) for case in (endpoint.down, endpoint.degraded))

    def _standings(self, names: Iterable[str]) -> list[Standing]:
        found = [self._endpoints[name].down.standing for name in names]
        return [standing for standing in found if standing]


@dataclass(slots=True)
class _Endpoint:
    down: Case
    degraded: Case
    needs: Sequence[str]
    place: int
    calm: bool = False
    """Neither rule has anything to count, to tell or to forget: a good look changes nothing but the time."""
    looked: datetime | None = None
    """When an endpoint that is calm was last looked at: such a look is not judged, only its time is noted."""

    def catch_up(self) -> None:
        """Write the time of the last look that was not judged into the standings."""
        if self.looked is not None:
            for case in (self.down, self.degraded):
                if case.standing:
                    case.standing = replace(case.standing, looked=self.looked, judged=self.looked)
            self.looked = None


def _endpoint(plan: EndpointPlan) -> _Endpoint:
    return _Endpoint(Case(plan.down), Case(plan.degraded), plan.needs, plan.place)


def _cases(endpoints: Iterable[_Endpoint]) -> Iterator[Case]:
    for endpoint in endpoints:
        yield from (endpoint.down, endpoint.degraded)


def _is_calm(standing: Standing | None) -> bool:
    return (
        standing is not None
        and standing.incident is None
        and not (standing.trail or standing.unknown or standing.muted or standing.flapping)
        and not standing.history.strip("g")
    )
