"""Tables for people: on a terminal with rich, in Markdown for pages."""

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from colter.cli.context import Context
from colter.cli.render.fitting import GAP, fitted
from colter.cli.render.sheet import ABSENT, Sheet

_UNLIMITED = 1000
_STYLES = {
    "up": "green",
    "ok": "green",
    "degraded": "yellow",
    "partial": "yellow",
    "down": "bold red",
    "error": "bold red",
    "pending": "yellow",
    "recovering": "yellow",
    "flapping": "yellow",
    "firing": "bold red",
    "owed": "yellow",
    "given up": "bold red",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def drawn(context: Context, format_: str, sheets: Iterable[Sheet]) -> str:
    """Sheets as `table` or `markdown`."""
    stdout = context.streams.stdout
    return markdown(sheets) if format_ == "markdown" else table(sheets, stdout, color=context.colored(stdout))


def table(sheets: Iterable[Sheet], stream: TextIO, *, color: bool) -> str:
    """Aligned columns, as wide as the terminal behind `stream`, or as wide as they like where there is none."""
    from rich.console import Console

    narrow = stream.isatty()
    console = Console(
        file=stream,
        width=None if narrow else _UNLIMITED,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        for place, sheet in enumerate(sheets):
            if place:
                console.print()
            console.print(_rich_table(*fitted(sheet, console.width), color=color))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def markdown(sheets: Iterable[Sheet]) -> str:
    """Tables as GitHub renders them."""
    return "\n".join(_markdown_table(sheet) for sheet in sheets)


def listed(format_: str, lines: Sequence[str]) -> str:
    """Harmless lines below the sheets, as `table` or `markdown`; the first is what the others are about."""
    if format_ == "markdown":
        lines = [f"- {_escaped(line)}" for line in lines]
    else:
        lines = [*lines[:1], *(f"  {line}" for line in lines[1:])]
    return "".join(f"{line}\n" for line in ["", *lines]) if lines else ""


def _rich_table(sheet: Sheet, widths: Sequence[int], *, color: bool) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    # The box itself draws one blank between columns.
    padding, style = (0, GAP - 1, 0, 0), "bold" if color else ""
    made = Table(box=SIMPLE_HEAD, padding=padding, pad_edge=False, show_edge=False, header_style=style)
    for column, width in zip(sheet.columns, widths, strict=True):
        made.add_column(Text(column.head), justify="right" if column.numeric else "left", width=width, overflow="fold")
    for row in sheet.rows:
        name, *cells = row  # somebody may have called it "down"
        made.add_row(
            Text(name), *(Text(cell, style=_STYLES.get(cell, "dim" if cell == ABSENT else "")) for cell in cells)
        )
    return made


def _markdown_table(sheet: Sheet) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    rule = ("---:" if column.numeric else ":---" for column in sheet.columns)
    rows = "".join(line(map(_escaped, row)) for row in sheet.rows)
    return line(_escaped(column.head) for column in sheet.columns) + line(rule) + rows


def _escaped(cell: str) -> str:
    return _MARKDOWN.sub(r"\\\1", cell)
