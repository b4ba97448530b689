"""How measurements are written into files: one module for each format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from colter.core.model import Entry
from colter.sinks.formats import influx, jsonl, openmetrics, table


@dataclass(frozen=True, slots=True)
class Format:
    """How one entry is written."""

    name: str
    text: Callable[[Entry], str]
    """Its lines, each with its end; nothing when it holds nothing for this format."""
    head: str = ""
    """The first line of every file."""


FORMATS: Mapping[str, Format] = {
    "jsonl": Format("jsonl", jsonl.written),
    "csv": Format("csv", table.written, table.HEAD),
    "influx": Format("influx", influx.written),
    "openmetrics": Format("openmetrics", openmetrics.written),
}
BY_ENDING: Mapping[str, str] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".lp": "influx",
    ".influx": "influx",
    ".prom": "openmetrics",
    ".om": "openmetrics",
}
"""What a file is written in when nobody says."""
