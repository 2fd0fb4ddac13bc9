"""Worksheets as a live spreadsheet: a sheet a stage, the given matrices as numbers, every other cell a formula over them.

When a number is changed, Excel and LibreOffice recompute what depends on it. The formulas are printed from the
operations' cells; outputs of a stage are references in the sheets after it. A worksheet with blank matrices has no
formulas, as they would give the answers away.

Needs XlsxWriter (the extra ``xlsx``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from tmat.errors import InputError, MissingExtra
from tmat.rendering.formats import Format
from tmat.rendering.layout.look import Look
from tmat.sheet.worksheet import Worksheet, on_pages


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """One workbook with all stages of all worksheets.

    Errors: XlsxWriter is not installed; nothing to write; more rows or columns than a sheet can have.
    """
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise MissingExtra("xlsx", "a spreadsheet") from None
    from tmat.rendering.formats.xlsx.plan import planned
    from tmat.rendering.formats.xlsx.writing import write

    sheets = on_pages(sheets)
    tabs = [tab for number, sheet in enumerate(sheets, start=1) for tab in planned(sheet, look, number, len(sheets))]
    if not tabs:
        raise InputError("no stage to write as xlsx", "the worksheet has none", mend="try ‹format json›")
    stream = io.BytesIO()
    write(tabs, look, stream, sheets[0].cover)
    return {name: stream.getvalue()}


FORMAT = Format((".xlsx",), dump, pages=True)
