"""What stands in a workbook: its cells, formulas and names."""

from __future__ import annotations

import html
import io
import re
import zipfile

import numpy as np
import pytest

import tmat
from tmat.rendering import rendered
from tmat.rendering.formats.xlsx.plan import planned
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Worksheet

xlsxwriter = pytest.importorskip("xlsxwriter")

RNG = np.random.default_rng(1)
X = np.round(RNG.normal(size=(3, 4)), 2)
Cells = dict[str, tuple[str | None, str | None]]


def dumped(*sheets: Worksheet, look: Look | None = None) -> bytes:
    return rendered(list(sheets), "xlsx", look or Look(), "")[""]


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def cells(data: bytes, sheet: int = 1) -> Cells:
    """The formula and the stored value of every cell."""
    text = part(data, f"xl/worksheets/sheet{sheet}.xml")
    strings = [
        html.unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", one)))
        for one in re.findall(r"<si>(.*?)</si>", part(data, "xl/sharedStrings.xml"), re.DOTALL)
    ]
    found: Cells = {}
    for place, attributes, inner in re.findall(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', text):
        formula = re.search(r"<f>([^<]*)</f>", inner)
        value = re.search(r"<v>([^<]*)</v>", inner)
        stored = value[1] if value else None
        if 't="s"' in attributes and stored is not None:
            stored = strings[int(stored)]
        found[place] = (html.unescape(formula[1]) if formula else None, stored)
    return found


def names(data: bytes) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'<sheet name="([^"]*)"', part(data, "xl/workbook.xml"))]


def formulas(data: bytes, sheet: int = 1, *, of: str = "numbers") -> list[str]:
    """The formulas whose results are numbers, or words."""
    found = [(formula, value) for formula, value in cells(data, sheet).values() if formula is not None]
    return [formula for formula, value in found if (of == "numbers") == is_number(value)]


def is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def without_dollars(texts: list[str]) -> list[str]:
    return [text.replace("$", "") for text in texts]


def attention() -> Worksheet:
    return tmat.attention(X, d_k=2, d_v=2, mask="causal", seed=1, project=False)


def corner(sheet: Worksheet, name: str, stage: str = "attention") -> str:
    """The first cell of a matrix."""
    tab = next(tab for tab in planned(sheet, Look(), 1, 1) if tab.name == stage)
    return str(xlsxwriter.utility.xl_rowcol_to_cell(*tab.matrices[name].place(0, 0)))
