"""The numbers of a package, declared once."""

from colter.core.model import Metric

_MEASUREMENT = "pypi_package_stats"
_DOWNLOADS = "colter_pypi_downloads"


def _downloads(key: str, window: str, field: str, text: str, column: str = "") -> Metric:
    fixed = (("window", window), ("mirrors", "false"))
    return Metric(
        key, f"Downloads of {text}, without mirrors", _DOWNLOADS, _MEASUREMENT, field, column=column, fixed=fixed
    )


def _split(key: str, prometheus: str, label: str, text: str) -> Metric:
    return Metric(
        key, text, f"colter_pypi_{prometheus}", _MEASUREMENT, key, labels=(label,), fixed=(("window", "30d"),)
    )


def _whole(key: str, prometheus: str, field: str, split: str) -> Metric:
    text = f"Downloads of the last 180 days as the table by {split} counts them"
    return Metric(key, text, f"colter_pypi_{prometheus}", _MEASUREMENT, field, fixed=(("window", "180d"),))


DOWNLOADS_DAY = _downloads("downloads_day", "1d", "recent_downloads_day", "the newest day", "Downloads 1d")
DOWNLOADS_WEEK = _downloads("downloads_week", "7d", "recent_downloads_week", "the 7 newest days", "Downloads 7d")
DOWNLOADS_MONTH = _downloads("downloads_month", "30d", "recent_downloads_month", "the 30 newest days", "Downloads 30d")
DOWNLOADS_180D = _downloads("downloads_180d", "180d", "overall_downloads", "the 180 newest days")
DOWNLOADS_TRACKED_TOTAL = Metric(
    "downloads_tracked_total",
    "Downloads of all days that Colter has ever seen, without mirrors",
    "colter_pypi_downloads_tracked_total",
    _MEASUREMENT,
    "tracked_downloads_total",
    kind="counter",
)
DATA_TIMESTAMP = Metric(
    "data_timestamp",
    "The newest day that the download statistics know, at its start, Unix time",
    "colter_pypi_data_timestamp_seconds",
    _MEASUREMENT,
    "data_timestamp",
    unit="seconds",
)
RELEASES = Metric(
    "releases",
    "Versions that have files, yanked ones too",
    "colter_pypi_releases",
    _MEASUREMENT,
    "releases",
    column="Releases",
)
LATEST_RELEASE_TIMESTAMP = Metric(
    "latest_release_timestamp",
    "When the first file of the latest version was uploaded, Unix time",
    "colter_pypi_latest_release_timestamp_seconds",
    _MEASUREMENT,
    "latest_release_timestamp",
    unit="seconds",
)
VULNERABILITIES = Metric(
    "vulnerabilities",
    "Known vulnerabilities of the latest version, each counted once however many names it has",
    "colter_pypi_vulnerabilities",
    _MEASUREMENT,
    "vulnerabilities",
    column="Vulns",
)
BY_PYTHON_MAJOR = _split(
    "downloads_by_python_major",
    "downloads_by_python_major",
    "python",
    "Downloads of the 30 newest days by major Python version",
)
BY_PYTHON_MINOR = _split(
    "downloads_by_python_minor",
    "downloads_by_python_minor",
    "python",
    "Downloads of the 30 newest days by Python version",
)
BY_SYSTEM = _split(
    "downloads_by_system", "downloads_by_system", "system", "Downloads of the 30 newest days by operating system"
)
PYTHON_MAJOR = _whole(
    "downloads_python_major", "downloads_python_major", "python_major_downloads", "major Python version"
)
PYTHON_MINOR = _whole("downloads_python_minor", "downloads_python_minor", "python_minor_downloads", "Python version")
SYSTEM = _whole("downloads_system", "downloads_system", "system_downloads", "operating system")

METRICS: tuple[Metric, ...] = (
    DOWNLOADS_DAY,
    DOWNLOADS_WEEK,
    DOWNLOADS_MONTH,
    DOWNLOADS_180D,
    DOWNLOADS_TRACKED_TOTAL,
    DATA_TIMESTAMP,
    RELEASES,
    LATEST_RELEASE_TIMESTAMP,
    VULNERABILITIES,
    BY_PYTHON_MAJOR,
    BY_PYTHON_MINOR,
    BY_SYSTEM,
    PYTHON_MAJOR,
    PYTHON_MINOR,
    SYSTEM,
)
