"""What of a round is kept, the same in every store."""

from dataclasses import replace
from math import isfinite

from colter.core.model import ProbeResult, Reading, Round


def kept(done: Round) -> Round:
    """The round without evidence, and without numbers that are none: those become missing."""
    return replace(
        done,
        readings=tuple(finite(reading) for reading in done.readings),
        results=tuple(_plain(result) for result in done.results),
    )


def finite(reading: Reading) -> Reading:
    """The reading without numbers that are none."""
    wrong = {sample.metric.key for sample in reading.samples if not isfinite(sample.value)}
    if not wrong:
        return reading
    return replace(
        reading,
        samples=tuple(sample for sample in reading.samples if isfinite(sample.value)),
        missing={**reading.missing, **dict.fromkeys(sorted(wrong), "not a finite number")},
    )


def _plain(result: ProbeResult) -> ProbeResult:
    return result if result.evidence is None else replace(result, evidence=None)
