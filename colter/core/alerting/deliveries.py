"""Rows on their way to channels, as deliveries of the outbox, and back."""

import json

from colter.core.alerting.outgoing import Outgoing
from colter.core.alerting.written import moment, ms, read_notice, write_notice
from colter.core.model import Delivery


def to_delivery(row: Outgoing) -> Delivery:
    """The delivery to commit; when the row has changed (`begun`), the one to put in its place."""
    body = {"queued": ms(row.queued), "begun": row.begun, "refused_by": list(row.refused_by)}
    return Delivery(
        key=row.key,
        lane="channel",
        to=row.channel,
        due=row.due,
        body=json.dumps({**body, "notice": json.loads(write_notice(row.notice))}, separators=(",", ":")),
    )


def from_delivery(delivery: Delivery) -> Outgoing:
    """The row that was committed."""
    body = json.loads(delivery.body)
    return Outgoing(
        channel=delivery.to,
        notice=read_notice(json.dumps(body["notice"])),
        queued=moment(body["queued"]),
        due=delivery.due,
        begun=body["begun"],
        refused_by=tuple(body["refused_by"]),
    )
