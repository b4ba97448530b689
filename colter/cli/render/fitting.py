"""How wide the columns of a sheet are, where the terminal is not wide enough for all of them."""

from collections.abc import Sequence
from typing import TypeVar

from colter.cli.render.sheet import Sheet

T = TypeVar("T")
GAP = 2
_NAME, _PROSE = 16, 24
"""Narrower than this, a name and a sentence are no longer pleasant to read."""


def fitted(sheet: Sheet, width: int) -> tuple[Sheet, list[int]]:
    """The sheet with the widths of its columns, in cells of the terminal.

    For room, in this order: heads are broken between words; spare columns are left out, the last first; sentences and
    names are broken; the last columns of numbers are left out. Numbers are never cut.
    """
    while True:
        widths = _widths(sheet, heads_broken=False)
        if _total(widths) > width:
            widths = _widths(sheet, heads_broken=True)
        gone = [at for at, column in enumerate(sheet.columns) if column.spare]
        if not gone:
            widths = _squeezed(sheet, widths, _total(widths) - width)
            gone = [at for at, column in enumerate(sheet.columns) if column.numeric and not column.vital]
        if _total(widths) <= width or not gone:
            return sheet, widths
        sheet = _without(sheet, gone[-1])


def _squeezed(sheet: Sheet, widths: Sequence[int], excess: int) -> list[int]:
    """Take the excess from sentences, then from the names, as far as they can still be read."""
    narrower = list(widths)
    yielding = [(at, _PROSE) for at, column in enumerate(sheet.columns) if column.prose]
    for at, least in [*yielding, (0, _NAME)]:
        given = min(max(0, excess), max(0, narrower[at] - least))
        narrower[at] -= given
        excess -= given
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
