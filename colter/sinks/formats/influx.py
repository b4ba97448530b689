"""InfluxDB's line protocol, with times in milliseconds."""

from colter.core.model import Entry
from colter.sinks.line_protocol import lines


def written(entry: Entry) -> str:
    """The lines of one entry; none when it holds no number and no word."""
    return "".join(f"{line.decode()}\n" for line in lines(entry))
