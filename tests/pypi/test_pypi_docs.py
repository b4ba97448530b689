"""What docs/pypi.md says about the numbers is what is declared, and names are used once."""

import re
from pathlib import Path

from colter.core.model import Metric
from colter.sources.pypi.metrics import METRICS

PAGE = Path(__file__).parents[2] / "docs" / "pypi.md"
PREDECESSOR = {
    *("recent_downloads_day", "recent_downloads_week", "recent_downloads_month", "overall_downloads"),
    *("python_major_downloads", "python_minor_downloads", "system_downloads"),
}


def row(metric: Metric) -> str:
    labels = [*(f'{label}=".."' for label in metric.labels), *(f'{name}="{value}"' for name, value in metric.fixed)]
    series = metric.prometheus + (f"{{{','.join(labels)}}}" if labels else "")
    return f"| `{metric.key}` | {metric.help} | `{series}` | `{metric.field}` |"


def test_the_table_has_every_metric_as_it_is_declared() -> None:
    rows = re.findall(r"^\| `\w+` \|.*\| `colter_.*$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [row(metric) for metric in METRICS]


def test_no_series_has_two_metrics() -> None:
    for names in (
        [metric.key for metric in METRICS],
        [(metric.prometheus, metric.fixed) for metric in METRICS],
        [metric.field for metric in METRICS],
    ):
        assert len(set(names)) == len(METRICS)


def test_the_fields_of_the_predecessor_are_all_there() -> None:
    assert {metric.measurement for metric in METRICS} == {"pypi_package_stats"}
    assert {metric.field for metric in METRICS} >= PREDECESSOR
