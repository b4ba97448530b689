"""A Pushgateway: one complete group of metrics for each source, replaced as a whole.

https://github.com/prometheus/pushgateway#api
"""

import asyncio
import base64
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.model import Latest
from colter.core.secret import Secret
from colter.core.text import clean
from colter.net.answers import Receiver, check_no_page, deliver
from colter.net.http import Http, HttpError, Reply, Request, basic_token, origin
from colter.sinks.exposition import of_latest, page
from colter.sinks.text_format import CONTENT_TYPE
from colter.sinks.together import together

_DEADLINE = timedelta(seconds=10)
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
"""A value that may stand in the path as it is; `..` would be taken for a step up."""


class Pushgateway:
    """Groups `job`, `instance`, `source`. To push a group again replaces it, so what is not in it any more is gone."""

    def __init__(
        self,
        *,
        gateway: str,
        job: str,
        instance: str,
        http: Http,
        clock: Clock,
        user: str | None = None,
        password: Secret | None = None,
    ) -> None:
        self._gateway = gateway.rstrip("/")
        self._group = {"job": job, "instance": instance}
        self._http = http
        self._clock = clock
        self._token = basic_token(user, password)
        self._receiver = Receiver(
            f"the Pushgateway at {clean(origin(gateway)[1], 100)}",
            address_hint="correct prometheus.gateway",
            access_hint="correct prometheus.user and prometheus.password",
            not_found_hint="correct prometheus.gateway; a path before /metrics belongs to it",
        )

    async def show(self, latest: Sequence[Latest]) -> None:
        """Replace the group of every source in it, or delete it when nothing is left to show of that source.

        Groups of other sources stay: another Colter of this machine, with a history of its own, may have pushed them.

        Raises:
            DeliveryError: not all groups were taken; those that were, are there.
        """
        await together(self._show(known) for known in latest)

    async def clear(self) -> None:
        """Delete every group of this job and instance that has a source and no further label; no other.

        Raises:
            DeliveryError: they could not be found, or not all of them deleted.
        """
        reply = await self._ask("GET", "/api/v1/metrics")
        await together(self._delete(source) for source in self._sources(reply))

    async def _show(self, known: Latest) -> None:
        points = list(of_latest([known]))
        if points:
            body = await asyncio.to_thread(page, points, "text")
            check_no_page(await self._ask("PUT", self._path(known.source), body), self._receiver)
        else:
            await self._delete(known.source)

    async def _delete(self, source: str) -> None:
        check_no_page(await self._ask("DELETE", self._path(source)), self._receiver)

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        request = Request(
            f"{self._gateway}{path}",
            method,
            headers={} if body is None else {"content-type": CONTENT_TYPE["text"]},
            body=body,
            token=self._token,
            token_type="Basic",  # noqa: S106  the name of a scheme
            deadline=_DEADLINE,
            attempts=1,
        )
        try:
            return await deliver(self._http, request, self._receiver, self._clock)
        except DeliveryError as error:
            raise _final(error) from error

    def _path(self, source: str) -> str:
        labels = {**self._group, "source": source}
        return "/metrics/" + "/".join(_grouped(name, value) for name, value in labels.items())

    def _sources(self, reply: Reply) -> list[str]:
        try:
            groups = [group["labels"] for group in reply.json()["data"]]
            return [labels["source"] for labels in groups if self._is_ours(labels)]
        except (HttpError, AttributeError, KeyError, TypeError) as error:
            raise DeliveryError(
                f"{self._receiver.name} did not list its groups as a Pushgateway does",
                answer=Answer.PAUSE,
                hint=self._receiver.address_hint,
            ) from error

    def _is_ours(self, labels: dict[str, Any]) -> bool:
        return labels == {**self._group, "source": labels.get("source")}


def _grouped(name: str, value: str) -> str:
    """One label as part of the path."""
    if _PLAIN.fullmatch(value):
        return f"{name}/{value}"
    return f"{name}@base64/{base64.urlsafe_b64encode(value.encode()).decode() or '='}"


def _final(error: DeliveryError) -> DeliveryError:
    """A group is one piece: when it is refused, there is nothing to take out of it or to make smaller."""
    hints = {
        Answer.REFUSED: "somebody else may push metrics of the same names and another type: look at the gateway",
        Answer.TOO_LARGE: "let the proxy before the Pushgateway take larger requests",
    }
    if hint := hints.get(error.answer):
        return DeliveryError(str(error), answer=Answer.PAUSE, hint=hint)
    return error
