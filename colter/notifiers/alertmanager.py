"""Prometheus's Alertmanager, API v2: it groups, silences and routes by itself.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from colter.core.clock import Clock
from colter.core.message import Alert, Message, MessageKind
from colter.core.secret import Secret
from colter.core.units import timestamp
from colter.net.http import Http, basic_token
from colter.notifiers.hook import Hook

_LASTS = timedelta(days=30)
"""Without an end, Alertmanager ends an alert after five minutes: it expects to be told again and again."""
_NEWS_LASTS = timedelta(hours=1)
_ANNOTATIONS = ("state", "reason", "detail", "incident", "group", "url")
_NAME = "Colter"
"""`alertname` of what belongs to no rule."""


class Alertmanager:
    """One Alertmanager. To be told the same again changes nothing: labels make an alert what it is."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        http: Http,
        clock: Clock,
        user: str | None = None,
        password: Secret | None = None,
    ) -> None:
        self.name = name
        self._hook = Hook(name, "Alertmanager", Secret(f"{url.rstrip('/')}/api/v2/alerts"), http=http, clock=clock)
        self._clock = clock
        self._token = basic_token(user, password)
        self._secrets = [password] if password else []

    async def send(self, message: Message) -> None:
        """Post its alerts; DeliveryError when they were not taken."""
        alerts = [self._alert(alert, words, message) for alert, words in _alerts(message)]
        await self._hook.post(json.dumps(alerts).encode(), token=self._token, basic=True, secrets=self._secrets)

    async def close(self) -> None:
        """Nothing is held open here."""

    def _alert(self, alert: Alert, words: "_Words", message: Message) -> dict[str, Any]:
        begins = _moment(alert.get("since")) or message.at
        until = None if _is_news(alert, message) else _moment(alert.get("until"))
        ends = until or self._end(alert, message)
        return {
            "labels": _labels(alert, message),
            "annotations": _annotations(alert, words),
            "startsAt": timestamp(begins),
            "endsAt": timestamp(max(begins, ends)),  # an end before the start is refused, and a clock may be set back
        }

    def _end(self, alert: Alert, message: Message) -> datetime:
        """News end by themselves; late ones too are there for a while, for what has ended is told to nobody."""
        state = alert.get("state", "")
        if message.kind in (MessageKind.RESOLVED, MessageKind.REMOVED) or state == "ok":
            return message.at
        return self._clock.now() + (_LASTS if state and not _is_news(alert, message) else _NEWS_LASTS)


class _Words(NamedTuple):
    summary: str
    description: str


def _alerts(message: Message) -> Iterable[tuple[Alert, _Words]]:
    """Each with its words. A digest has one line for each: all lines with each of 300 alerts are 16 MB."""
    if message.kind is MessageKind.DIGEST and len(message.lines) == len(message.alerts):
        for alert, line in zip(message.alerts, message.lines, strict=True):
            yield alert, _Words(line, alert.get("detail", line))
        return
    for alert in message.alerts or [Alert()]:
        yield alert, _Words(message.title, "\n".join(message.lines))


def _labels(alert: Alert, message: Message) -> dict[str, str]:
    """What the alert is. Nothing that changes while it lasts: it ends under the labels that it began with."""
    labels = {
        "alertname": alert.get("rule") or _NAME,
        "target": alert.get("target", ""),
        "source": alert.get("source", ""),
        "name": alert.get("name", ""),
        "incident": alert.get("incident", "") if _is_news(alert, message) else "",  # each is one of its own
    }
    return {name: value for name, value in labels.items() if value}


def _is_news(alert: Alert, message: Message) -> bool:
    return message.kind is MessageKind.NEWS or (message.kind is MessageKind.DIGEST and not alert.get("state"))


def _annotations(alert: Alert, words: _Words) -> dict[str, str]:
    fields: Mapping[str, object] = alert
    found = {name: str(fields[name]) for name in _ANNOTATIONS if fields.get(name)}
    tags = ", ".join(alert.get("tags", ()))
    return {**words._asdict(), **found} | ({"tags": tags} if tags else {})


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
