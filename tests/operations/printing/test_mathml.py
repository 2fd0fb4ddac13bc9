"""Formulas and cells of every operation as MathML: well formed, every element with as many parts as it must have."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, sample

from tmat.operations import REGISTRY
from tmat.operations.printing.labels import Labels
from tmat.operations.printing.mathml import MATHML
from tmat.operations.printing.numbers import Numbers
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.symbols import Symbols

PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3}
LEAVES = {"mi", "mn", "mo", "mtext", "mspace"}
ROWS = {"math", "mrow", "msqrt", "mtable", "mtr", "mtd"}
NAMES = ("scores2", "layer1.W_K", "a<b&c", "gamma")


def checked(row: str) -> str:
    """The text of a row, every element of which has the parts that MathML Core gives it."""
    root = ET.fromstring(f"<math>{row}</math>")
    for element in root.iter():
        if element.tag in LEAVES:
            assert len(element) == 0
            assert element.tag != "mn" or re.fullmatch(r"\d+(\.\d+)?", element.text or ""), row
        else:
            assert element.tag in PARTS or element.tag in ROWS, element.tag
            assert len(element) == PARTS.get(element.tag, len(element)), row
    return "".join(root.itertext())


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_operations_formula(name: str) -> None:
    it = sample(name, np.random.default_rng(0))
    names = NAMES[: len(it.arrays)]
    said = checked(Matrices(MATHML).text(it.op.over(names, it.params)))
    letters = ["scores2", "layer1.WK", "a<b&c"][: len(names)]
    assert all(letter in said for letter in (letters[:1] if name in ("row_deviation", "row_variance") else letters))


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_operations_cells(name: str) -> None:
    rng = np.random.default_rng(3)
    for case in range(len(PARAMETERS.get(name, [{}]))):
        it = sample(name, rng, case)
        for i, j in np.ndindex(*it.op(*it.arrays, **it.params).shape):
            cell = it.op.at(i, j, *it.operands, **it.params)
            for printer in (Symbols(MATHML), Labels(MATHML), Numbers(MATHML)):
                checked(printer.text(cell))


def test_indices_and_transposition_of_a_name() -> None:
    product = REGISTRY["matmul_transposed"].over(("W_Q", "K12"), {})
    assert Matrices(MATHML).text(product) == (
        "<msub><mi>W</mi><mi>Q</mi></msub><msubsup><mi>K</mi><mn>12</mn><mo>⊤</mo></msubsup>"
    )
