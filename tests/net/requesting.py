"""Asks once, and wants an answer or a failure."""

import asyncio

import pytest

from colter.net.http import Http, HttpError, Reply, Request
from tests.fakes.clock import FakeClock
from tests.fakes.rawserver import answer

OK = answer(200, b"fine")


def send(request: Request, clock: FakeClock | None = None) -> Reply:
    async def run() -> Reply:
        async with Http(clock or FakeClock()) as http:
            return await http.send(request)

    return asyncio.run(run())


def failure(request: Request, clock: FakeClock | None = None) -> HttpError:
    with pytest.raises(HttpError) as caught:
        send(request, clock)
    return caught.value
