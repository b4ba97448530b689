"""What is said: the difference between how it stands and what was said last, when it may be said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.policy import Policy
from colter.core.alerting.standing import NONE_ARRIVED, Claim, Incident, Phase, Standing, Told

IncidentIds = Callable[[datetime], str]
"""Makes the id of a new incident: unique for ever."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else matters at the moment of a look."""

    ids: IncidentIds
    muted: bool = False
    """In a maintenance or a silence: thinking goes on, nothing is said (R8)."""
    held: bool = False
    """Something that it needs is in trouble: nothing new is said, but what was said is still taken back."""
    told: Told = NONE_ARRIVED
    """What has arrived of its open incident."""


class Said(NamedTuple):
    """Where it stands, and what there is to tell."""

    standing: Standing
    notices: tuple[Notice, ...] = ()


def announce(standing: Standing, look: Observation, policy: Policy, now: datetime, around: Circumstances) -> Said:
    """Say what has changed since it was last spoken of; after a silence that is once, or nothing at all (R8)."""
    if standing.claim is Claim.OK and standing.told is Claim.OK:
        return Said(standing if standing.incident is None else replace(standing, incident=None))  # nobody was told
    incident = _note(standing.incident or _open(standing, now, around.ids), look, standing, around)
    standing = replace(standing, incident=incident)
    if _must_be_silent(standing, look, around):
        return Said(standing)
    if standing.claim is not standing.told:
        return _say(standing, incident, _KINDS[standing.told, standing.claim], policy, now)
    if _reminder_is_due(standing, incident, look, policy):
        return _say(standing, replace(incident, reminders=incident.reminders + 1), Kind.REMINDER, policy, now)
    return Said(standing)


def remind(standing: Standing, policy: Policy, now: datetime, around: Circumstances) -> Said:
    """Between two looks: a reminder that has become due, if the last look was bad and still speaks for this moment."""
    incident, looked = standing.incident, standing.judged
    if incident is None or looked is None or not policy.reminders:
        return Said(standing)
    unlike = standing.phase is not Phase.FIRING or standing.told is not standing.claim or standing.unknown
    if unlike or not looked <= now <= looked + policy.interval:
        return Said(standing)
    look = Observation(standing.seen, Verdict.BAD, now, incident.reason, incident.detail)
    said = announce(replace(standing, ran=standing.ran + (now - looked)), look, policy, now, around)
    # The next look adds the same time again, all of it.
    return Said(replace(said.standing, ran=standing.ran), said.notices)


def remove(standing: Standing, now: datetime) -> tuple[Notice, ...]:
    """It is not watched any more: whoever was told of it is told so, and the standing can be forgotten."""
    if standing.incident is None or standing.told is Claim.OK:
        return ()
    before = standing.incident
    incident = replace(before, sequence=before.sequence + 1, until=before.until or now)
    return (_notice(replace(standing, firing=False, flapping=False), incident, Kind.REMOVED, now),)


def follow_to(standing: Standing, channel: str) -> Standing:
    """Its open incident has been told there too, in place of a channel that refused it: so will be what follows."""
    incident = standing.incident
    if incident is None or channel in incident.channels:
        return standing
    return replace(standing, incident=replace(incident, channels=(*incident.channels, channel)))


def told_nobody(standing: Standing, incident: str) -> Standing:
    """None of those who were told of its open incident can be told any more: under this id it is news to all others."""
    if standing.incident is None:
        return standing
    anew = replace(standing.incident, id=incident, sequence=0, channels=(), reminders=0, told=NONE_ARRIVED)
    return replace(standing, told=Claim.OK, incident=anew)


_KINDS = {
    (Claim.OK, Claim.FIRING): Kind.FIRING,
    (Claim.OK, Claim.FLAPPING): Kind.FLAPPING,
    (Claim.FIRING, Claim.FLAPPING): Kind.FLAPPING,
    (Claim.FIRING, Claim.OK): Kind.RESOLVED,
    (Claim.FLAPPING, Claim.OK): Kind.SETTLED,
    (Claim.FLAPPING, Claim.FIRING): Kind.SETTLED,
}


def _must_be_silent(standing: Standing, look: Observation, around: Circumstances) -> bool:
    # Nobody is woken by a good look, be it the first one after a silence.
    woken_by_good = standing.claim is Claim.FIRING and look.verdict is Verdict.GOOD
    return around.muted or woken_by_good or (around.held and standing.claim is not Claim.OK)


def _open(standing: Standing, now: datetime, ids: IncidentIds) -> Incident:
    return Incident(ids(now), since=standing.since, told_ran=standing.ran)


def _note(incident: Incident, look: Observation, standing: Standing, around: Circumstances) -> Incident:
    if look.verdict is Verdict.BAD:
        incident = replace(incident, reason=look.reason, detail=look.detail)
    told = incident.told.and_then(around.told)
    if told != incident.told or around.muted:  # a silence is no time to be reminded of, nor is the moment after it
        incident = replace(incident, told=told, told_ran=standing.ran)
    if standing.claim is not Claim.OK:
        return replace(incident, until=None)
    return replace(incident, until=incident.until or standing.since)


def _reminder_is_due(standing: Standing, incident: Incident, look: Observation, policy: Policy) -> bool:
    """R7: so long after the last message that arrived; none while one is still on its way, so one after any gap."""
    if standing.claim is not Claim.FIRING or look.verdict is not Verdict.BAD or not policy.reminders:
        return False
    wait = policy.reminders[min(incident.reminders, len(policy.reminders) - 1)]
    return incident.told.sequence == incident.sequence and standing.ran - incident.told_ran >= wait


def _say(standing: Standing, incident: Incident, kind: Kind, policy: Policy, now: datetime) -> Said:
    channels = incident.channels if incident.sequence else policy.channels
    incident = replace(incident, sequence=incident.sequence + 1, channels=channels)
    over = standing.claim is Claim.OK
    after = replace(standing, told=standing.claim, incident=None if over else incident)
    return Said(after, (_notice(standing, incident, kind, now),))


def _notice(standing: Standing, incident: Incident, kind: Kind, now: datetime) -> Notice:
    return Notice(
        incident=incident.id,
        sequence=incident.sequence,
        kind=kind,
        target=standing.target,
        rule=standing.rule,
        claim=standing.claim,
        at=now,
        since=incident.since,
        until=incident.until,
        reason=incident.reason,
        detail=incident.detail,
        failures=standing.failures,
        reminders=incident.reminders,
        channels=incident.channels,
    )
