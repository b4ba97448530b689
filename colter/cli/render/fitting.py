"""How wide the columns of a sheet are, where the terminal is not wide enough for all of them."""

from collections.abc import Sequence
from typing import TypeVar

from colter.cli.render.sheet import Sheet

T = TypeVar("T")
GAP = 2
_NAME, _PROSE = 16, 24
"""Narrower than this, a name and a sentence are no longer pleasant to read."""
_TIGHT = 8
"""So narrow they may become where nothing else can yield."""


def fitted(sheet: Sheet, width: int) -> tuple[Sheet, list[int]]:
    """The sheet with the widths of its columns, in cells of the terminal.

    For room, in this order: heads are broken between words; spare columns are left out, the last first; sentences and
    names are broken; the last columns of numbers are left out; sentences and names are broken further. Numbers and
    single words are never cut.
    """
    while True:
        widths = _widths(sheet, heads_broken=False)
        if _total(widths) > width:
            widths = _widths(sheet, heads_broken=True)
        gone = [at for at, column in enumerate(sheet.columns) if column.spare]
        if not gone:
            widths = _squeezed(sheet, widths, width, name=_NAME, prose=_PROSE)
            gone = [at for at, column in enumerate(sheet.columns) if column.numeric and not column.vital]
        if _total(widths) <= width:
            return sheet, widths
        if not gone:
            return sheet, _squeezed(sheet, widths, width, name=_TIGHT, prose=_TIGHT)
        sheet = _without(sheet, gone[-1])


def _squeezed(sheet: Sheet, widths: Sequence[int], width: int, *, name: int, prose: int) -> list[int]:
    """Take what is too much from sentences, then from the names, down to these widths."""
    narrower = list(widths)
    yielding = [(at, prose) for at, column in enumerate(sheet.columns) if column.prose]
    for at, least in [*yielding, (0, name)]:
        narrower[at] -= min(max(0, _total(narrower) - width), max(0, narrower[at] - least))
    return narrower


def _widths(sheet: Sheet, *, heads_broken: bool) -> list[int]:
    return [_width(sheet, at, heads_broken=heads_broken) for at in range(len(sheet.columns))]


def _width(sheet: Sheet, at: int, *, heads_broken: bool) -> int:
    from rich.cells import cell_len

    head = sheet.columns[at].head
    cells = [row[at] for row in sheet.rows] + (head.split() if heads_broken else [head])
    return max(map(cell_len, cells))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _without(sheet: Sheet, gone: int) -> Sheet:
    def kept(cells: tuple[T, ...]) -> tuple[T, ...]:
        return (*cells[:gone], *cells[gone + 1 :])

    return Sheet(kept(sheet.columns), [kept(row) for row in sheet.rows])
