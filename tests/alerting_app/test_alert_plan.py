"""What a configuration means to the alert engine."""

from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.plan import Alert, Plan, read_plan
from colter.config.schema.config import Config
from colter.core.alerting.policy import Threshold
from colter.core.model import Target
from tests.alerting_app.deskwork import BOTH, config
from tests.config.opening import load

EXAMPLE = Path(__file__).parents[1] / "config" / "example.yaml"
DAY = timedelta(days=1)


def of(plan: Plan, name: str = "api") -> Alert:
    return plan.endpoints[name].down


def test_the_example_of_the_design_has_a_plan(tmp_path: Path) -> None:
    plan = read_plan(load(tmp_path, EXAMPLE.read_text()).config, rhythm=timedelta(minutes=15))
    down, degraded = of(plan), plan.endpoints["api"].degraded
    assert plan.channels == ("ops", "chat", "hook")
    assert plan.fallback == {"chat": "ops"}
    assert down.policy.channels == ("chat", "ops")
    assert down.policy.reminders == (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=24))
    assert (degraded.policy.channels, degraded.policy.reminders) == (("ops", "chat", "hook"), ())
    assert (down.subject.group, down.subject.tags) == ("backend", frozenset({"prod"}))
    assert plan.endpoints["api"].needs == ("gateway",)
    assert plan.endpoints["gateway"].place < plan.endpoints["api"].place
    assert (len(down.calendars), len(of(plan, "gateway").calendars)) == (1, 0)
    assert [rule.text for rule in plan.rules(Target("github", "me/app"))] == ["open_issues_new > 0"]
    [rule] = plan.rules(Target("pypi", "requests"))
    assert plan.alert(Target("pypi", "requests"), rule).policy.interval == timedelta(minutes=15)
    [rule] = plan.rules(Target("github", "me/app"))
    assert len(plan.alert(Target("github", "me/app"), rule).calendars) == 1


def test_thresholds_and_intervals_are_those_of_the_endpoint_or_else_the_common_ones() -> None:
    read = Config.model_validate(
        {
            "probe": {"down_after": "3 of 5", "interval": "30s"},
            "endpoints": [
                {"name": "api", "url": "https://example.org/"},
                {"name": "own", "url": "https://example.org/", "down_after": 1, "up_after": 4, "interval": "1h"},
            ],
        }
    )
    daemon, once = read_plan(read, rhythm=timedelta(minutes=15)), read_plan(read)
    api, own = of(daemon).policy, of(daemon, "own").policy
    assert (api.down_after, api.up_after, api.interval) == (Threshold(3, 5), Threshold(2, 2), timedelta(seconds=30))
    assert (own.down_after, own.up_after, own.interval) == (Threshold(1, 1), Threshold(4, 4), timedelta(hours=1))
    assert (of(once).policy.interval, of(once, "own").policy.interval) == (DAY, DAY)
    assert once.rhythm is None


def test_the_first_route_that_matches_counts_and_without_one_every_channel() -> None:
    routes = [
        {"match": {"name": "api*", "state": "down"}, "notify": ["hook"]},
        {"match": {"name": "github:me/*"}, "notify": ["chat"]},
        {"match": {"tags": ["prod", "other"]}, "notify": ["chat"], "remind": ["1h"]},
    ]
    plan = read_plan(config({"name": "api", "tags": ["prod"]}, "web", channels=BOTH, routes=routes))
    api, web = plan.endpoints["api"], plan.endpoints["web"]
    assert [each.policy.channels for each in (api.down, api.degraded)] == [("hook",), ("chat",)]
    assert api.degraded.policy.reminders == (timedelta(hours=1),)
    assert web.down.policy.channels == ("chat", "hook")
    [rule] = plan.rules(Target("github", "me/app"))
    assert plan.alert(Target("github", "me/app"), rule).policy.channels == ("chat",)
    assert plan.alert(Target("github", "you/app"), rule).policy.channels == ("chat", "hook")


@pytest.mark.parametrize(
    ("pattern", "target", "watched"),
    [
        ("github:*", Target("github", "Me/App"), True),
        ("github:me/*", Target("github", "Me/App"), True),
        ("github:Me/App", Target("github", "me/app"), True),
        ("github:me/*", Target("github", "you/app"), False),
        ("github:*", Target("pypi", "app"), False),
        ("pypi:Flask_SQL*", Target("pypi", "flask-sqlalchemy"), True),
        ("pypi:requests", Target("pypi", "requests-mock"), False),
    ],
)
def test_what_a_rule_is_about(pattern: str, target: Target, watched: bool) -> None:
    when = "stars > 1" if pattern.startswith("github") else "releases > 1"
    plan = read_plan(config(rules=[{"match": pattern, "when": when}, {"match": pattern, "when": when}]))
    assert [rule.text for rule in plan.rules(target)] == ([when] if watched else [])


def test_a_long_row_of_needs_is_in_order() -> None:
    chain = [{"name": f"e{number}", "needs": [f"e{number + 1}"]} for number in range(2000)]
    plan = read_plan(config(*chain, "e2000"))
    places = [plan.endpoints[f"e{number}"].place for number in range(2001)]
    assert places == sorted(places, reverse=True)


def test_endpoints_share_what_they_have_in_common() -> None:
    plan = read_plan(config(*(f"e{number}" for number in range(100))))
    policies = {id(rule.policy) for each in plan.endpoints.values() for rule in (each.down, each.degraded)}
    assert len(policies) == 1
