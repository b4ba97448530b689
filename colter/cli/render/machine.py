"""Formats for programs: JSON, JSON lines, CSV and tab-separated text, all from the same records."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from colter.core.notation import cell, csv_rows, json_text
from colter.core.records import Record


def document(record: Record) -> str:
    """One JSON document, for programs and eyes."""
    return json_text(record, indent=2) + "\n"


def lines(records: Iterable[Record]) -> str:
    """One JSON object a line."""
    return "".join(json_text(record) + "\n" for record in records)


def rows(format_: str, records: Sequence[Record], flat: Callable[[Sequence[Record]], Sequence[Record]]) -> str:
    """Records as `jsonl`, or flattened as `csv` or `text`."""
    match format_:
        case "jsonl":
            return lines(records)
        case "csv":
            return csv(flat(records))
    return text(flat(records))


def csv(table: Sequence[Record]) -> str:
    """RFC 4180 with a head, from rows that have the same keys; no cell is a formula for a spreadsheet."""
    heads = [list(table[0])] if table else []
    return csv_rows([*heads, *(list(row.values()) for row in table)])


def text(table: Sequence[Record], *, head: bool = True) -> str:
    """Tab-separated, for cut and awk; all rows have the same keys."""
    heads = [list(table[0])] if head and table else []
    return "".join("\t".join(line) + "\n" for line in [*heads, *(map(cell, row.values()) for row in table)])


def flat_readings(records: Sequence[Record], order: Iterable[str]) -> list[Record]:
    """Readings as rows of the same columns: numbers in the given order, then facts; what is missing is empty."""
    seen = {key for record in records for key in (*record["values"], *record["missing"])}
    facts = sorted({key for record in records for key in record["info"]})
    numbers = [key for key in dict.fromkeys(order) if key in seen and key not in facts]
    return [
        {
            "target": record["target"],
            "status": record["status"],
            **{key: record["values"].get(key) for key in numbers},
            **{key: record["info"].get(key) for key in facts},
            "missing": " ".join(record["missing"]),
            "problem": record["problem"],
        }
        for record in records
    ]


def flat_probes(records: Sequence[Record]) -> list[Record]:
    """Probe results as rows."""
    return [
        {key: value for key, value in record.items() if key != "phases_ms"}
        | {f"{phase}_ms": spent for phase, spent in record["phases_ms"].items()}
        for record in records
    ]


def flat_status(records: Sequence[Record]) -> list[Record]:
    """What is known, one row for each number, and one for the state of an endpoint or a problem."""
    return [row for record in records for row in _known(record)]


def _known(record: Record) -> Iterator[Record]:
    def row(key: str, value: Any, before: Any = None, at: str = record["at"]) -> Record:
        return {"target": record["target"], "key": key, "value": value, "before": before, "at": at}

    if record["result"]:
        yield row("state", record["result"]["state"])
    if record["problem"]:
        yield row("problem", record["problem"])
    for key, known in record["values"].items():
        yield row(key, known["value"], known["before"], known["at"])
