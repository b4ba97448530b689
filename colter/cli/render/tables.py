"""Tables for people: on a terminal with rich, in Markdown for pages."""

import re
from collections.abc import Iterable
from typing import TextIO

from colter.cli.context import Context
from colter.cli.render.sheet import ABSENT, Sheet

_UNLIMITED = 1000
_STYLES = {
    "up": "green",
    "ok": "green",
    "degraded": "yellow",
    "partial": "yellow",
    "down": "bold red",
    "error": "bold red",
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
            console.print(_rich_table(sheet, color=color))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def markdown(sheets: Iterable[Sheet]) -> str:
    """Tables as GitHub renders them."""
    return "\n".join(_markdown_table(sheet) for sheet in sheets)


def _rich_table(sheet: Sheet, *, color: bool) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold" if color else "")
    for place, column in enumerate(sheet.columns):
        made.add_column(
            Text(column.head), justify="right" if column.numeric else "left", no_wrap=column.numeric or place == 0
        )
    for row in sheet.rows:
        made.add_row(*(Text(cell, style=_STYLES.get(cell, "dim" if cell == ABSENT else "")) for cell in row))
    return made


def _markdown_table(sheet: Sheet) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    rule = ("---:" if column.numeric else ":---" for column in sheet.columns)
    rows = "".join(line(map(_escaped, row)) for row in sheet.rows)
    return line(_escaped(column.head) for column in sheet.columns) + line(rule) + rows


def _escaped(cell: str) -> str:
    return _MARKDOWN.sub(r"\\\1", cell)
