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
OWED_NOTIFICATIONS = _metric("colter_owed_notifications", "Notifications that a channel has not taken yet.", "channel")
OWED_NOTIFICATIONS_SINCE = _metric(
    "colter_owed_notifications_since_timestamp_seconds",
    "Since when the oldest notification that a channel has not taken is owed; absent while nothing is.",
    "channel",
    unit="seconds",
)
GIVEN_UP = _metric(
    "colter_given_up_notifications_total",
    "Notifications that will never reach a channel; `colter alerts list` tells why.",
    "channel",
    kind="counter",
)
LOOKS = _metric(
    "colter_looks_total",
    "Looks that the daemon has begun, by kind: probe, job (whether it has reported), source.",
    "kind",
    kind="counter",
)
LATE = _metric("colter_looks_late_total", "Of these, looks that began more than a second late.", "kind", kind="counter")
SKIPPED = _metric(
    "colter_looks_skipped_total", "Looks that fell out because the one before still went on.", "kind", kind="counter"
)
MISSED = _metric(
    "colter_looks_missed_total",
    "Looks that fell out because the machine slept, or was too busy.",
    "kind",
    kind="counter",
)
LAG = _metric(
    "colter_scheduler_lag_seconds",
    "How late the latest look of the last minute or two began.",
    unit="seconds",
)
ROUNDS = _metric("colter_rounds_total", "Rounds that the daemon has kept.", "source", kind="counter")
ROUND_DURATION = _metric(
    "colter_round_duration_seconds",
    "From the first look of the last round of a source until it was kept.",
    "source",
    unit="seconds",
)
UNKEPT = _metric(
    "colter_unkept_entries", "Readings and results that wait in memory, because the history does not take them."
)
LOST = _metric(
    "colter_lost_entries_total", "Readings and results given up because too many waited in memory.", kind="counter"
)
RELOADED = _metric(
    "colter_config_last_reload_successful",
    "Whether the last change of the configuration was taken over (1), or the one before is still in use (0).",
)
RELOADED_AT = _metric(
    "colter_config_last_reload_success_timestamp_seconds",
    "When the configuration in use was taken over.",
    unit="seconds",
)
UPKEEP_WELL = _metric(
    "colter_last_upkeep_successful",
    "Whether results were counted, packed and thinned out without a failure (1) the last time it was tried.",
    "task",
)
RATE_LIMIT = _metric(
    "colter_api_rate_limit",
    "Calls, or points, that an API grants in an hour, by its resource (core, graphql, search), as it said last.",
    "api",
    "resource",
)
RATE_LIMIT_REMAINING = _metric(
    "colter_api_rate_limit_remaining", "Of these, those that were left when it said so last.", "api", "resource"
)
RATE_LIMIT_RESET = _metric(
    "colter_api_rate_limit_reset_timestamp_seconds",
    "When all of them are there again.",
    "api",
    "resource",
    unit="seconds",
)
TOKEN_EXPIRY = _metric(
    "colter_token_expiry_timestamp_seconds",
    "When the token for an API ends; absent when it never does, or the API does not say.",
    "api",
    unit="seconds",
)

METRICS: tuple[Metric, ...] = (
    TARGET_UP,
    LAST_SUCCESS,
    BUILD_INFO,
    OWED_DELIVERIES,
    OWED_ENTRIES,
    OWED_SINCE,
    DROPPED,
    REFUSED,
    OWED_NOTIFICATIONS,
    OWED_NOTIFICATIONS_SINCE,
    GIVEN_UP,
    LOOKS,
    LATE,
    SKIPPED,
    MISSED,
    LAG,
    ROUNDS,
    ROUND_DURATION,
    UNKEPT,
    LOST,
    RELOADED,
    RELOADED_AT,
    UPKEEP_WELL,
    RATE_LIMIT,
    RATE_LIMIT_REMAINING,
    RATE_LIMIT_RESET,
    TOKEN_EXPIRY,
)
