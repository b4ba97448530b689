"""The engine, driven over a row of looks; whatever it says arrives at once."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from colter.core.alerting.announce import Circumstances
from colter.core.alerting.machine import begin, step
from colter.core.alerting.notice import Notice
from colter.core.alerting.observation import Observation, Verdict
from colter.core.alerting.policy import Policy
from colter.core.alerting.standing import Told
from colter.core.model import Target
from tests.fakes.clock import START

API = Target("probe", "api")
INTERVAL = timedelta(minutes=1)
_VERDICTS = {"g": Verdict.GOOD, "b": Verdict.BAD, "u": Verdict.UNKNOWN}


class Driven:
    """One rule and one target. A look is a letter: g, b or u."""

    def __init__(self, policy: Policy, start: datetime = START) -> None:
        self.policy = policy
        self.now = start
        self.standing = begin(API, "down", start)
        self.said: list[tuple[int, Notice]] = []
        self.looks = 0
        self.told = Told()
        self._ids = (f"incident-{number}" for number in itertools.count(1))

    def look(self, letter: str, *, muted: bool = False, held: bool = False, arrives: bool = True) -> tuple[Notice, ...]:
        look = Observation(self.looks, _VERDICTS[letter], self.now, "http_status" if letter == "b" else None, "500")
        told = self.told if self.standing.incident else Told()
        around = Circumstances(lambda now: next(self._ids), muted, held, told)
        self.standing, notices = step(self.standing, look, self.policy, self.now, around)
        for notice in notices:
            self.said.append((self.looks, notice))
            if arrives:
                self.told = Told(notice.sequence, notice.sequence)
        self.looks += 1
        self.now += self.policy.interval
        return notices

    def all(self, letters: Iterable[str], *, muted: bool = False, held: bool = False) -> list[str]:
        """Kinds of what was said."""
        return [notice.kind.value for letter in letters for notice in self.look(letter, muted=muted, held=held)]


def said(policy: Policy, letters: Iterable[str]) -> list[tuple[int, str]]:
    """At which look is said what."""
    driven = Driven(policy)
    driven.all(letters)
    return [(place, notice.kind.value) for place, notice in driven.said]


def kinds(notices: Iterable[Notice]) -> Iterator[str]:
    return (notice.kind.value for notice in notices)
