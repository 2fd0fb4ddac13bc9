"""Equations set in strips: what is printed, read again, is true."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmat.operations import REGISTRY
from tmat.rendering.layout import Look, render
from tmat.rendering.layout.equation import Formula
from tmat.rendering.styled import plain
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

MATRIX = re.compile(r"[⎡⎢⎣\[] ([^⎤⎥⎦\]⎡⎢⎣\[]*) [⎤⎥⎦\]]")


def stage_of(op: str, *operands: np.ndarray, **params: float) -> Stage:
    given = {f"M{n}": Matrix.of(f"M{n}", values) for n, values in enumerate(operands)}
    with np.errstate(all="ignore"):
        result = REGISTRY[op].evaluate(*operands, **params)
    step = Step(Matrix.of("R", result), op, tuple(given), dict(params))
    return Stage("test", "test", given=given, steps=[step], output="R")


def printed(stage: Stage, width: int | None = 300) -> list[np.ndarray]:
    """The matrices of a strip, in reading order, from the text alone; each by its own rows, from top to bottom."""
    columns: dict[int, list[list[float]]] = {}
    for line in map(plain, render(Worksheet([stage]), width=width, look=Look(full=True))[3:]):
        for found in MATRIX.finditer(line):
            numbers = [float(text.replace("−∞", "-inf")) for text in found[1].split()]
            columns.setdefault(found.start(), []).append(numbers)
    return [np.array(columns[start]) for start in sorted(columns)]


sizes = st.integers(1, 6)


@st.composite
def whole(draw: st.DrawFn, height: int, width: int) -> np.ndarray:
    cells = draw(st.lists(st.integers(-99, 99), min_size=height * width, max_size=height * width))
    return np.array(cells, dtype=np.float64).reshape(height, width)


@given(st.data(), sizes, sizes, sizes)
def test_a_printed_product_is_a_true_product(data: st.DataObject, n: int, k: int, m: int) -> None:
    a, b = data.draw(whole(n, k)), data.draw(whole(k, m))
    left, right, product = printed(stage_of("matmul", a, b))
    assert np.array_equal(left @ right, product)
    assert product.shape == (n, m)


@given(st.data(), sizes, sizes, sizes)
def test_the_second_factor_of_scores_is_printed_transposed(data: st.DataObject, n: int, d: int, m: int) -> None:
    q, k = data.draw(whole(n, d)), data.draw(whole(m, d))
    left, right, scores = printed(stage_of("matmul_transposed", q, k))
    assert np.array_equal(right, k.T)
    assert np.array_equal(left @ right, scores)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.data(), sizes, sizes)
def test_sums_with_a_row_and_masks(data: st.DataObject, n: int, m: int) -> None:
    a, row = data.draw(whole(n, m)), data.draw(whole(1, m))
    left, right, total = printed(stage_of("add_row", a, row))
    assert np.array_equal(left + right, total)
    mask = (data.draw(whole(n, m)) > 0).astype(float)
    left, seen, filled = printed(stage_of("mask_fill", a, mask, value=-np.inf))
    assert np.array_equal(np.where(seen == 1, left, -np.inf), filled)


def test_a_column_beside_a_matrix() -> None:
    a = np.array([[1.0, 3.0], [2.0, 8.0]])
    left, mean = printed(stage_of("row_mean", a))
    assert np.array_equal(left.mean(axis=1, keepdims=True), mean)
    assert mean.shape == (2, 1)


def lines_of(stage: Stage, width: int | None = 160, **look: object) -> list[str]:
    return [plain(line) for line in render(Worksheet([stage]), width=width, look=Look(**look))]  # type: ignore[arg-type]


def test_softmax_stands_before_tall_brackets() -> None:
    lines = lines_of(stage_of("softmax", np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])))
    assert lines[-3:] == [
        " 1         ⎛⎡ 0  0 ⎤⎞     ⎡ 0.5  0.5 ⎤",
        " 2  softmax⎜⎢ 0  0 ⎥⎟  =  ⎢ 0.5  0.5 ⎥",
        " 3         ⎝⎣ 0  0 ⎦⎠     ⎣ 0.5  0.5 ⎦",
    ]


def test_a_shorter_matrix_is_centred_with_its_name_above_it() -> None:
    lines = lines_of(stage_of("matmul", np.ones((4, 2)), np.ones((2, 1))))
    assert lines[-5:] == [
        "       M0                    R",
        " 1  ⎡ 1  1 ⎤      M1       ⎡ 2 ⎤",
        " 2  ⎢ 1  1 ⎥  ×  ⎡ 1 ⎤  =  ⎢ 2 ⎥",
        " 3  ⎢ 1  1 ⎥     ⎣ 1 ⎦     ⎢ 2 ⎥",
        " 4  ⎣ 1  1 ⎦               ⎣ 2 ⎦",
    ]


def test_where_a_strip_does_not_fit_the_result_stands_alone_and_given_matrices_before_it() -> None:
    a, b = np.arange(12.0).reshape(2, 6) + 10, np.arange(12.0).reshape(6, 2)
    text = "\n".join(lines_of(stage_of("matmul", a, b), width=40))
    assert "×  " not in text and " = " in text
    assert text.index("M0 2×6") < text.index("M1 6×2") < text.index("R = M0·M1")
    assert "2×6 · 6×2 → 2×2" in text


def test_operands_are_shown_as_they_are_taken() -> None:
    scores = Step(Matrix.of("scores", [[58.3410]]), "matmul", ("Q", "K"), decimals=4, used=2)
    scaled = Step(Matrix.of("scaled", [[58.34 / 2]]), "divide", ("scores",), {"by": 2.0})
    given = {"Q": Matrix.of("Q", [[58.341]]), "K": Matrix.of("K", [[1.0]])}
    lines = lines_of(Stage("s", "s", given=given, steps=[scores, scaled], output="scaled"))
    assert any("[ 58.34 ]  / 2  =  [ 29.17 ]" in line for line in lines)
    assert any(line.endswith("to 4 decimals; rounded to 2 decimals for the next step") for line in lines)
    assert any(line.endswith("exact") for line in lines)


def test_decimals_that_were_asked_of_a_step_are_shown() -> None:
    step = Step(Matrix.of("scaled", [[23.81721]]), "divide", ("S",), {"by": 1.0}, decimals=5)
    lines = lines_of(Stage("s", "s", given={"S": Matrix.of("S", [[23.81721]])}, steps=[step], output="scaled"))
    assert "23.81721" in lines[-1]
    assert "[ 23.8172 ]  / 1" in lines[-1]


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_formula_can_be_taken_apart_or_is_left_alone(name: str) -> None:
    op = REGISTRY[name]
    params = {
        "by": 2.0, "d": 4, "start": 1, "stop": 2, "row": 1, "epsilon": 1e-5, "kind": "sample", "value": 0.0, "p": 0.5,
        "temperature": 2.0, "first": 1, "base": 1e4, "d_model": 4, "ids": [], "words": [], "positions": 2,
        "exponent": "paired",
    }  # fmt: skip
    count = 2 if op.variadic else len(op.axes)
    formula = Formula(name, ["A", "B", "C", "D", "E"][:count], params)
    assert formula.parts is None or formula.parts
    assert "→ 3×3" in formula.shapes([(3, 3)] * count, (3, 3))


def test_shapes_follow_the_formula() -> None:
    def shapes(op: str, sizes: list[tuple[int, int]], result: tuple[int, int]) -> str:
        return Formula(op, [f"M{n}" for n in range(len(sizes))], {}).shapes(sizes, result)

    assert shapes("linear", [(6, 4), (4, 2), (1, 2)], (6, 2)) == "6×4 · 4×2 + 1×2 → 6×2"
    assert shapes("add", [(6, 4), (6, 4)], (6, 4)) == "6×4 + 6×4 → 6×4"
    assert shapes("softmax", [(6, 4)], (6, 4)) == "6×4 → 6×4"
    assert shapes("no such operation", [(6, 4), (2, 2)], (6, 4)) == "6×4, 2×2 → 6×4"


def test_a_step_of_an_unknown_operation_still_shows_its_result() -> None:
    step = Step(Matrix.of("R", [[7.0]]), "hadamard-ish", ("A", "B"))
    lines = lines_of(Stage("s", "s", steps=[step], output="R"))
    assert lines[2].startswith(" 1   R = hadamard-ish(A, B)")
    assert lines[-1] == " 1  [ 7 ]"
