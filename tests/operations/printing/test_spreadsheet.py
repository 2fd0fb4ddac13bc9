"""Formulas of every operation, calculated here by the rules of a spreadsheet, give the operation's result."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, THIN, Sample, sample

from tmat.operations import REGISTRY
from tmat.operations.expression import Cell, Number, Operand, total
from tmat.operations.printing.spreadsheet import Spreadsheet
from tmat.operations.selections import Place


def letters(n: int) -> str:
    return (letters(n // 26 - 1) if n >= 26 else "") + chr(65 + n % 26)


def address(cell: Cell) -> str:
    return f"{cell.operand.name}!{letters(cell.j)}{cell.i + 1}"


def between(first: Cell, last: Cell) -> str:
    return f"{address(first)}:{letters(last.j)}{last.i + 1}"


def place(text: str) -> tuple[int, int]:
    column = 0
    word = re.match("[A-Z]+", text)
    assert word is not None
    for letter in word[0]:
        column = column * 26 + ord(letter) - 64
    return int(text[len(word[0]) :]) - 1, column - 1


def calculated(formula: str, sheets: dict[str, np.ndarray]) -> float:
    """What a spreadsheet makes of the formula: ranges as arrays, no infinities."""
    sheets = {name: np.clip(array, -1e300, 1e300) for name, array in sheets.items()}

    def numbers(found: re.Match[str]) -> str:
        i, j = place(found[2])
        i2, j2 = place(found[3] or found[2])
        cut = f"{i}:{i2 + 1},{j}:{j2 + 1}" if found[3] else f"{i},{j}"
        return f"sheets['{found[1]}'][{cut}]"

    python = re.sub(r"([A-Z])!([A-Z]+\d+)(?::([A-Z]+\d+))?", numbers, formula)
    python = python.replace("^", "**").replace("<>", "!=")
    python = re.sub(r"(?<![=!<>])=(?!=)", "==", python)
    one = lambda *arrays: max(float(np.max(array)) for array in arrays)  # noqa: E731
    known = {
        "sheets": sheets,
        "SUM": np.sum,
        "SUMPRODUCT": lambda first, *others: float(np.sum(math.prod(others, start=np.asarray(first)))),
        "MMULT": lambda a, b: np.atleast_2d(a) @ np.atleast_2d(b),
        "MAX": one,
        "MIN": min,
        "IF": lambda test, then, otherwise: then if test else otherwise,
        "INDEX": lambda column, n: np.ravel(column)[int(n) - 1],
        "MATCH": lambda value, line, kind: list(np.ravel(line)).index(value) + 1,
        "EXP": np.exp,
        "LN": np.log,
        "SQRT": np.sqrt,
        "SIN": np.sin,
        "COS": np.cos,
        "TANH": np.tanh,
        "ERF": math.erf,
        "PI": lambda: math.pi,
        "ROUND": lambda x, n: np.sign(x) * np.floor(np.abs(x) * 10**n + 0.5) / 10**n,
    }
    with np.errstate(all="ignore"):
        return float(eval(python, {"__builtins__": {}}, known))


def samples(name: str) -> Iterator[Sample]:
    rng = np.random.default_rng(5)
    for case in range(len(PARAMETERS.get(name, [{}]))):
        for sizes in THIN:
            yield sample(name, rng, case, **sizes)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_formula_gives_its_cell(name: str) -> None:
    for it in samples(name):
        result = it.op(*it.arrays, **it.params)
        sheets = dict(zip("ABCD", it.arrays, strict=False))
        printer = Spreadsheet(address, between)
        for i, j in np.ndindex(*result.shape):
            formula = printer.text(it.op.at(i, j, *it.operands, **it.params))
            assert formula[:1] not in "=+@" and " " not in formula
            expected = min(max(result[i, j], -1e300), 1e300)
            assert calculated(formula, sheets) == pytest.approx(expected, rel=1e-9, abs=1e-12), formula


def test_softmax_of_masked_rows() -> None:
    a = np.array([[-np.inf, 3.0, 2.0], [-np.inf, -np.inf, -np.inf], [5000.0, -5000.0, 4999.0]])
    operand = Operand("A", a)
    for i, j in np.ndindex(3, 3):
        formula = Spreadsheet(address, between).text(REGISTRY["softmax"].at(i, j, operand))
        assert calculated(formula, {"A": a}) == pytest.approx(REGISTRY["softmax"](a)[i, j], rel=1e-12)


def test_formulas_are_short_and_need_no_array_entry() -> None:
    def said(name: str, **params: object) -> str:
        it = sample(name, np.random.default_rng(0), n=2, m=3, k=3, d=3, h=3)
        return Spreadsheet(address, between).text(it.op.at(1, 0, *it.operands, **params))

    assert said("matmul") == "SUMPRODUCT(MMULT(A!A2:C2,B!A1:A3))"
    assert said("linear") == "SUMPRODUCT(MMULT(A!A2:C2,B!A1:A3))+C!A1"
    assert said("matmul_transposed") == "SUMPRODUCT(A!A2:C2,B!A1:C1)"
    assert said("softmax") == "EXP(A!A2-MAX(A!A2:C2))/SUMPRODUCT(EXP(A!A2:C2-MAX(A!A2:C2)))"
    assert said("mask_fill", value=-math.inf) == "IF(B!A2<>0,A!A2,-1E+300)"
    assert said("row_mean") == "SUM(A!A2:C2)/3"
    assert said("row_deviation", kind="population") == "SQRT(SUMPRODUCT((A!A2:C2-B!A2)^2)/3)"
    assert said("lookup", first=1) == "INDEX(B!A1:A17,A!A2)"
    assert said("largest", first=1) == "MATCH(MAX(A!A2:C2),A!A2:C2,0)"
    assert said("renormalize") == "IF(SUM(A!A2:C2)=0,0,A!A2/SUM(A!A2:C2))"
    assert said("gelu") == "(A!A2/2)*(1+ERF(A!A2/SQRT(2)))"


def test_a_matrix_taken_rounded() -> None:
    a, b = np.array([[0.126, 0.333]]), np.array([[2.0], [3.0]])
    sheet = Spreadsheet(address, between, taken={"A": 2})
    product = REGISTRY["matmul"].at(0, 0, Operand("A", a), Operand("B", b))
    assert sheet.rounded(product, 1) == "ROUND(ROUND(SUMPRODUCT(MMULT(ROUND(ROUND(A!A1:B1,10),2),B!A1:A2)),9),1)"
    assert calculated(sheet.text(product), {"A": a, "B": b}) == pytest.approx(0.13 * 2 + 0.33 * 3)
    for name in ("row_mean", "softmax", "largest", "divide"):
        params = {"largest": {"first": 0}, "divide": {"by": 2.0}}.get(name, {})
        formula = sheet.text(REGISTRY[name].at(0, 0, Operand("A", a), **params))
        expected = REGISTRY[name](np.array([[0.13, 0.33]]), **params)[0, 0]
        assert calculated(formula, {"A": a}) == pytest.approx(expected)


def test_terms_that_do_not_run_are_written_out() -> None:
    a = Operand("A", np.array([[1.0, 2.0, 3.0]]))
    sheet = Spreadsheet(address, between)
    assert sheet.text(total([a[0, 0], a[0, 2]])) == "A!A1+A!C1"
    assert sheet.text(Place((a[0, 0], a[0, 2]), 1)) == "IF(A!A1=MAX(A!A1,A!C1),1,2)"
    assert sheet.text(Number(-math.inf) + Number(math.inf)) == "(-1E+300)+1E+300"
    assert sheet.text(a[0, 0] - Number(-0.5)) == "A!A1-(-0.5)"
