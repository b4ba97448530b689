"""Views for people: native times, and one column per number."""

from collections.abc import Sequence
from dataclasses import dataclass

from alembic import op

revision = "0003"
down_revision = "0002"

_REPOSITORY_NUMBERS = (
    "stars",
    "forks",
    "watchers",
    "open_issues",
    "open_pull_requests",
    "branches",
    "tags",
    "releases",
    "release_downloads",
    "last_push_timestamp",
    "created_timestamp",
    "latest_release_timestamp",
    "size_bytes",
    "owner_followers",
    "open_vulnerability_alerts",
    "ci_success",
    "traffic_views",
    "traffic_unique_views",
    "traffic_clones",
    "traffic_unique_clones",
)
_PACKAGE_NUMBERS = (
    "downloads_day",
    "downloads_week",
    "downloads_month",
    "downloads_180d",
    "downloads_tracked_total",
    "data_timestamp",
    "releases",
    "latest_release_timestamp",
    "vulnerabilities",
    "downloads_python_major",
    "downloads_python_minor",
    "downloads_system",
)


@dataclass(frozen=True)
class _Words:
    """How one database says what they all say differently; `{}` is a column."""

    time: str
    """Milliseconds as its own kind of time, in UTC whatever the session's time zone is."""
    milliseconds: str
    """Microseconds as milliseconds with their fraction."""
    whole: str
    owner: str
    """Of `owner/name`."""
    name: str


_WORDS = {
    "sqlite": _Words(
        time="strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')",
        milliseconds="{} / 1000.0",
        whole="CAST({} AS INTEGER)",
        owner="substr({0}, 1, instr({0}, '/') - 1)",
        name="substr({0}, instr({0}, '/') + 1)",
    ),
    "postgresql": _Words(
        time="to_timestamp({} / 1000.0)",
        milliseconds="CAST({} AS DOUBLE PRECISION) / 1000",
        whole="CAST({} AS BIGINT)",
        owner="split_part({}, '/', 1)",
        name="split_part({}, '/', 2)",
    ),
    "mysql": _Words(
        time="CAST(TIMESTAMP('1970-01-01') + INTERVAL ({}) * 1000 MICROSECOND AS DATETIME(3))",
        milliseconds="{} / 1e3",
        whole="CAST({} AS SIGNED)",
        owner="SUBSTRING_INDEX({}, '/', 1)",
        name="SUBSTRING_INDEX({}, '/', -1)",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    words = _WORDS[connection.dialect.name]
    views = {
        "endpoint_history": _endpoint_history(words),
        "endpoint_status": _endpoint_status(words),
        "repository_metrics": _numbers(words, "github", _repository(words), _REPOSITORY_NUMBERS),
        "package_metrics": _numbers(words, "pypi", "target.name AS package", _PACKAGE_NUMBERS),
    }
    for name, query in views.items():
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def _endpoint_history(words: _Words) -> str:
    return f"""
SELECT {_result(words)},
       {words.time.format("(round.started + probe_result.at_offset_ms)")} AS looked_at,
       round.finished AS finished_ms
  FROM probe_result
  JOIN outcome ON outcome.id = probe_result.outcome_id
  JOIN target ON target.id = outcome.target_id
  JOIN round ON round.id = probe_result.round_id"""  # noqa: S608  names only


def _endpoint_status(words: _Words) -> str:
    return f"""
SELECT {_result(words)},
       {words.time.format("last_result.since")} AS since,
       {words.time.format("last_result.at")} AS looked_at
  FROM last_result
  JOIN probe_result ON probe_result.round_id = last_result.round_id AND probe_result.position = last_result.position
  JOIN outcome ON outcome.id = probe_result.outcome_id
  JOIN target ON target.id = outcome.target_id
  JOIN round ON round.id = probe_result.round_id"""  # noqa: S608  names only


def _result(words: _Words) -> str:
    """The columns that every look at an endpoint has."""
    times = ("latency", "resolve", "connect", "tls", "processing", "transfer")
    milliseconds = ", ".join(f"{words.milliseconds.format(f'probe_result.{time}_us')} AS {time}_ms" for time in times)
    return f"""target.name AS endpoint, outcome.group_name, outcome.url, round.machine, outcome.state, outcome.reason,
       CASE WHEN outcome.state IN ('up', 'degraded') THEN 1 WHEN outcome.state = 'down' THEN 0 END AS up,
       probe_result.detail, outcome.status_code, outcome.http_version, outcome.ip, {milliseconds},
       outcome.redirects, probe_result.size AS size_bytes, outcome.attempts,
       {words.time.format("outcome.certificate_expires")} AS certificate_expires"""


def _repository(words: _Words) -> str:
    owner, name = words.owner.format("target.name"), words.name.format("target.name")
    return f"target.name AS repository, {owner} AS owner, {name} AS name"


def _numbers(words: _Words, source: str, target: str, keys: Sequence[str]) -> str:
    """One row per reading: what was not read is empty."""
    numbers = ", ".join(f"{_number(words, key)} AS {key}" for key in keys)
    return f"""
SELECT {target}, round.machine, {words.time.format("reading.at")} AS looked_at, problem.body AS problem, {numbers}
  FROM reading
  JOIN target ON target.id = reading.target_id
  JOIN round ON round.id = reading.round_id
  LEFT JOIN phrase AS problem ON problem.id = reading.problem_id
  LEFT JOIN sample ON sample.reading_id = reading.id
  LEFT JOIN metric ON metric.id = sample.metric_id
 WHERE target.source = '{source}'
 GROUP BY reading.id, target.name, round.machine, reading.at, problem.body"""  # noqa: S608  names only


def _number(words: _Words, key: str) -> str:
    return words.whole.format(f"MAX(CASE WHEN metric.name = '{key}' THEN sample.value END)")
