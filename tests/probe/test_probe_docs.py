"""docs/probes.md says what the code does."""

import re
from pathlib import Path

from colter.core.model import Reason
from colter.core.probe_metrics import METRICS
from colter.sources.probe.expect import parse_expectation

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


def test_every_metric_is_told() -> None:
    told = [name.partition("{")[0] for name in first_column("Metrics")]
    assert told == [metric.prometheus for metric in METRICS]
    assert all(metric.help in section("Metrics") for metric in METRICS)
