"""Colter's own numbers: whether it reads what it should, and whether its sinks take it. For Prometheus only."""

from typing import Literal

from colter.core.model import Metric


def _metric(
    name: str, meaning: str, *labels: str, unit: str = "", kind: Literal["gauge", "counter"] = "gauge"
) -> Metric:
    return Metric(name.removeprefix("colter_"), meaning, name, "", "", unit=unit, kind=kind, labels=labels)


TARGET_UP = _metric(
    "colter_target_up",
    "Whether the newest look at a target read anything (1) or failed altogether (0).",
    "tracker",
    "target",
)
LAST_SUCCESS = _metric(
    "colter_last_success_timestamp_seconds", "When anything of a source was last read.", "source", unit="seconds"
)
BUILD_INFO = _metric("colter_build_info", "1, with the version of Colter.", "version")
OWED_DELIVERIES = _metric("colter_owed_deliveries", "Rounds that a sink has not taken yet.", "sink")
OWED_ENTRIES = _metric("colter_owed_entries", "Readings and results that a sink has not taken yet.", "sink")
OWED_SINCE = _metric(
    "colter_owed_since_timestamp_seconds",
    "Since when the oldest of what a sink has not taken is owed; absent while nothing is.",
    "sink",
    unit="seconds",
)
DROPPED = _metric(
    "colter_dropped_entries_total",
    "Readings and results given up because too much or too old was owed; they are still in the history.",
    "sink",
    kind="counter",
)
REFUSED = _metric("colter_refused_items_total", "Items that a sink has refused for good.", "sink", kind="counter")

METRICS: tuple[Metric, ...] = (
    TARGET_UP,
    LAST_SUCCESS,
    BUILD_INFO,
    OWED_DELIVERIES,
    OWED_ENTRIES,
    OWED_SINCE,
    DROPPED,
    REFUSED,
)
