"""`--refused`: lists what sinks have refused for good."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.options import LIST_FORMATS
from colter.core.errors import UsageError

if TYPE_CHECKING:
    from colter.core.model import Refusal
    from colter.core.records import Record


def show_refused(context: Context, sinks: Sequence[str], format_: str | None, file: Path | None) -> None:
    """Each with its reason, oldest first; of these sinks only, or of all."""
    from colter.cli.render.output import check_file, choose_format, deliver

    if format_ and format_ not in LIST_FORMATS:
        raise UsageError(f"-f: {format_!r} is no format for a list", hint=f"one of {', '.join(LIST_FORMATS)}")
    chosen = choose_format(context, format_, file, LIST_FORMATS)
    check_file(file)
    refused = context.run(lambda: _read(context))
    listed = [refusal for refusal in refused if not sinks or refusal.to in sinks]
    deliver(context, _page(context, chosen, listed), file)
    if not listed:
        context.say("colter: nothing was refused")


async def _read(context: Context) -> "Sequence[Refusal]":
    async with context.open_runtime() as runtime:
        return await runtime.store.refusals()


def _page(context: Context, format_: str, refused: "Sequence[Refusal]") -> str:
    from colter.cli.render import machine, tables
    from colter.cli.render.sheet import Column, make_sheet

    rows = [_record(refusal) for refusal in refused]
    match format_:
        case "table" | "markdown":
            columns = [Column("Sink"), Column("Measured"), Column("Target"), Column("Reason", prose=True)]
            columns += [Column("Refused", prose=True, spare=True)]
            cells = ([row[key] for key in ("sink", "at", "target", "reason", "item")] for row in rows)
            return tables.drawn(context, format_, [make_sheet(columns, cells)] if rows else [])
        case "json":
            return machine.document({"schema": "colter.refusals/1", "refusals": rows})
    return machine.rows(format_, rows, lambda records: records)


def _record(refusal: "Refusal") -> "Record":
    from colter.core.records import text
    from colter.core.units import timestamp

    return {
        "sink": refusal.to,
        "round": refusal.round_key,
        "target": text(str(refusal.target)),
        "at": timestamp(refusal.at),
        "item": text(refusal.item),
        "reason": text(refusal.reason),
    }
