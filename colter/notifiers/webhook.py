"""Any address that takes a POST of JSON: docs/channels.md has the schema."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from colter.core.clock import Clock
from colter.core.message import Message
from colter.core.secret import Secret
from colter.net.http import Http
from colter.notifiers.hook import Hook


class Webhook:
    """One address.

    Args:
        name: of the channel.
        url: the address.
        secret: what the body is signed with, if it is signed.
        headers: further ones; a Secret is one that unlocks something.
        http: the way out.
        clock: the time, for signatures.
    """

    def __init__(
        self,
        *,
        name: str,
        url: Secret,
        http: Http,
        clock: Clock,
        secret: Secret | None = None,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> None:
        self.name = name
        self._hook = Hook(name, "the webhook", url, http=http, clock=clock)
        self._clock = clock
        self._secret = secret
        self._headers = headers or {}

    async def send(self, message: Message) -> None:
        """Post it; DeliveryError when it was not taken. A repeat has the same `Idempotency-Key` and the same body."""
        body = message.to_json().encode()
        headers = {name: _revealed(value) for name, value in self._headers.items()}
        headers["idempotency-key"] = quote(message.key, safe=":+=@ ")
        if self._secret:
            headers["x-colter-signature"] = signature(body, self._secret, int(self._clock.now().timestamp()))
        secrets = [value for value in self._headers.values() if isinstance(value, Secret)]
        await self._hook.post(body, headers, secrets=secrets)

    async def close(self) -> None:
        """Nothing is held open here."""


def signature(body: bytes, secret: Secret, seconds: int) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY`. The time is signed too, so that none can be replayed later."""
    signed = hmac.new(secret.reveal().encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={signed.hexdigest()}"


def _revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
