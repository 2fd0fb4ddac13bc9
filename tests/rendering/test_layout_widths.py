"""At every width every line fits, nothing is cut without …, and words of any script stay aligned."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tmat
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import Line, columns, plain
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.visible import width as width_of

CHINESE = ("当", "你", "玩", "权力", "的", "游戏")
ENGLISH = ("When", "you", "play", "game", "of", "thrones")


def attention(rows: tuple[str, ...] = ENGLISH, **options: object) -> Worksheet:
    values = np.round(np.random.default_rng(3).normal(size=(len(rows), 6)), 2)
    return tmat.attention(Matrix.of("X", values, rows=rows), **options)  # type: ignore[arg-type]


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Cs")) | st.sampled_from("当你玩אב\n\x1b"),
    min_size=1,
    max_size=12,
)


@given(st.data(), st.integers(40, 200), st.integers(1, 30), st.integers(1, 30), st.sampled_from([0, 1, -8, 12, 250]))
def test_every_line_fits(data: st.DataObject, width: int, n: int, m: int, power: int) -> None:
    rng = np.random.default_rng(n * 31 + m)
    values = rng.normal(size=(n, m)) * 10.0**power
    values[rng.random((n, m)) < 0.1] = -np.inf
    rows = data.draw(st.lists(words, min_size=n, max_size=n))
    cols = data.draw(st.lists(words, min_size=m, max_size=m))
    x = Matrix.of("X", values, rows=rows, cols=cols, origin=data.draw(words))
    steps = [
        Step(Matrix.of("scores", np.zeros((n, n)), rows=rows, cols=rows), "matmul_transposed", ("X", "X"), decimals=2),
        Step(Matrix.of(data.draw(words), values, rows=rows, cols=cols), "softmax", ("X",)),
    ]
    stage = Stage("attention", "attention", {}, (data.draw(words), "d_k = 6"), {"X": x}, steps, "scores")
    heat, full, encoding = data.draw(st.tuples(st.booleans(), st.booleans(), st.sampled_from(["utf-8", "ascii"])))
    look = Look(heat=heat, full=full, glyphs=full, encoding=encoding)
    lines = render(Worksheet([stage], tokens=tuple(rows)), width=width, look=look)
    assert max(map(columns, lines)) <= width
    assert all(character >= " " for line in lines for character in plain(line))
    if encoding == "ascii":
        assert all(plain(line).isascii() for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 200])
@pytest.mark.parametrize("rows", [ENGLISH, CHINESE])
def test_stages_fit_and_their_brackets_stand_in_columns(width: int, rows: tuple[str, ...]) -> None:
    lines = render(attention(rows, mask="causal", heads=2, d_k=3), width=width)
    assert max(map(columns, lines)) <= width
    for above, line in pairwise(lines):
        if "⎢" in plain(above) and "⎢" in plain(line):
            assert set(brackets(above)) & set(brackets(line))


def brackets(line: Line) -> list[int]:
    text = plain(line)
    return [width_of(text[:n]) for n, character in enumerate(text) if character in "⎡⎢⎣"]


def test_chinese_words_take_two_columns_each() -> None:
    lines = [plain(line) for line in render(attention(CHINESE), width=100)]
    starts = {
        width_of(line[: line.index(mark)])
        for line in lines
        for mark in "⎡⎢⎣"
        if line[1:2] in "当你玩权的游" and mark in line
    }
    assert len(starts) == 1


def big(n: int, m: int) -> Stage:
    values = np.arange(n * m, dtype=np.float64).reshape(n, m)
    step = Step(Matrix.of("R", values), "identity", ("missing",))
    return Stage("s", "s", steps=[step], output="R")


def test_big_matrices_show_their_edges_and_say_what_is_missing() -> None:
    text = [plain(line) for line in render(Worksheet([big(40, 60)]), width=60)]
    assert sum(line.startswith((" 1 ", " 6 ", " 35 ", " 40 ")) for line in text[3:]) == 4
    assert any("⋮" in line for line in text) and all("…" in line for line in text if line.startswith(" 40 "))
    assert "40×60, 28 rows and 52 columns not shown" in " ".join(text)
    assert "least 0 · largest 2399 · mean 1200" in " ".join(" ".join(text).split())


def numbers_in(lines: list[Line]) -> set[float]:
    texts = " ".join(span.text for line in lines for span in line if span.role == "result").split()
    return {float(text) for text in texts}


@pytest.mark.parametrize(("width", "full"), [(None, None), (60, True), (200, True)])
def test_nothing_is_left_out_where_the_width_is_free_or_all_is_asked_for(width: int | None, full: bool | None) -> None:
    lines = render(Worksheet([big(30, 40)]), width=width, look=Look(full=full))
    assert numbers_in(lines) == set(range(1200))
    assert not any("…" in plain(line) or "⋮" in plain(line) for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_small_matrices_are_folded_not_cut(width: int) -> None:
    lines = render(Worksheet([big(3, 12)]), width=width)
    assert numbers_in(lines) == set(range(36))


def test_a_folded_matrix_opens_once_and_closes_once() -> None:
    text = "\n".join(map(plain, render(Worksheet([big(3, 12)]), width=40)))
    assert text.count("⎡") == text.count("⎤") == 1


def test_a_very_long_word_is_cut_with_a_mark_only_where_the_width_is_limited() -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitän"
    sheet = attention((word, *ENGLISH[1:]))
    narrow, free = (["".join(plain(line) for line in render(sheet, width=w)[2:])] for w in (60, None))
    assert word not in narrow[0] and "Donaudampfsch…" in narrow[0]
    assert word in free[0]


def test_columns_are_named_by_words_where_columns_are_tokens() -> None:
    lines = [plain(line) for line in render(attention(project=False), width=80)]
    at = next(n for n, line in enumerate(lines) if "scores = Q·Kᵀ" in line)
    assert lines[at + 2].split() == list(ENGLISH)


def test_an_empty_matrix_says_so() -> None:
    stage = Stage("s", "s", given={"X": Matrix.of("X", np.zeros((0, 4)))}, output="X")
    assert plain(render(Worksheet([stage]), width=60)[-1]) == " [ ]  0×4: no cells"


def test_six_heads_are_set_side_by_side() -> None:
    lines = [plain(line) for line in render(attention(heads=6, d_k=1), width=100)]
    assert any("Q1 = Q[:, 1…1]" in line and "K1 = K[:, 1…1]" in line for line in lines)


def test_what_came_from_a_stage_above_is_not_drawn_again() -> None:
    sheet = tmat.addnorm(attention(project=True))
    both = "\n".join(map(plain, render(sheet, width=60)))
    alone = "\n".join(map(plain, render(sheet, width=60, stages=[sheet.stages[-1]])))
    assert "X from attention" in both
    assert "X 6×6" in alone
    assert both.count("X 6×6") == 1  # the one that attention was given
