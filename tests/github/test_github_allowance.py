"""What GitHub says of our limits and of our token is remembered, and nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import pytest

from colter.core.allowance import Allowance, Allowances, Budget
from colter.core.secret import Secret
from colter.net.http import Http
from colter.sources.github.limiter import read_expiry
from colter.sources.github.source import GitHub
from colter.store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.github_server import serve
from tests.fakes.github_template import GitHubByTemplate, node
from tests.github.gathering import TOKEN

RESET = START + timedelta(minutes=30)
EXPIRY = "github-authentication-token-expiration"


def headers(remaining: int, resource: str = "graphql") -> dict[str, str]:
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(RESET.timestamp())),
        "x-ratelimit-resource": resource,
    }


def told(*replies: Mapping[str, str], tokens: Sequence[Secret] = ()) -> Allowances:
    """What is known after GitHub has answered so, once for each look, to a new source each time."""
    known, clock = Allowances(), FakeClock()
    github = GitHubByTemplate([node("ada/engine")])
    said: dict[str, str] = {}

    async def look(url: str, token: Secret) -> None:
        async with Http(clock) as http:
            source = GitHub(
                targets=["ada/engine"],
                facts=frozenset(),
                token=token,
                api_url=url,
                http=http,
                recall=MemoryStore(),
                clock=clock,
                allowances=known,
            )
            await source.collect(lambda _: None)

    with serve(lambda asked: replace(github(asked), headers=said)) as server:
        for reply, token in zip(replies, chain(tokens, repeat(TOKEN)), strict=False):
            said.clear()
            said.update(reply)
            asyncio.run(look(server.url, token))
    return known


def only(allowances: Allowances) -> Allowance:
    [known] = allowances
    return known


def test_the_newest_counts_whichever_source_has_asked() -> None:
    known = only(told(headers(4000), headers(3999)))
    assert (known.api, known.budgets) == ("github", {"graphql": Budget(5000, 3999, RESET)})


def test_what_is_not_said_is_not_known() -> None:
    known = only(told({}))
    assert (known.budgets, known.token_expires) == ({}, None)


@pytest.mark.parametrize(
    ("resource", "kept"), [("search", "search"), ("made-up", "graphql"), ('"}\n', "graphql"), ("", "graphql")]
)
def test_a_resource_that_nobody_knows_is_no_label(resource: str, kept: str) -> None:
    assert list(only(told(headers(4000, resource.strip()))).budgets) == [kept]


@pytest.mark.parametrize(
    ("written", "expires"),
    [
        ("2026-06-01 12:00:00 UTC", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01 12:00:00 +0200", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("2026-06-01 12:00:00 -0500", datetime(2026, 6, 1, 17, tzinfo=UTC)),
        ("", None),
        ("never", None),
        ("2026-06-01", None),
        ("2026-13-01 12:00:00 UTC", None),
        ("9999-12-31 23:59:59 -0800", None),
        ("2026-06-01 12:00:00 UTC" * 1000, None),
    ],
)
def test_the_end_of_a_token_is_read_as_it_is_written(written: str, expires: datetime | None) -> None:
    assert read_expiry({EXPIRY: written}) == expires
    assert read_expiry({}) is None


def test_the_end_of_a_token_is_known_until_there_is_another_token() -> None:
    ends: Mapping[str, str] = {EXPIRY: "2026-06-01 12:00:00 UTC"}
    assert only(told(ends, {})).token_expires == datetime(2026, 6, 1, 12, tzinfo=UTC)
    another = only(told({**headers(4000, "search"), **ends}, headers(1), tokens=[TOKEN, Secret("ghp_another")]))
    assert (another.token_expires, another.budgets) == (None, {"graphql": Budget(5000, 1, RESET)})
