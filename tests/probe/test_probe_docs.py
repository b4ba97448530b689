"""docs/probes.md says what the code does."""

import re
from pathlib import Path

import yaml

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.core.model import Reason
from colter.core.secret import Secret
from colter.sources.probe.check import check_from_config
from colter.sources.probe.expect import parse_expectation
from colter.sources.probe.metrics import METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "probes.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `(.+?)` \|", section(title), re.MULTILINE)


def test_every_reason_is_told_and_no_other() -> None:
    assert first_column("Reasons") == [reason.value for reason in Reason]


def test_every_condition_can_be_used() -> None:
    conditions = first_column("Expectations")
    assert len(conditions) > 10
    for condition in [*conditions, *re.findall(r"--expect '(.+?)'", PAGE), *re.findall(r"`(json:[^`]+)`", PAGE)]:
        parse_expectation(condition)


def test_the_configuration_can_be_used() -> None:
    [written] = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
    config = yaml.safe_load(written)
    defaults = ProbeDefaults.model_validate(config["probe"])
    endpoints = [Endpoint.model_validate(endpoint) for endpoint in config["endpoints"]]
    checks = [check_from_config(endpoint, defaults, lambda ref: Secret(ref.raw)) for endpoint in endpoints]
    assert [check.name for check in checks] == ["example.org", "api", "gateway"]


def test_every_metric_is_told() -> None:
    told = [name.partition("{")[0] for name in first_column("Metrics")]
    assert told == [metric.prometheus for metric in METRICS]
    assert all(metric.help in section("Metrics") for metric in METRICS)
