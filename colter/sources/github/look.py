"""One repository as it is being read: what was found so far, and what is missing and why."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from colter.core.model import DailyCount, Event, Reading, Sample, Target
from colter.core.text import clean
from colter.net.http import HttpError
from colter.sources.github.facts import REPOSITORY_FACTS, Fact
from colter.sources.github.limiter import LimitedError
from colter.sources.github.metrics import BY_KEY
from colter.sources.github.values import FULL_NAME, UnusableError, count, dig

NAME = "github"
_IDENTITY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(slots=True)
class Look:
    """Collects; `reading` makes the result of it."""

    name: str
    """`owner/name`, as it is now."""
    identity: str
    node: Mapping[str, Any]
    """The raw answer."""
    denied: Mapping[str, str] = field(default_factory=dict)
    """By response key: why GitHub left out that part of the answer."""
    values: dict[str, float] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    daily: list[DailyCount] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The login of the owner."""
        return self.name.partition("/")[0]

    @property
    def target(self) -> Target:
        """The repository as a target."""
        return Target(NAME, self.name)

    def keep(self, key: str, value: float | str | None) -> None:
        """A number of a metric, a word for `info`, or that there is none."""
        if isinstance(value, str):
            self.info[key] = value
        elif value is not None:
            self.values[key] = value

    def take(self, fact: Fact, path: tuple[str, ...], *, nullable: bool) -> None:
        """Read one fact out of the answer; what cannot be used is missing, with the reason."""
        if reason := self.denied.get(path[0]):
            self.missing[fact.key] = reason
            return
        try:
            value = dig(self.node, path)
            if value is not None:
                self.keep(fact.key, fact.read(value))
            elif not nullable:
                self.missing[fact.key] = "GitHub does not tell it"
        except UnusableError as error:
            self.missing[fact.key] = str(error)

    @contextmanager
    def attempt(self, key: str) -> Iterator[None]:
        """Whatever goes wrong inside with a further call makes this key missing, and nothing else."""
        try:
            yield
        except (HttpError, LimitedError, UnusableError) as error:
            self.missing[key] = str(error)

    def reading(self, at: datetime) -> Reading:
        """The result."""
        samples = [Sample(metric, self.values[key]) for key, metric in BY_KEY.items() if key in self.values]
        return Reading(
            self.target,
            at,
            samples,
            info=self.info,
            missing=self.missing,
            identity=self.identity,
            events=self.events,
            daily=self.daily,
            marks=self.marks,
        )


def begin(node: Mapping[str, Any], *, name: str, identity: str) -> Look:
    """Start with an answer whose name and identity stand under these keys.

    Raises:
        UnusableError: it does not say properly which repository it is about.
    """
    full_name, node_id = node.get(name), node.get(identity)
    if not isinstance(full_name, str) or not FULL_NAME.fullmatch(full_name):
        raise UnusableError(f"expected owner/name, got {clean(repr(full_name), 60)}")
    if not isinstance(node_id, str) or not _IDENTITY.fullmatch(node_id):
        raise UnusableError(f"expected a node id, got {clean(repr(node_id), 60)}")
    return Look(full_name, node_id, node)


def from_graphql(
    node: Mapping[str, Any],
    denied: Mapping[str, str],
    wanted: frozenset[str],
    unknown: Callable[[str], bool],
) -> Look:
    """All facts that stand in a GraphQL answer; `unknown` tells selections that this server does not have.

    Raises:
        UnusableError: the answer does not say which repository it is about.
    """
    look = begin(node, name="nameWithOwner", identity="id")
    look.denied = denied
    for fact in REPOSITORY_FACTS:
        if fact.wanted_by and fact.wanted_by not in wanted:
            continue
        if unknown(fact.selection):
            look.missing[fact.key] = "this GitHub server does not know it"
        else:
            look.take(fact, fact.path, nullable=fact.nullable)
    _take_followers(look)
    return look


def from_rest(node: Mapping[str, Any]) -> Look:
    """All facts that stand in the answer to `GET /repos/OWNER/NAME`.

    Raises:
        UnusableError: the answer does not say which repository it is about.
    """
    look = begin(node, name="full_name", identity="node_id")
    for fact in REPOSITORY_FACTS:
        if fact.rest:
            look.take(fact, fact.rest, nullable=fact.nullable)
    return look


def _take_followers(look: Look) -> None:
    """A user's followers; GraphQL has none for organizations, so REST must tell those."""
    if reason := look.denied.get("owner"):
        look.missing["owner_followers"] = reason
        return
    try:
        if dig(look.node, ("owner", "__typename")) == "User":
            look.keep("owner_followers", count(dig(look.node, ("owner", "followers", "totalCount"))))
    except UnusableError as error:
        look.missing["owner_followers"] = str(error)
