"""Workbooks made by hand, with as little in them as there may be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import pytest

from tmat.errors import InputError
from tmat.reading.xlsx import Found, read_xlsx
from tmat.reading.xlsx_cells import letters_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Rows = list[list[object]]


def cell(place: str, value: object) -> str:
    if value is None:
        return f'<c r="{place}" s="1"/>'
    if isinstance(value, str) and value.startswith("<"):
        return f"<c r={quoteattr(place)}{value[1:]}</c>"  # a cell written out
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def book(sheets: dict[str, Rows], *, parts: dict[str, str] | None = None, prefix: str = "") -> bytes:
    """A workbook with as little in it as there may be."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        listed, related = "", ""
        for n, (name, rows) in enumerate(sheets.items(), start=1):
            listed += f"<sheet name={quoteattr(name)} sheetId='{n}' r:id='r{n}'/>"
            related += f"<Relationship Id='r{n}' Type='{RELATIONS}/worksheet' Target='worksheets/sheet{n}.xml'/>"
            lines = ""
            for i, row in enumerate(rows, start=1):
                lines += (
                    f'<row r="{i}">' + "".join(cell(f"{letters_of(j)}{i}", v) for j, v in enumerate(row)) + "</row>"
                )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f"{prefix}<worksheet xmlns='{MAIN}'><sheetData>{lines}</sheetData></worksheet>",
            )
        archive.writestr(
            "xl/workbook.xml", f"<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'><sheets>{listed}</sheets></workbook>"
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships xmlns='http://x/relationships'>{related}</Relationships>"
        )
        for name, text in (parts or {}).items():
            archive.writestr(name, text)
    return made.getvalue()


def matrices(rows: Rows) -> dict[str, list[list[float]]]:
    return {one.matrix.name: one.matrix.values.tolist() for one in read_xlsx(book({"Sheet1": rows}), "hw.xlsx")}


def one(rows: Rows) -> Found:
    (found,) = read_xlsx(book({"Sheet1": rows}), "hw.xlsx")
    return found


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            text = old.read(item).decode("utf-8")
            new.writestr(item.filename, change(text) if item.filename == name else text)
    return made.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_xlsx(data, "hw.xlsx")
    return str(caught.value)
