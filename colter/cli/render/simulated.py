"""The result of `colter alerts simulate`: as a sheet, as records, and in one sentence."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from colter.app.alerting.simulate import Replayed
from colter.app.alerting.simulated_channels import Sent
from colter.cli.render.moments import utc
from colter.cli.render.sheet import Column, Sheet, make_sheet
from colter.core.alerting.endpoints import DEGRADED, DOWN
from colter.core.alerting.notice import Kind, Notice
from colter.core.message import MessageKind
from colter.core.records import Record, text
from colter.core.units import format_amount, timestamp

SCHEMA = "colter.simulation/1"
"""Its JSON is an API: keys are added, never changed or removed."""

_WORDS = {
    (Kind.FIRING, DOWN): "down",
    (Kind.FIRING, DEGRADED): "degraded",
    (Kind.RESOLVED, DOWN): "up",
    (Kind.RESOLVED, DEGRADED): "well again",
    Kind.FIRING: "begun",
    Kind.RESOLVED: "over",
}


def sheets(sent: Sequence[Sent]) -> list[Sheet]:
    """One sheet of messages; none where there are none."""
    columns = [Column("When (UTC)"), Column("Channel"), Column("Message", prose=True)]
    return [make_sheet(columns, ([utc(each.at), each.channel, each.message.title] for each in sent))] if sent else []


def document(since: datetime, until: datetime, sent: Sequence[Sent], done: Replayed) -> Record:
    """All of it."""
    return {
        "schema": SCHEMA,
        "since": timestamp(since),
        "until": timestamp(until),
        "replayed": done.looks,
        "outages": done.outages,
        "notices": dict(Counter(_kind(notice) for notice in _notices(sent))),
        "messages": [record(each) for each in sent],
    }


def record(sent: Sent) -> Record:
    """One message."""
    return {
        "at": timestamp(sent.at),
        "channel": sent.channel,
        "kind": sent.message.kind.value,
        "title": text(sent.message.title),
        "targets": sorted(text(str(target)) for target in sent.targets),
    }


def flat(records: Sequence[Record]) -> list[Record]:
    """Messages as rows."""
    return [record | {"targets": " ".join(record["targets"])} for record in records]


def summary(sent: Sequence[Sent], done: Replayed) -> str:
    """`would have sent 9 messages (ops 9): 4 down, 4 up, 1 reminder; ...`."""
    told = Counter(_word(notice) for notice in _notices(sent))
    channels = Counter(each.channel for each in sent)
    to = ", ".join(f"{name} {count:,}" for name, count in channels.items())
    kinds = ", ".join(_counted(count, word) for word, count in told.items())
    what = f"{format_amount(len(sent), 'message')} ({to}): {kinds}" if sent else "nothing"
    of = f"{format_amount(done.looks, 'look')} replayed, {format_amount(done.outages, 'outage')} in them"
    return f"would have sent {what}; {of}"


def _notices(sent: Sequence[Sent]) -> Sequence[Notice]:
    """Each once, to however many channels it went."""
    return list({notice.key: notice for each in sent for notice in each.notices}.values())


def _kind(notice: Notice) -> str:
    return MessageKind.NEWS.value if notice.kind is Kind.EVENT else notice.kind.value


def _word(notice: Notice) -> str:
    return _WORDS.get((notice.kind, notice.rule)) or _WORDS.get(notice.kind) or _kind(notice)


def _counted(count: int, word: str) -> str:
    return format_amount(count, word) if word == Kind.REMINDER else f"{count:,} {word}"
