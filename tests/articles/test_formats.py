"""What an article printed, and whether it is right, in every format: each verdict once, each wrong cell marked, each right one beside it."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import numpy as np
import pytest

import tmat
from tmat.articles import EXAMPLES, load
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Worksheet, on_pages

VERDICT = "every number is Q's: V was made with W_Q, or Q was copied"
X = np.array(load("thrones").data.number("X"))
RIGHT_V = (X @ load("thrones").data.number("W_V")).round(2)
PRINTED_WRONG = 9 + 24 + 36 + 6 + 9 + 6 + 9 + 6 + 5
"""Cells of PE, V, normalized, std, two scores, two masked, probabilities; of the mean one alone is printed, and no matrix."""


@pytest.fixture(scope="module")
def sheets() -> list[Worksheet]:
    return tmat.example("thrones")


def written(sheets: list[Worksheet], kind: str) -> str:
    return "\n".join(data.decode() for data in rendered(sheets, kind, Look(full=True, width=100), "x").values())


def plain(text: str, kind: str) -> str:
    """The words of a page, without its markup."""
    if kind in ("html", "svg"):
        text = unescape(re.sub(r"<[^>]*>", "\n" if kind == "html" else " ", text))
    return re.sub(r"\s+", " ", text.replace("\\_", "_").replace("\\", ""))


@pytest.mark.parametrize("kind", ["markdown", "latex", "html", "svg", "text"])
def test_every_verdict_is_said(sheets: list[Worksheet], kind: str) -> None:
    text = plain(written(sheets, kind), kind)
    for sheet in on_pages(sheets):
        for stage in sheet:
            assert stage.remarks is not None
            for remark in (one for own in stage.remarks.of.values() for one in own):
                first = remark.said[0].text.partition(":")[0]
                assert first in text
    assert VERDICT in text
    assert "unexplained 0" in text


def test_wrong_cells_are_marked_and_right_ones_stand_beside_them(sheets: list[Worksheet]) -> None:
    markdown, latex, html = (written(sheets, kind) for kind in ("markdown", "latex", "html"))
    assert len(re.findall(r"\*\*[-−∞\d.]+\*\*", markdown)) == PRINTED_WRONG
    assert len(re.findall(r"\\tmatslip\{(?:\\phantom\{[-\d]*\})?-?\d+(?:\.\d+)?\}", latex)) == PRINTED_WRONG
    assert len(re.findall(r'<td class="[^"]*\bslip\b', html)) == PRINTED_WRONG
    assert (
        len(re.findall(r'<td class="[^"]*\bright\b', html)) == PRINTED_WRONG - 5
    )  # of the probabilities nothing is known
    for row in RIGHT_V:
        told = [f"{x:.2f}" for x in row]
        assert re.search(r"\W+".join(map(re.escape, told)), markdown)
        assert all(f"\\tmatright{{{x}}}" in latex for x in told)
        assert all(f">{x}</td>" in html for x in told)


def test_a_spreadsheet_has_verdicts_and_the_right_numbers_beside_the_printed_ones(sheets: list[Worksheet]) -> None:
    pytest.importorskip("xlsxwriter")
    [data] = rendered(sheets, "xlsx", Look(), "x.xlsx").values()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        strings = unescape(book.read("xl/sharedStrings.xml").decode())
        attention = book.read("xl/worksheets/sheet5.xml").decode()  # after the cover, vocab, embed and posenc
    assert VERDICT in strings
    assert "unexplained 0" in strings
    cells = {place: float(x) for place, x in re.findall(r'<c r="([A-Z]+\d+)"[^>]*><v>([^<]*)</v></c>', attention)}
    printed = load("thrones").data.number("V")
    [row] = [
        r
        for r in range(1, 99)
        if all(cells.get(f"{c}{r}") == x for c, x in zip("BCDE", printed[0], strict=True)) and f"H{r}" in cells
    ]
    for i in range(6):
        assert [cells[f"{c}{row + i}"] for c in "BCDE"] == printed[i].tolist()
        assert [cells[f"{c}{row + i}"] for c in "HIJK"] == pytest.approx(RIGHT_V[i])


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_piped_has_no_remarks_and_pages_have(name: str) -> None:
    found = tmat.example(name)
    bare = tmat.example(name, remarks=False)
    assert [sheet.page for sheet in bare] == [None] * len(bare)
    for one, other in zip(found, bare, strict=True):
        assert written([one], "json") == written([other], "json")
        assert one.page is not None
        assert all(stage.remarks is not None for stage in one.page)
    assert on_pages(found)[0].cover is not None


def test_corrected_pages_carry_no_verdicts() -> None:
    for sheet in on_pages(tmat.example("thrones", corrected=True)):
        for stage in sheet:
            assert stage.remarks is not None
            assert not stage.remarks.of
            assert not stage.remarks.corrections
