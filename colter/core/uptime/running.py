"""How far the counting of one endpoint has come, and how that is written down between two counts."""

import json
from dataclasses import dataclass
from typing import Any

from colter.core.alerting.observation import Verdict
from colter.core.model import EndpointState, Reason

_written = json.JSONEncoder(separators=(",", ":")).encode  # `json.dumps` would make an encoder each time


@dataclass(slots=True)
class Waiting:
    """A look of which is not known yet whether it belongs to an outage."""

    at: int
    """In milliseconds, as all times here."""
    state: EndpointState
    reason: Reason | None
    held: int = 0
    """For how long it was so: until the next look, but not longer than a look holds."""

    @property
    def verdict(self) -> Verdict:
        """What it means."""
        return Verdict.BAD if self.state is EndpointState.DOWN else Verdict.GOOD


@dataclass(slots=True)
class Spell:
    """An outage, by its times in milliseconds."""

    started: int
    ended: int | None
    reason: Reason | None
    looks: int = 0


@dataclass(slots=True)
class Running:
    """Where it stands behind its last look."""

    last: int | None = None
    """When that was; None: there was none."""
    gap: int = 0
    """Time between the last two looks."""
    state: EndpointState = EndpointState.UNKNOWN
    """What the last look saw; `maintenance` when it fell into one."""
    waiting: tuple[Waiting, ...] = ()
    """The looks that may begin an outage, or end the present one; among them the last look, if it told anything."""
    outage: Spell | None = None
    """The present one, which lasts."""

    def write(self) -> str:
        """All of it as one line of JSON; what is as it mostly is, is left out."""
        plain: dict[str, Any] = {"last": self.last, "gap": self.gap, "state": self.state}
        if self.waiting:
            plain["waiting"] = [[each.at, each.state, each.reason, each.held] for each in self.waiting]
        if self.outage:
            plain["outage"] = [self.outage.started, self.outage.reason, self.outage.looks]
        return _written(plain)


def read_running(text: str) -> Running:
    """What `write` has written; ValueError or KeyError when it is not that."""
    plain = json.loads(text)
    waiting = [
        Waiting(at, EndpointState(state), _reason(reason), held) for at, state, reason, held in plain.get("waiting", ())
    ]
    outage = None
    if lasting := plain.get("outage"):
        started, reason, looks = lasting
        outage = Spell(started, None, _reason(reason), looks)
    return Running(plain["last"], plain["gap"], EndpointState(plain["state"]), tuple(waiting), outage)


def _reason(written: str | None) -> Reason | None:
    return None if written is None else Reason(written)
