"""The state machine of one rule and one target: OK -> PENDING -> FIRING -> RECOVERING -> OK.

|            | good look                   | bad look                        | unknown | removed               |
|------------|-----------------------------|---------------------------------|---------|-----------------------|
| OK         | OK                          | PENDING, or FIRING if enough    | as is   | forgotten             |
| PENDING    | OK, or PENDING if tolerated | PENDING, or FIRING if enough    | as is   | forgotten             |
| FIRING     | RECOVERING, or OK if enough | FIRING (a reminder may be due)  | as is   | `removed`, if told of |
| RECOVERING | RECOVERING, or OK if enough | FIRING, or as is if tolerated   | as is   | `removed`, if told of |

What is thought is decided here, at every look, muted or not. What is said of it is decided in `announce.py`, and what
is said when it is removed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from colter.core.alerting.announce import Circumstances, Said, announce
from colter.core.alerting.flapping import is_flapping, remember
from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.policy import Policy
from colter.core.alerting.standing import Mark, Phase, Standing
from colter.core.alerting.trail import follow, reached
from colter.core.model import Target

_TOO_OLD = 3  # intervals


def begin(target: Target, rule: str, now: datetime) -> Standing:
    """First sight: all is well, and nobody needs to be told so (R3)."""
    return Standing(target, rule, since=now)


def step(standing: Standing, look: Observation, policy: Policy, now: datetime, around: Circumstances) -> Said:
    """Where it stands after this look, and what there is to tell. Commit both together, or neither."""
    if look.sequence <= standing.seen:  # R1: late or again
        return Said(standing)
    if look.verdict is Verdict.UNKNOWN:
        return Said(replace(standing, seen=look.sequence, looked=look.measured_at, unknown=True, muted=around.muted))
    return announce(_after(standing, look, policy, muted=around.muted), look, policy, now, around)


def resume(standing: Standing, policy: Policy, now: datetime) -> Standing:
    """After a restart or a long sleep: what was counted long ago does not count any more; FIRING stays (R4)."""
    if standing.looked is None or now - standing.looked <= _TOO_OLD * policy.interval:
        return standing
    return replace(standing, trail=())


def _after(standing: Standing, look: Observation, policy: Policy, *, muted: bool) -> Standing:
    """The table above: while it fires good looks are counted, else bad ones; enough of them turn it over."""
    wanted, threshold = (Verdict.GOOD, policy.up_after) if standing.firing else (Verdict.BAD, policy.down_after)
    ran = standing.ran + _lasted(standing, look, policy)
    trail = follow(standing.trail, Mark(look.verdict, look.measured_at, ran), wanted, threshold)
    turns = reached(trail, wanted, threshold) and (standing.firing or ran - trail[0].ran >= policy.for_)
    history = remember(standing.history, bad=look.verdict is Verdict.BAD, turned=turns)
    return replace(
        standing,
        firing=standing.firing is not turns,
        trail=() if turns else trail,
        since=_since(standing, trail, look),
        failures=_failures(standing, look),
        history=history,
        flapping=is_flapping(history, before=standing.flapping),
        seen=look.sequence,
        looked=look.measured_at,
        judged=look.measured_at,
        ran=ran,
        unknown=False,
        muted=muted,
    )


def _lasted(standing: Standing, look: Observation, policy: Policy) -> timedelta:
    gap = timedelta(0) if standing.judged is None else look.measured_at - standing.judged
    return gap if timedelta(0) <= gap <= policy.interval else policy.interval


def _since(standing: Standing, trail: tuple[Mark, ...], look: Observation) -> datetime:
    if trail:
        return trail[0].at
    return look.measured_at if standing.trail else standing.since


def _failures(standing: Standing, look: Observation) -> int:
    if look.verdict is not Verdict.BAD:
        return standing.failures
    return 1 if standing.phase is Phase.OK else standing.failures + 1
