"""An address to post messages to. Whoever knows it may post, so nobody is shown more of it than its host."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.secret import Secret
from colter.net.answers import Receiver, deliver
from colter.net.http import Http, HttpError, Reply, Request, origin

DEADLINE = timedelta(seconds=10)
_LONGEST_ANSWER = 65_536
_SHORTEST_HIDDEN = 6  # short words are no secrets, and stand in many an answer


class Hook:
    """One address of one channel.

    Args:
        channel: name of the channel, for messages and hints.
        kind: what answers there: `Slack`.
        url: the address.
        http: the way out.
        clock: the time, for a `Retry-After` that is a date.
    """

    def __init__(self, channel: str, kind: str, url: Secret, *, http: Http, clock: Clock) -> None:
        self.url = url
        self._http = http
        self._clock = clock
        place = f"alerts.channels.{channel}"
        self.receiver = Receiver(
            f"{channel}: {kind}",
            address_hint=f"correct {place}.url",
            access_hint=f"correct the credentials of {place}, or its url",
            not_found_hint=f"correct {place}.url: nothing is there any more",
        )

    async def post(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        token: Secret | None = None,
        basic: bool = False,
        secrets: Sequence[Secret] = (),
    ) -> Reply:
        """Post JSON, once, and return when it was taken.

        Args:
            body: the JSON.
            headers: further ones, or others.
            token: sent as `Authorization`.
            basic: the token is base64 of `user:password`.
            secrets: what else is sent along and must not come back in a message.

        Raises:
            DeliveryError: it was not taken; never with the answer TOO_LARGE, for a message has no smaller pieces.
        """
        url = self._checked()
        request = Request(
            url,
            method="POST",
            headers={"content-type": "application/json", **(headers or {})},
            body=body,
            token=token,
            token_type="Basic" if basic else "Bearer",
            deadline=DEADLINE,
            attempts=1,
            max_bytes=_LONGEST_ANSWER,
            hidden=True,
        )
        hidden = [secret for secret in (*secrets, *_parts(url)) if len(secret.reveal()) >= _SHORTEST_HIDDEN]
        try:
            return await deliver(self._http, request, self.receiver, self._clock, secrets=hidden)
        except DeliveryError as error:
            if error.answer is Answer.TOO_LARGE:
                raise DeliveryError(str(error), answer=Answer.REFUSED) from error
            raise

    def _checked(self) -> str:
        """The address; it may have come from a vault or the environment, past the checks of the configuration."""
        url = self.url.reveal()
        try:
            scheme, host, port = origin(url)
            usable = scheme in ("http", "https") and bool(host) and bool(port) and url.isprintable() and " " not in url
        except HttpError:
            usable = False
        if not usable:
            # Without its text, and without the cause: both would show it.
            raise DeliveryError(
                f"{self.receiver.name}: its address is not usable",
                answer=Answer.PAUSE,
                hint=self.receiver.address_hint,
            ) from None
        return url


def _parts(url: str) -> list[Secret]:
    """What of the address a server may repeat, the longest first."""
    place = urlsplit(url)
    parts = {url, place.path, place.query, place.path.rpartition("/")[2]}
    return [Secret(part) for part in sorted(parts, key=len, reverse=True)]
