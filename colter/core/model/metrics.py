"""Numbers, and how they are declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """The declaration of a number, once, beside its source: docs, HELP lines, exports and JSON keys come from here.

    Its names are API: add, deprecate, never repurpose.
    """

    key: str
    """JSON key and name in the history: `stars`."""
    help: str
    prometheus: str
    """Full name, base units: `colter_github_repo_stars`."""
    measurement: str
    field: str
    """InfluxDB measurement and field: `github_repo_stats`, `stars`."""
    unit: str = ""
    """`seconds`, `bytes`, or nothing for a count."""
    kind: Literal["gauge", "counter"] = "gauge"
    labels: tuple[str, ...] = ()
    """Further labels beside the target's own; a metric with labels is a split, not one of the plain `values`."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Prometheus labels with one value each, for metrics that share a name: (("window", "7d"),)."""
    column: str = ""
    """Head of its column in a table; nothing: it is not shown in tables unless asked for."""
    former: str = ""
    """A further InfluxDB field with the same number, under the name that the predecessor's buckets have it."""
    whole: bool = True
    """Whole numbers: InfluxDB keeps them as integers, and a field must never change its type."""

    @property
    def is_time(self) -> bool:
        """Whether the number is a moment (Unix time): a difference of two tells nobody anything."""
        return self.key.endswith("_timestamp")


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of one metric."""

    metric: Metric
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
