"""`/metrics` tells what GitHub still grants the daemon, and when its token ends; also after a reload."""

import json
from dataclasses import replace

from tests.cli.running import Machine
from tests.daemon_web.listening import listening
from tests.fakes.github_server import Asked, Told, serve
from tests.fakes.github_template import GitHubByTemplate, node
from tests.servers.promtool import check_metrics
from tests.watching.daemons import until

GITHUB = GitHubByTemplate([node("ada/engine"), node("ada/loom")])
OF_GITHUB = frozenset({("api", "github")})
OF_GRAPHQL = frozenset({("api", "github"), ("resource", "graphql")})
ENDS = 1_900_000_000


def answer(asked: Asked) -> Told:
    """A GitHub with limits, and a token that ends."""
    said = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4321",
        "x-ratelimit-reset": str(ENDS),
        "x-ratelimit-resource": "graphql",
        "github-authentication-token-expiration": "2030-03-17 17:46:40 UTC",
    }
    return replace(GITHUB(asked), headers=said)


def configuration(url: str, *names: str) -> str:
    return json.dumps({"github": {"targets": list(names), "token": "ghp_canary", "api_url": url}})


def test_what_github_grants_is_told_and_outlives_a_reload(machine: Machine) -> None:
    with serve(answer) as server:
        file = machine.configure(configuration(server.url, "ada/engine"))
        with listening(machine, "--every", "1s") as served:
            before = served.numbers("/metrics")
            assert before["colter_api_rate_limit", OF_GRAPHQL] == 5000
            assert before["colter_api_rate_limit_remaining", OF_GRAPHQL] == 4321
            assert before["colter_api_rate_limit_reset_timestamp_seconds", OF_GRAPHQL] > 0
            assert before["colter_token_expiry_timestamp_seconds", OF_GITHUB] == ENDS
            check_metrics(served.ask("/metrics").well().body.decode())

            file.write_text(configuration(server.url, "ada/loom"))
            seen = len(server.asked)
            until(lambda: any(b"loom" in asked.body for asked in server.asked[seen:]))
            after = served.numbers("/metrics")
            assert after["colter_token_expiry_timestamp_seconds", OF_GITHUB] == ENDS


def test_without_github_there_is_nothing_of_it(machine: Machine) -> None:
    machine.configure("endpoints: [{name: job, heartbeat: {every: 1d}, interval: 1s}]")
    with listening(machine) as served:
        assert not [name for name, _ in served.numbers("/metrics") if name.startswith(("colter_api_", "colter_token_"))]
