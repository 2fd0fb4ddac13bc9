"""The text form: what is written reads back as answers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.rendering.nasty import WORDS

import tmat
from tmat.reading.answers import read_answers_text
from tmat.rendering.formats.text import document
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

numbers = st.one_of(st.floats(allow_nan=False), st.sampled_from([-0.0, 5e-324, 1e308, np.inf, -np.inf, 0.1 + 0.2]))
words = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=4), st.sampled_from(["When", "nan", "1", "e1", "x2", "don't", "_", "3x4"])
)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    values = np.array([draw(numbers) for _ in range(height * width)]).reshape(height, width)
    return Matrix.of("", values, [draw(words) for _ in range(height)], [draw(words) for _ in range(width)])


@given(st.lists(matrices(), min_size=1, max_size=3))
def test_reads_back_to_the_same_bits(drawn: list[Matrix]) -> None:
    sheet = Worksheet([Stage("attention", "attention", given={f"M{n}": matrix for n, matrix in enumerate(drawn)})])
    back = read_answers_text(document([sheet]))
    assert [one.name for one in back] == [f"M{n}" for n in range(len(drawn))]
    assert [one.matrix.values.tobytes() for one in back] == [matrix.values.tobytes() for matrix in drawn]


def test_words_label_rows_and_columns() -> None:
    sheet = tmat.attention(Matrix.of("X", [[1.0, 2.0], [0.5, -1.0]], rows=["When", "you"]), d_k=2)
    text = document([sheet])
    back = {one.name: one.matrix for one in read_answers_text(text)}
    stage = sheet.stages[0]
    assert list(back) == stage.names()
    assert back["weights"].rows == back["weights"].cols == ("When", "you")
    assert "scores   # scores = Q·Kᵀ, 2×2\n" in text


def test_labels_that_cannot_be_typed_are_remarks() -> None:
    text = document([Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[1.0], [2.0]], rows=["a b", "#"])})])])
    assert "# rows: a b | #\n" in text
    assert read_answers_text(text)[0].matrix.rows == ("a b", "#")


def test_emptied_steps_are_left_to_fill_in() -> None:
    steps = [Step(Matrix.of("Q", [[np.nan, np.nan]], rows=["When"]), "matmul", ("X", "W"))]
    text = document([Worksheet([Stage("s", "s", steps=steps)])])
    assert text.endswith("\nWhen _ _\n")
    [read] = read_answers_text(text)
    assert read.blanks == [(0, 0), (0, 1)]


def test_several_stages_give_their_names() -> None:
    matrix = Matrix.of("X", [[1.0]])
    sheet = Worksheet([Stage("attention", "attention", given={"X": matrix}), Stage("ffn", "ffn", given={"X": matrix})])
    assert [one.name for one in read_answers_text(document([sheet]))] == ["attention.X", "ffn.X"]


def test_digits() -> None:
    text = document([Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[2 / 3, 10.0]])})])], Look(digits=2))
    assert text.endswith("\n0.67 10.00\n")
