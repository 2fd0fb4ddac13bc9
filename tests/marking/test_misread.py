"""One number of an operand read as another: a row or a column of the product is off, and the report says which number."""

from __future__ import annotations

import numpy as np
import pytest
from tests.operations.slips.oracle import Case, random

import tmat
from tmat.marking import Verdict, mark
from tmat.marking.findings import Certainty
from tmat.marking.reports.words import said_of


def product(op: str, n: int, k: int, m: int) -> Case:
    page = {
        "A": random(n, n, k).round(1),
        "B": random(m + 10, *((m, k) if op == "matmul_transposed" else (k, m))).round(1),
    }
    if op == "linear":
        page["bias"] = random(m, 1, m)
    return Case(op, page)


CASES = [product(op, *sizes) for op in ("matmul", "linear", "matmul_transposed") for sizes in ((3, 5, 4), (5, 3, 3))]


def marked(case: Case, values: np.ndarray) -> list[str]:
    """What is said for sure of these numbers."""
    findings = mark({case.result: values.round(2)}, case.key())[case.result].findings
    return [said_of(one.mistakes[0]) for one in findings if one.certainty is Certainty.SURE]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.shapes}")
@pytest.mark.parametrize("operand", ["A", "B"])
@pytest.mark.parametrize("wrong", ["sign", "1 for 7", "tenfold"])
def test_the_number_and_its_place_are_named(case: Case, operand: str, wrong: str) -> None:
    r = np.random.RandomState(case.shapes[0][0])
    read = {name: case[name].copy() for name in case.names}
    place = tuple(int(r.randint(size)) for size in read[operand].shape)
    due = read[operand][place] or 0.6
    new = {"sign": -due, "1 for 7": round(due + 0.6, 1), "tenfold": due * 10}[wrong]
    read[operand][place] = new
    a, b = read["A"], read["B"].T if case.op == "matmul_transposed" else read["B"]
    values = a @ b + read.get("bias", 0.0)
    row, column = place
    lines = {"A": f"row {row + 1}", "B": f"column {(row if case.op == 'matmul_transposed' else column) + 1}"}
    due_and_new = [f"{number:.1f}".replace("-", "−") for number in (case[operand][place], new)]
    where = f"{due_and_new[0]} in row {row + 1}, column {column + 1}, was read as {due_and_new[1]}"
    assert marked(case, values) == [f"one number of {operand}, {where}: all of {lines[operand]} is off"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.shapes}")
def test_a_line_that_came_about_otherwise_has_no_number_misread(case: Case) -> None:
    r = np.random.RandomState(1)
    for n in range(20):
        values = case.right().copy()
        line = (n % values.shape[0],) if n % 2 else (slice(None), n % values.shape[1])
        values[line] += r.uniform(-2, 2, values[line].shape)
        assert not any("was read as" in said for said in marked(case, values))


def test_a_number_of_the_page_that_was_misread_is_charged_once() -> None:
    """X's 0.40 read as 0.90 for Q and K: K follows from what was read; each has as much room as its decimals leave."""
    given = np.array([[0.3, 0.1, 0.7], [0.8, 0.4, 0.2], [0.5, 0.9, 0.6]])
    read = given.copy()
    read[1, 1] = 0.9
    weights = {name: random(n, 3, 4).round(1) for n, name in enumerate(("W_Q", "W_K"), start=5)}
    key = tmat.attention(given, W_V=random(7, 3, 4).round(1), **weights, project=False)
    report = mark({"Q": (read @ weights["W_Q"]).round(2), "K": (read @ weights["W_K"]).round(2)}, key)
    assert [said_of(one.mistakes[0]) for one in report["Q"].findings] == [
        "one number of X, 0.4 in row 2, column 2, was read as 0.9: all of row 2 is off"
    ]
    assert report["K"].verdict is Verdict.FOLLOWS
    assert not report["K"].findings


def test_a_number_that_was_read_as_one_of_several_is_told_about() -> None:
    """Of products written to 1 decimal, by factors below 1, 0.90 and 0.91 make the same: which it was is not known."""
    given = np.array([[0.31, 0.12, 0.74], [0.82, 0.41, 0.23]])
    read = given.copy()
    read[1, 1] = 2.41
    weights = np.array([[0.3, 0.7, 0.4, 0.2], [0.52, -0.74, 0.31, 0.63], [0.1, 0.5, -0.6, 0.8]])
    key = tmat.attention(given, W_Q=weights, W_K=weights[:, ::-1], W_V=weights, project=False)
    found = mark({"Q": (read @ weights).round(1), "K": (read @ weights[:, ::-1]).round(1)}, key)
    assert "was read as about 2.4" in said_of(found["Q"].findings[0].mistakes[0])
    assert found["K"].verdict is Verdict.FOLLOWS
