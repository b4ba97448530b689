"""JSON lines: one object for each reading and each result."""

from colter.core.model import Entry, ProbeResult
from colter.core.notation import json_text
from colter.core.records import probe_record, reading_record, text
from colter.core.units import timestamp


def written(entry: Entry) -> str:
    """The record of `colter track` or `colter probe`, behind what names it: `round`, `position` and `source`.

    Two lines in which these three are the same are one look that was written twice.
    """
    what = entry.what
    record = probe_record(what) if isinstance(what, ProbeResult) else reading_record(what)
    named = {
        "round": entry.round.key,
        "position": entry.position,
        "source": what.target.source,
        "target": text(str(what.target)),
        "at": timestamp(what.at),
    }
    return json_text(named | record) + "\n"
