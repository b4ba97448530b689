"""Finds parts of the plan for requests over HTTP: an endpoint to probe by its name, a job that reports by its token."""

import hmac
from contextlib import suppress
from hashlib import sha256

from colter.app.watching.plan import WatchPlan
from colter.sources.probe.check import Check
from colter.sources.probe.url import parse_url


class PlanLookup:
    """Looks them up in the plan that `use` was called with last."""

    def __init__(self, plan: WatchPlan) -> None:
        self.use(plan)

    def use(self, plan: WatchPlan) -> None:
        """From now on this plan counts."""
        self._checks = plan.checks
        self.names = plan.checks.keys() | plan.jobs.keys()
        """The names of all endpoints and jobs of the plan."""
        self._tokens = [(name, _digest(token.reveal())) for name, token in plan.tokens.items()]

    def check(self, target: str) -> Check | None:
        """The endpoint of this name; or with this address, for jobs that were written for blackbox_exporter."""
        if target in self._checks:
            return self._checks[target]
        with suppress(ValueError):
            address, _ = parse_url(target)
            return next((check for check in self._checks.values() if check.address == address), None)
        return None

    def job(self, token: str) -> str | None:
        """The name of the job that has this token. How long that takes tells nothing about the tokens."""
        given, found = _digest(token), None
        for name, known in self._tokens:
            if hmac.compare_digest(given, known):
                found = name
        return found


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
