"""How a tab is printed: no wider than the page, and without page breaks in matrices that fit a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tmat.rendering.formats.xlsx.tab import Tab

A4 = 9  # Excel's number of the paper
UPRIGHT, ACROSS = (620, 860), (865, 610)
"""Pixels across and down, at 96 an inch, between Excel's margins on both A4 and Letter, less a twentieth for other fonts."""
SMALLEST_UPRIGHT = 0.75  # the scale below which a tab is printed across
COLUMN, ROW = 64, 20  # pixels of a column and a row whose size is not set


def lay_out(sheet: Any, tab: Tab, columns: Mapping[int, float], rows: Mapping[int, float]) -> None:
    """Set paper, scale and page breaks; ``columns`` are the widths that are set, in characters, ``rows`` the heights in points."""
    ends = [placed.left + placed.width for placed in tab.matrices.values()]
    ends += [placed.beside + placed.width for placed in tab.matrices.values() if placed.shown.right is not None]
    count = max(ends, default=max(columns, default=0)) + 1
    pixels = sum(columns[n] * 7 + 5 if n in columns else COLUMN for n in range(count))
    upright = UPRIGHT[0] / pixels >= SMALLEST_UPRIGHT
    across, down = UPRIGHT if upright else ACROSS
    scale = min(1.0, across / pixels)
    if not upright:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    sheet.set_footer("&R&P / &N")
    sheet.fit_to_pages(1, 0)  # programs scale by their own fonts; our scale is only for the page breaks
    heights = [rows[n] / 0.75 if n in rows else ROW for n in range(tab.end)]
    sheet.set_h_pagebreaks(breaks(tab.begins, heights, down / scale))


def breaks(begins: Sequence[int], heights: Sequence[float], room: float) -> list[int]:
    """The rows before which to break, so that blocks that fit a page are not split; the first row is on every page.

    >>> breaks([1, 4, 7], [20.0] * 10, 100.0)
    [4, 7]
    >>> breaks([1, 4, 7], [20.0] * 10, 160.0)
    [7]
    """
    if not begins:
        return []
    rows: list[int] = []
    used = sum(heights[: begins[0]])
    for begin, end in zip(begins, [*begins[1:], len(heights)], strict=True):
        height = sum(heights[begin:end])
        if used + height > room and used > heights[0]:
            rows.append(begin)
            used = heights[0]
        used += height
    return rows
