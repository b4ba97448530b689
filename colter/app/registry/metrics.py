"""The catalogue of metrics: every number that any source can measure."""

from collections.abc import Mapping

from colter.core.model import Metric


def catalogue() -> Mapping[tuple[str, str], Metric]:
    """Every declared metric by source and key."""
    from colter.core.probe_metrics import METRICS as PROBE  # noqa: PLC0415
    from colter.sources.github.metrics import METRICS as GITHUB  # noqa: PLC0415  keeps `--version` and friends light
    from colter.sources.pypi.metrics import METRICS as PYPI  # noqa: PLC0415

    declared = {"github": GITHUB, "pypi": PYPI, "probe": PROBE}
    return {(source, metric.key): metric for source, metrics in declared.items() for metric in metrics}
