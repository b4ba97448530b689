"""GitHub's limits: one gate for all calls, which never sleeps but says when it opens again.

Primary limits are points or requests per hour and resource; secondary limits stop everything. Whoever goes on
calling while limited may be banned, so a limit is remembered across runs.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from colter.core.allowance import Allowance, Budget
from colter.core.clock import Clock
from colter.core.ports import Cached, Recall
from colter.core.units import format_duration
from colter.net.http import Reply
from colter.sources.github.values import UnusableError, count, dig, moment

Resource = Literal["core", "graphql"]

_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
_RESERVED_SHARE = 10
"""The reserve is at most a tenth of the limit: 500 of 5,000, but 6 of the 60 that go without a token."""

_RESOURCES = frozenset({"core", "graphql", "search", "code_search"})
"""What may be spoken of; a server that makes up others is not followed."""

_log = logging.getLogger(__name__)


class LimitedError(Exception):
    """No further call may be made now; the message says until when."""


class Limiter:
    """Ask `admit` before each call and show each reply to `note`."""

    def __init__(self, *, recall: Recall, clock: Clock, allowance: Allowance, reserve: int) -> None:
        """`allowance` is told what replies say; its account is the server and a hash of the token."""
        self._recall = recall
        self._clock = clock
        self._allowance = allowance
        self._key = f"github:limit:{allowance.account}"
        self._reserve = reserve

    def now(self) -> datetime:
        """The time that the limits are measured by."""
        return self._clock.now()

    async def admit(self, resource: Resource) -> None:
        """Nothing happens when the call may be made.

        Raises:
            LimitedError: it may not.
        """
        for name in ("all", resource):
            kept = await self._recall.cached(f"{self._key}:{name}")
            # More than an hour ahead means that the machine's clock was set back.
            if kept and timedelta() < kept.fresh_until - self._clock.now() <= _LONGEST:
                raise LimitedError(_say(name, kept.fresh_until, self._clock.now()))

    async def note(self, resource: Resource, reply: Reply, message: str = "") -> None:
        """Learn from a reply; `message` is the error that a GraphQL reply of status 200 carries.

        Raises:
            LimitedError: the reply is a refusal because of a limit.
        """
        now = self._clock.now()
        budget = read_budget(reply.headers, now)
        if budget:
            self._allowance.budgets[_resource(reply.headers) or resource] = budget
        self._allowance.token_expires = read_expiry(reply.headers) or self._allowance.token_expires
        used_up = budget is not None and budget.remaining == 0
        if reply.status in (403, 429) or message:
            # Without any sign of a limit a 403 is a missing permission, which is not our business.
            text = message or reply.body[:2000].decode(errors="replace")
            wait = reply.retry_after(self._clock)
            secondary = wait is not None or "secondary rate limit" in text.lower() or "abuse detection" in text.lower()
            if secondary or (reply.status == 429 and not used_up):  # noqa: PLR2004  Too Many Requests
                await self._close("all", now + (wait or await self._next_wait()))
            elif used_up or is_primary_limit(text):
                await self._close(resource, budget.reset if budget else now + _LONGEST)
        elif budget:
            await self._spare(resource, budget)

    async def note_body(self, resource: Resource, told: Any) -> None:
        """Learn from the `rateLimit` of a GraphQL answer, null where a server has no limits."""
        with suppress(UnusableError):
            limit, remaining = (int(count(dig(told, (key,)))) for key in ("limit", "remaining"))
            reset = _clamped(moment(dig(told, ("resetAt",))), self._clock.now())
            self._allowance.budgets[resource] = budget = Budget(limit, remaining, reset)
            await self._spare(resource, budget)

    async def _spare(self, resource: Resource, budget: Budget) -> None:
        """Close the gate, from the next call on, when only the reserve is left."""
        if budget.remaining <= min(self._reserve, budget.limit // _RESERVED_SHARE):
            _log.warning("GitHub: %d of %d %s calls left, the reserve", budget.remaining, budget.limit, resource)
            await self._keep(resource, budget.reset)

    async def _close(self, name: str, until: datetime) -> None:
        until = await self._keep(name, until)
        raise LimitedError(_say(name, until, self._clock.now()))

    async def _keep(self, name: str, until: datetime) -> datetime:
        now = self._clock.now()
        until = _clamped(until, now)
        seconds = str(int((until - now).total_seconds())).encode()
        await self._recall.cache(f"{self._key}:{name}", Cached(seconds, "", now, until))
        return until

    async def _next_wait(self) -> timedelta:
        """A minute, and twice as long as the last time when that is less than an hour ago."""
        kept = await self._recall.cached(f"{self._key}:all")
        if kept and kept.body.isdigit() and self._clock.now() - kept.fresh_until < _LONGEST:
            return min(timedelta(seconds=2 * int(kept.body)), _LONGEST)
        return _SHORTEST


def read_budget(headers: Mapping[str, str], now: datetime) -> Budget | None:
    """What the `x-ratelimit-*` headers say; None for servers without limits and for nonsense."""
    try:
        limit, remaining, reset = (int(headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))
        return Budget(limit, max(remaining, 0), _clamped(datetime.fromtimestamp(reset, UTC), now))
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def read_expiry(headers: Mapping[str, str]) -> datetime | None:
    """When the token that was sent ends: `2026-06-01 12:00:00 UTC`, or with `+0200`; None: it does not say."""
    written = headers.get("github-authentication-token-expiration", "").replace("UTC", "+0000")
    with suppress(ValueError, OverflowError):  # the last hours of the year 9999 are none in UTC
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    return None


def is_primary_limit(text: str) -> bool:
    """Whether an error is the used-up primary limit, by its type or its message."""
    return "RATE_LIMIT" in text or "api rate limit exceeded" in text.lower()


def _resource(headers: Mapping[str, str]) -> str | None:
    """Which limit the `x-ratelimit-*` headers are about."""
    named = headers.get("x-ratelimit-resource", "")
    return named if named in _RESOURCES else None


def _clamped(until: datetime, now: datetime) -> datetime:
    """A reset in the past or in a far future is a wrong clock somewhere: at least a minute, at most an hour."""
    return min(max(until, now + _SHORTEST), now + _LONGEST)


def _say(name: str, until: datetime, now: datetime) -> str:
    left = {"graphql": "has no GraphQL points left for us", "core": "has no REST calls left for us"}
    wait = format_duration(timedelta(seconds=round((until - now).total_seconds())))
    return f"GitHub {left.get(name, 'asks us to slow down')}; free again in {wait}, at {until:%Y-%m-%d %H:%M:%S} UTC"
