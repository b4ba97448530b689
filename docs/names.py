"""The table of names in docs/exports.md, made from the declarations of the metrics."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from colter.app.registry import catalogue
from colter.core.model import Metric
from colter.core.own_metrics import METRICS as OWN
from colter.sinks.exposition import TARGET_LABEL
from colter.sinks.line_protocol import PROBE_FIELDS, WORDS

PAGE = Path(__file__).resolve().parent / "exports.md"
_FIRST, _LAST = "<!-- names: from here on, made by ./dev docs -->\n", "<!-- names: until here -->\n"
_HEADS = {
    "github": ("Repositories", "github_repo_stats", "owner, repo, private"),
    "pypi": ("Packages", "pypi_package_stats", "package"),
    "probe": ("Endpoints", "endpoint_probe", "endpoint, group"),
}
_WORDS = {"last_push": "Time of the last push, ISO 8601", "version": "The latest version"}


def page(text: str) -> str:
    """The page with the tables between its two marks."""
    before, _, rest = text.partition(_FIRST)
    _, _, after = rest.partition(_LAST)
    return f"{before}{_FIRST}\n{tables()}\n{_LAST}{after}"


def tables() -> str:
    """One table for each source, and one of what Colter tells of itself."""
    declared = catalogue()
    parts = [
        _section(source, [metric for (owner, _), metric in declared.items() if owner == source]) for source in _HEADS
    ]
    own = [f"| `{_prometheus(metric, None)}` | {metric.help} |" for metric in OWN]
    parts.append("\n".join(["### About Colter itself", "", "| Prometheus | meaning |", "|---|---|", *own, ""]))
    return "\n".join(parts)


def _section(source: str, metrics: Iterable[Metric]) -> str:
    title, measurement, tags = _HEADS[source]
    lines = [
        f"### {title}",
        "",
        f"InfluxDB: measurement `{measurement}`, tags {', '.join(f'`{tag}`' for tag in tags.split(', '))}.",
        "",
        "| JSON key, SQL column | meaning | Prometheus | InfluxDB |",
        "|---|---|---|---|",
        *(_row(source, metric) for metric in metrics),
        *(f"| `{word}` | {_WORDS[word]} |  | `{word}` (text) |" for word in WORDS.get(source, ())),
        "",
    ]
    return "\n".join(lines)


def _row(source: str, metric: Metric) -> str:
    fields = PROBE_FIELDS.get(metric, tuple(filter(None, (metric.field, metric.former))))
    kind = "text" if metric.labels == ("state",) else "integer" if metric.whole else "float"
    influx = ", ".join(f"`{field}`" for field in fields) + f" ({kind})"
    influx += "".join(f", tag `{label}`" for label in metric.labels if metric not in PROBE_FIELDS)
    return f"| `{metric.key}` | {metric.help} | `{_prometheus(metric, TARGET_LABEL[source])}` | {influx} |"


def _prometheus(metric: Metric, target: str | None) -> str:
    labels = [*([target] if target else []), *_probe_group(target), *metric.labels]
    written = [*labels, *(f'{name}="{value}"' for name, value in metric.fixed)]
    return metric.prometheus + (f"{{{', '.join(written)}}}" if written else "")


def _probe_group(target: str | None) -> Iterator[str]:
    if target == "endpoint":
        yield "group"
