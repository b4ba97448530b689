"""What an answer over HTTP means for what was sent; the same for everybody who is delivered to over HTTP."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from colter.core.clock import Clock
from colter.core.errors import Answer, DeliveryError
from colter.core.secret import MASK, Secret
from colter.core.text import clean
from colter.net.http import Http, HttpError, Reply, Request

_REFUSED = frozenset({400, 422})
_TOO_LARGE = 413
_LATER = frozenset({408, 425, 429})
_ACCESS = frozenset({401, 403, 407})
_NOT_FOUND = 404
_LONGEST_SAID = 500


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is delivered to, and what to do when it takes nothing; the hints name the settings."""

    name: str
    """As it stands at the beginning of a message: `InfluxDB at influx.example.com`."""
    address_hint: str
    """The address is wrong: `correct influxdb.url`."""
    access_hint: str
    """It lets nobody in: `put in a valid token: colter config set influxdb.token -`."""
    not_found_hint: str
    """There is nothing of that name: `correct influxdb.bucket`."""


async def deliver(
    http: Http, request: Request, receiver: Receiver, clock: Clock, *, secrets: Sequence[Secret] = ()
) -> Reply:
    """Send it, and return when it was taken.

    Args:
        http: the way out.
        request: what to send.
        receiver: to whom.
        clock: the time, for a `Retry-After` that is a date.
        secrets: what else is sent along, beside the token, and must not come back in a message.

    Raises:
        DeliveryError: it was not; its `answer` says what that means.
    """
    try:
        reply = await http.send(request)
    except HttpError as error:
        # Of these two no patience helps; what is not valid may be the address or the token.
        hints = {"redirect": receiver.address_hint, "invalid": f"{receiver.address_hint}; or {receiver.access_hint}"}
        hint = hints.get(error.kind)
        answer = Answer.PAUSE if hint else Answer.RETRY
        message = _hide(f"{receiver.name}: {error}", secrets)
        later = f"if it stays so, {receiver.address_hint}"
        raise DeliveryError(message, answer=answer, hint=hint or later) from error
    check(reply, receiver, clock, secrets=[*secrets, request.token] if request.token else secrets)
    return reply


def check(reply: Reply, receiver: Receiver, clock: Clock, *, secrets: Sequence[Secret] = ()) -> None:
    """Do nothing when it was taken.

    Args:
        reply: of any status.
        receiver: who gave it.
        clock: the time, for a `Retry-After` that is a date.
        secrets: what was sent along; servers that repeat it in their answer do not bring it into our messages.

    Raises:
        DeliveryError: it was not; its `answer` says what that means.
    """
    if reply.status // 100 == 2:  # noqa: PLR2004  RFC 9110, 15.3: all of 2xx is success
        return
    answer = meaning(reply.status)
    hint = _hint(reply.status, receiver) if answer is Answer.PAUSE else None
    wait = reply.retry_after(clock) if answer is Answer.RETRY else None
    message = f"{receiver.name} answered {reply.status}{_said(reply, secrets)}"
    raise DeliveryError(message, answer=answer, retry_after=wait, hint=hint)


def check_no_page(reply: Reply, receiver: Receiver) -> None:
    """Do nothing when a success is one: whoever takes data says nothing, or something in JSON.

    A page for people (a login, a captive portal, another server at that address) comes with 200 and has taken nothing.

    Raises:
        DeliveryError: it is a page.
    """
    said = reply.body.strip()
    if reply.headers.get("content-type", "").startswith("text/html") or (said and not said.startswith((b"{", b"["))):
        raise DeliveryError(
            f"{receiver.name}: a web page answers there", answer=Answer.PAUSE, hint=receiver.address_hint
        )


def meaning(status: int) -> Answer:
    """What a status that is no success means for what was sent."""
    if status in _REFUSED:
        return Answer.REFUSED
    if status == _TOO_LARGE:
        return Answer.TOO_LARGE
    if status in _LATER or status >= 500:  # noqa: PLR2004  RFC 9110, 15.6: the server's own failures
        return Answer.RETRY
    return Answer.PAUSE


def _hint(status: int, receiver: Receiver) -> str:
    if status in _ACCESS:
        return receiver.access_hint
    return receiver.not_found_hint if status == _NOT_FOUND else receiver.address_hint


def _said(reply: Reply, secrets: Sequence[Secret]) -> str:
    """The server's own words, from its JSON or as they are; nothing when it has none."""
    text = reply.body[: _LONGEST_SAID * 8].decode(errors="replace")
    try:
        told = json.loads(reply.body)
        text = str(told.get("message") or told.get("error") or text)
    except (ValueError, AttributeError, RecursionError):
        pass
    said = clean(_hide(text, secrets), _LONGEST_SAID)
    return f": {said}" if said else ""


def _hide(text: str, secrets: Sequence[Secret]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret.reveal(), MASK)
    return text
