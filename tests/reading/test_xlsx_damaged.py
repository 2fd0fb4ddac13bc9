"""Spreadsheets as nobody should write them: each is refused with a word, or read within its limits."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.reading.books import MAIN, book, cell, refused, with_part

from tmat.errors import LimitError
from tmat.reading.xlsx import read_xlsx


def test_no_workbook() -> None:
    assert refused(b"nothing like it").startswith("hw.xlsx is no .xlsx workbook, or damaged")
    old = refused(b"\xd0\xcf\x11\xe0 an old one")
    assert old == "hw.xlsx is an old .xls, or locked by a password\n  save it as .xlsx, without a password"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert (
        refused(other.getvalue())
        == "hw.xlsx is no .xlsx workbook\n  it is a zip without xl/workbook.xml\n  save it as .xlsx"
    )


def test_damaged() -> None:
    whole = book({"Sheet1": [["Q"], [1, 2]]})
    assert "damaged" in refused(whole[: len(whole) // 2])
    assert refused(book({"Sheet1": [["Q"]]}, parts={"xl/sharedStrings.xml": "<sst><si>"})).startswith(
        "hw.xlsx is damaged\n  xl/sharedStrings.xml: "
    )
    missing = book({"Sheet1": [['< t="s"><v>9</v>'], [1, 2]]})
    assert read_xlsx(missing, "hw.xlsx")[0].matrix.values.tolist() == [[1, 2]]  # a text that is nowhere


@pytest.mark.parametrize("target", ["worksheets/gone.xml", "file:///etc/passwd", "../../x.xml"])
def test_a_sheet_that_is_listed_and_not_there(target: str) -> None:
    data = book({"Sheet1": [["Q"], [1]], "Sheet2": [["K"], [2]]})
    part = "xl/_rels/workbook.xml.rels"
    moved = with_part(data, part, lambda text: text.replace("worksheets/sheet1.xml", target))
    assert refused(moved) == "hw.xlsx is damaged\n  sheet Sheet1 is listed, and not in it"
    roundabout = with_part(data, part, lambda text: text.replace("worksheets/", "../xl/./worksheets/"))
    assert [one.matrix.name for one in read_xlsx(roundabout, "hw.xlsx")] == ["Q", "K"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused(doctype: str) -> None:
    data = book({"Sheet1": [["Q"], [1]]}, prefix=doctype)
    assert refused(data) == (
        "hw.xlsx is refused\n  xl/worksheets/sheet1.xml declares a document type, which no spreadsheet program writes"
    )


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_zip_that_never_ends(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.reading.xlsx_cells.LARGEST", 1 << 20)
    blanks = " " * (1 << 21)
    texts = {part: f"<sst xmlns='{MAIN}'>{blanks}</sst>"} if "shared" in part else None
    data = book({"Sheet1": [["Q"], [1]]}, parts=texts, prefix="" if texts else f"<!--{blanks}-->")
    assert len(data) < 10_000
    with pytest.raises(
        LimitError, match=r"hw\.xlsx holds more than 1 MiB when unpacked\n  pass large matrices as \.npz"
    ):
        read_xlsx(data, "hw.xlsx")


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.reading.xlsx_cells.MOST_CELLS", 5)
    read_xlsx(book({"Sheet1": [["Q"], [1, 2, 3, 4]]}), "hw.xlsx")
    with pytest.raises(LimitError, match=r"hw\.xlsx has more than 5 cells"):
        read_xlsx(book({"Sheet1": [["Q"], [1, 2]], "Sheet2": [["K"], [1, 2]]}), "hw.xlsx")


def test_a_cell_far_away_takes_no_memory() -> None:
    rows = f"<row r='1'>{cell('A1', 'Q')}</row><row r='2'>{cell('A2', 1)}</row><row r='1048576'>{cell('XFD1048576', 7)}</row>"
    data = book({"Sheet1": []}, parts={})
    data = with_part(data, "xl/worksheets/sheet1.xml", lambda text: text.replace("<sheetData>", f"<sheetData>{rows}"))
    found = {one.matrix.name: one.matrix.values.tolist() for one in read_xlsx(data, "hw.xlsx")}
    assert found == {"Q": [[1]]}


def test_cells_without_a_place_follow_each_other() -> None:
    rows = f"<row>{cell('A1', 'Q')}</row><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c><c><v>4</v></c></row>"
    data = with_part(
        book({"Sheet1": []}), "xl/worksheets/sheet1.xml", lambda text: text.replace("<sheetData>", f"<sheetData>{rows}")
    )
    assert read_xlsx(data, "hw.xlsx")[0].matrix.values.tolist() == [[1, 2], [3, 4]]
