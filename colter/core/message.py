"""What somebody is told, in words for people and in fields for machines: the body of a row of the outbox."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

from colter.core.text import clean
from colter.core.units import timestamp

SCHEMA = "colter.notification/1"
"""Its JSON is an API: fields are added, never repurposed."""
LONGEST_TITLE = 200
LONGEST_LINE = 1000


class MessageKind(StrEnum):
    """What a message is about."""

    FIRING = "firing"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    REMOVED = "removed"
    """It was firing, and is not watched any more."""
    FLAPPING = "flapping"
    SETTLED = "settled"
    """It flaps no more."""
    DIGEST = "digest"
    """Several at once."""
    NEWS = "news"
    """Told once, never over: a new issue, a release."""
    TEST = "test"


class Alert(TypedDict, total=False):
    """One alert for machines: what is not known is not there. Times as in all of Colter's JSON: RFC 3339, UTC."""

    target: str
    """`probe:api`"""
    source: str
    name: str
    rule: str
    """`down`, `degraded`, or the condition as it is configured."""
    state: str
    """`firing`, `flapping` or `ok`."""
    reason: str
    detail: str
    since: str
    until: str
    """When it was over; while it lasts it is not there."""
    incident: str
    sequence: int
    group: str
    tags: Sequence[str]
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel. However it was made, its texts are clean: single lines without controls."""

    key: str
    """Unique for ever, and given to the receiver: a repeat has the same."""
    kind: MessageKind
    title: str
    """`api is down: connect_refused`; at most 200 characters, never empty."""
    at: datetime
    """When this was decided."""
    lines: Sequence[str] = ()
    """What else there is to say; at most 1,000 characters each."""
    alerts: Sequence[Alert] = ()
    thread: str | None = None
    """The incident that it belongs to."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", clean(self.title, LONGEST_TITLE) or str(self.kind))
        object.__setattr__(self, "lines", tuple(clean(line, LONGEST_LINE) for line in self.lines))
        object.__setattr__(self, "alerts", tuple(_clean(alert) for alert in self.alerts))

    def to_json(self) -> str:
        """The body of its row in the outbox, and of a webhook's request."""
        fields = {
            "schema": SCHEMA,
            "key": self.key,
            "kind": self.kind,
            "title": self.title,
            "at": timestamp(self.at),
            "thread": self.thread,
            "lines": self.lines,
            "alerts": self.alerts,
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Message":
        """The message again; ValueError when it was written by a Colter that this one does not understand."""
        try:
            fields = json.loads(text)
            if fields["schema"] != SCHEMA:
                raise ValueError(f"a message of {clean(str(fields['schema']), 50)}, this Colter knows {SCHEMA}")
            return cls(
                key=fields["key"],
                kind=MessageKind(fields["kind"]),
                title=fields["title"],
                at=datetime.fromisoformat(fields["at"]),
                lines=fields["lines"],
                alerts=fields["alerts"],
                thread=fields["thread"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no message of {SCHEMA}: {type(error).__name__}") from error


def _clean(value: Any) -> Any:
    """Clean texts and numbers that JSON knows, at any depth; what is not known is left out."""
    if isinstance(value, str):
        return clean(value, LONGEST_LINE)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {
            key: inner for key, inner in ((key, _clean(inner)) for key, inner in value.items()) if inner is not None
        }
    return [_clean(inner) for inner in value] if isinstance(value, Sequence) else value
