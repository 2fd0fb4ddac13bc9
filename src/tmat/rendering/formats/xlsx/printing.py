"""How a tab is printed: no wider than the page, and no matrix parted where a page has room for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tmat.rendering.formats.xlsx.tab import Tab

A4 = 9  # Excel's number of the paper
UPRIGHT, ACROSS = (620, 860), (865, 610)
"""Pixels across and down, at 96 an inch, that A4 and Letter both have between Excel's margins, less a twentieth for other fonts."""
SMALLEST_UPRIGHT = 0.75  # the scale below which a tab is printed across
COLUMN, ROW = 64, 20  # of a column and a row whose size is not set


def lay_out(sheet: Any, tab: Tab, columns: Mapping[int, float], rows: Mapping[int, float]) -> None:
    """Set paper, scale and page breaks; the widths are in characters, the heights in points, where they are set."""
    ends = [own.left + own.width for own in tab.matrices.values()]
    ends += [own.beside + own.width for own in tab.matrices.values() if own.shown.right is not None]
    last = max(ends, default=max(columns, default=0)) + 1
    wide = sum(columns[n] * 7 + 5 if n in columns else COLUMN for n in range(last))
    upright = UPRIGHT[0] / wide >= SMALLEST_UPRIGHT
    across, down = UPRIGHT if upright else ACROSS
    scale = min(1.0, across / wide)
    if not upright:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    sheet.set_footer("&R&P / &N")
    sheet.fit_to_pages(1, 0)  # programs scale by their own fonts; the scale here is for the page breaks alone
    heights = [rows[n] / 0.75 if n in rows else ROW for n in range(tab.end)]
    sheet.set_h_pagebreaks(breaks(tab.begins, heights, down / scale))


def breaks(begins: Sequence[int], heights: Sequence[float], room: float) -> list[int]:
    """The rows before which a page ends, so that what fits on a page is not parted; the first row is on every page.

    >>> breaks([1, 4, 7], [20.0] * 10, 100.0)
    [4, 7]
    >>> breaks([1, 4, 7], [20.0] * 10, 160.0)
    [7]
    """
    if not begins:
        return []
    found: list[int] = []
    used = sum(heights[: begins[0]])
    for begin, end in zip(begins, [*begins[1:], len(heights)], strict=True):
        own = sum(heights[begin:end])
        if used + own > room and used > heights[0]:
            found.append(begin)
            used = heights[0]
        used += own
    return found
