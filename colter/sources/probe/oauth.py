"""Tokens for client credentials (RFC 6749, 4.4): fetched once for all who come as a client, kept until they expire."""

from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from colter.core.model import Reason
from colter.core.secret import Secret
from colter.sources.probe import http
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.credentials import OAuthClient, basic, bearer
from colter.sources.probe.expect import parse_expectation
from colter.sources.probe.jsonpath import parse_document
from colter.sources.probe.steps import Step, Wait
from colter.sources.probe.wire import Wire

_UNSAID = timedelta(minutes=5)
_LONGEST = timedelta(days=1)
_MARGIN = timedelta(seconds=30)
_OK, _REFUSALS = 200, range(400, 500)
_FORM = (("Content-Type", Secret("application/x-www-form-urlencoded")), ("Accept", Secret("application/json")))


@dataclass(frozen=True, slots=True)
class _Token:
    text: Secret
    ends: datetime


class Tokens:
    """The tokens of all clients. Only the engine's thread uses it."""

    def __init__(self) -> None:
        self._kept: dict[OAuthClient, _Token] = {}
        self._flights: dict[OAuthClient, Future[Secret]] = {}

    def signed(self, check: Check, client: OAuthClient, wire: Wire) -> Generator[Step, None, Check]:
        """The check with the `Authorization` it is to send; ProbeFailedError when no token is given."""
        kept = self._kept.get(client)
        if kept and wire.clock.now() < kept.ends:
            return replace(check, authorization=bearer(kept.text))
        if flight := self._flights.get(client):
            wait = Wait(wire.deadline, flight)
            yield wait
            if wait.done_at is None:
                raise ProbeFailedError(Reason.TIMEOUT_TOTAL, "no token was given in time")
            return replace(check, authorization=bearer(flight.result()))
        return replace(check, authorization=bearer((yield from self._fly(client, check, wire))))

    def forget(self, check: Check) -> None:
        """The token was refused: the next probe gets a new one."""
        if check.oauth:
            self._kept.pop(check.oauth, None)

    def _fly(self, client: OAuthClient, check: Check, wire: Wire) -> Generator[Step, None, Secret]:
        flight = self._flights[client] = Future()
        # Those of clients that are not configured any more go when they have ended.
        self._kept = {each: token for each, token in self._kept.items() if wire.clock.now() < token.ends}
        try:
            token = self._kept[client] = yield from _fetch(client, check, wire)
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            del self._flights[client]
        flight.set_result(token.text)
        return token.text


def _fetch(client: OAuthClient, check: Check, wire: Wire) -> Generator[Step, None, _Token]:
    began = wire.clock.now()
    answer = Answer(began)
    try:
        yield from http.ask(_request(client, check), wire, answer)
        return _read(answer, began)
    except ProbeFailedError as failed:
        where = client.token_url.host
        raise ProbeFailedError(failed.verdict.reason, f"no token from {where}: {failed.verdict.detail}") from failed


def _request(client: OAuthClient, check: Check) -> Check:
    form = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
    # RFC 6749, 2.3.1: both are encoded as in a form before they become a login.
    login = basic(quote(client.client_id, safe=""), Secret(quote(client.client_secret.reveal(), safe="")))
    return Check(
        name=check.name,
        address=client.token_url,
        timeout=check.timeout,
        method="POST",
        headers=_FORM,
        body=Secret(urlencode(form)),
        authorization=login,
        follow_redirects=0,
        family=check.family,
        resolver=check.resolver,
        proxy=check.proxy,
        ca=check.ca,
        expect=(parse_expectation("json:$.access_token!=null"),),
    )


def _read(answer: Answer, began: datetime) -> _Token:
    if answer.status != _OK:
        refused = answer.status in _REFUSALS
        raise ProbeFailedError(
            Reason.AUTH_FAILED if refused else Reason.HTTP_STATUS, f"answered with status {answer.status}"
        )
    try:
        given = parse_document(answer.body)
    except ValueError as error:
        raise ProbeFailedError(Reason.JSON_INVALID, "the answer is not JSON") from error
    text = given.get("access_token") if isinstance(given, dict) else None
    if not isinstance(text, str) or not text or not text.isprintable() or not text.isascii():
        raise ProbeFailedError(Reason.JSON_MISSING, "the answer has no usable access_token")
    return _Token(Secret(text), began + _life(given.get("expires_in")))


def _life(seconds: Any) -> timedelta:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < _LONGEST.total_seconds():
        return _UNSAID
    length = timedelta(seconds=seconds)
    return length - min(_MARGIN, length / 10)
