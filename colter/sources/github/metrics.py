"""The numbers that are read of a repository."""

from colter.core.model import Metric

_MEASUREMENT = "github_repo_stats"


def _repo(key: str, text: str, *, name: str = "", former: str = "", unit: str = "", column: str = "") -> Metric:
    prometheus = f"colter_github_repo_{name or key}"
    return Metric(key, text, prometheus, _MEASUREMENT, key, unit=unit, column=column, former=former)


def _traffic(what: str, kind: str, text: str) -> Metric:
    key = f"traffic_{what}" if kind == "count" else f"traffic_unique_{what}"
    return Metric(
        key,
        f"{text} in GitHub's window of 14 days",
        f"colter_github_repo_traffic_{what}",
        _MEASUREMENT,
        key,
        fixed=(("window", "14d"), ("kind", kind)),
    )


METRICS: tuple[Metric, ...] = (
    # The predecessor called the stars `followers` and the release downloads `downloads`: its buckets keep their fields.
    _repo("stars", "Stars", former="followers", column="Stars"),
    _repo("forks", "Forks", column="Forks"),
    _repo("watchers", "People who watch the repository, which GitHub calls subscribers"),
    _repo("open_issues", "Open issues, without pull requests", column="Issues"),
    _repo("open_pull_requests", "Open pull requests", column="PRs"),
    _repo("branches", "Branches"),
    _repo("tags", "Tags"),
    _repo("releases", "Releases"),
    _repo("release_downloads", "Downloads of all assets of all releases", former="downloads", column="Downloads"),
    _repo(
        "last_push_timestamp",
        "Time of the last push, Unix time",
        name="pushed_timestamp_seconds",
        unit="seconds",
        column="Last push",
    ),
    _repo(
        "created_timestamp",
        "Time when the repository was created, Unix time",
        name="created_timestamp_seconds",
        unit="seconds",
    ),
    _repo(
        "latest_release_timestamp",
        "Time of the latest release, Unix time",
        name="latest_release_timestamp_seconds",
        unit="seconds",
    ),
    _repo("size_bytes", "Size on disk, as GitHub last measured it", unit="bytes"),
    Metric(
        "owner_followers",
        "Followers of the user or organization that owns the repository",
        "colter_github_owner_followers",
        _MEASUREMENT,
        "owner_followers",
    ),
    _repo("open_vulnerability_alerts", "Open Dependabot alerts"),
    _repo("ci_success", "1: the checks of the default branch passed, 0: they failed"),
    _traffic("views", "count", "Page views"),
    _traffic("views", "unique", "Visitors"),
    _traffic("clones", "count", "Clones"),
    _traffic("clones", "unique", "Cloners"),
)
BY_KEY = {metric.key: metric for metric in METRICS}
