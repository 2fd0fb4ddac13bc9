"""Every form in which people paste a matrix, as a matrix and as an answer; what cannot be read is said."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tmat
from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.reading.pasted import read_pasted
from tmat.reading.text_rows import is_cell
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix

HALF = [[0.5, -1.25, 3.0], [2.0, 0.125, -4.0]]


MORE = [
    "A := [[0.5, -1.25, 3], [2, 0.125, -4]]",
    "A ≈ [[0.5, −1.25, 3], [2, 0.125, −4]]",
    "Z = A·V = [[0.5, -1.25, 3], [2, 0.125, -4]]",
    "1. Z = [[0.5, -1.25, 3], [2, 0.125, -4]]",
    "Step 1: Q\n0.5 -1.25 3\n2 0.125 -4",
    "(a) Q\n0.5 -1.25 3\n2 0.125 -4",
    "* Q:\n0.5 -1.25 3\n2 0.125 -4",
    "• Q\n0.5 -1.25 3\n2 0.125 -4",
    "“Q”\n0.5 -1.25 3\n2 0.125 -4",
    "Q：\n0.5 -1.25 3\n2 0.125 -4",
    "Q＝\n0.5 -1.25 3\n2 0.125 -4",
    "## Q (2×3)\n0.5 -1.25 3\n2 0.125 -4",
    "Q matrix\n0.5 -1.25 3\n2 0.125 -4",
    "查询矩阵 Q\n0.5 -1.25 3\n2 0.125 -4",
    "注意力权重\n0.5 -1.25 3\n2 0.125 -4",
    "1. 0.5 -1.25 3\n2. 2 0.125 -4",
    "cat: 0.5 -1.25 3\nsat: 2 0.125 -4",
    "q₁ = [0.5, -1.25, 3]\nq₂ = [2, 0.125, -4]",
    "Parameter containing:\ntensor([[ 0.5000, -1.2500,  3.0000],\n        [ 2.0000,  0.1250, -4.0000]], requires_grad=True)",
    "tensor([[[ 0.5000, -1.2500,  3.0000],\n         [ 2.0000,  0.1250, -4.0000]]])",
    "A = np.array([[0.5, -1.25, 3], [2, 0.125, -4]], dtype=np.float32)",
    "A = np.array([[0.5, 2], [-1.25, 0.125], [3, -4]]).T",
    "A = torch.tensor([0.5, -1.25, 3, 2, 0.125, -4]).reshape(2, 3)",
    "A = matrix(c(0.5, -1.25, 3, 2, 0.125, -4), ncol=3, byrow=TRUE)",
    "rbind(c(0.5, -1.25, 3), c(2, 0.125, -4))",
    "cbind(c(0.5, 2), c(-1.25, 0.125), c(3, -4))",
    "\\[ A = \\left( \\begin{array}{ccc} 0.5 & -1.25 & 3 \\\\ 2 & 0.125 & -4 \\end{array} \\right) \\]",
    "$$\\pmatrix{0.5 & -1.25 & 3 \\cr 2 & 0.125 & -4}$$",
    "\\begin{pmatrix}\n\\frac12 & -\\tfrac{5}{4} & 3 \\\\\n2 & \\frac{1}{8} & -4\n\\end{pmatrix}",
    "\\begin{aligned} A &= \\begin{bmatrix} 0.5 & -1.25 & 3 \\\\ 2 & 0.125 & -4 \\end{bmatrix} \\end{aligned}",
    "$ mat(0.5, -1.25, 3; 2, 0.125, -4) $",
    '$ mat(delim: "[", 0.5, -1.25, 3; 2, 0.125, -4) $',
    "| 0.5 | -1.25 | 3 |\n| 2 | 0.125 | -4 |",
    "| 0.5 | -1.25 | 3 |\n|---|---|---|\n| 2 | 0.125 | -4 |",
    "┌──────┬───────┬────┐\n│ 0.5  │ -1.25 │  3 │\n│ 2    │ 0.125 │ -4 │\n└──────┴───────┴────┘",
    "<table><thead><tr><th></th><th>a</th><th>b</th><th>c</th></tr></thead>"
    "<tbody><tr><th>When</th><td>0.5</td><td>-1.25</td><td>3</td></tr><tr><th>you</th><td>2</td><td>0.125</td><td>-4</td></tr></tbody></table>",
    "     0      1    2\n0  0.5 -1.250  3.0\n1  2.0  0.125 -4.0",
    "A =\n\n    0.5000   -1.2500    3.0000\n    2.0000    0.1250   -4.0000\n",
    "0,5\t-1,25\t3\n2\t0,125\t-4",
    "0,5; -1,25; 3\n2; 0,125; -4",
    "0,5 -1,25 3\n2 0,125 -4",
    "[0.5, -1.25, 3]\n[2, 0.125, -4]",
    "[0.5 -1.25 3\n 2 0.125 -4]",
    "½ −5/4 ３\n２ 1/8 −４",
    "5×10^-1 -1.25 3\n2 1.25e-1 -4",
    "When | 0.5 | -1.25 | 3\nyou | 2 | 0.125 | -4",
    "[CLS] 0.5 -1.25 3\n[SEP] 2 0.125 -4",
    "Token 1 0.5 -1.25 3\nToken 2 2 0.125 -4",
    "{'A': [[0.5, -1.25, 3], [2, 0.125, -4]]}",
    "0.5f, -1.25f, 3.0f\n2.0f, 0.125f, -4.0f",
    "Q\n(0.5; −1.25; 3)\n(2; 0.125; −4)",
    "Q = [0.5; -1.25; 3]\n[2; 0.125; -4]",
    "Q = (0,5; -1,25; 3)\n    (2; 0,125; -4)",
    "Q = [0.5, -1.25, 3]\n[2, 0.125, -4]",
    "Q=[0.5, -1.25, 3; 2, 0.125, -4]",
    "Q=[0.5, -1.25, 3\n2, 0.125, -4]",
    "Q = [0.5, -1.25, 3\n     2, 0.125, -4];",
    "| | a | b | c |\n|-|-|-|-|\n| When | 0.5 | -1.25 | 3 |\n| you | 2 | 0.125 | -4 |",
    "[[0.5, -1.25, 3],\n [2, 0.125, -4]] ✓",
    "In [3]: A\nOut[3]: \narray([[ 0.5  , -1.25 ,  3.   ],\n       [ 2.   ,  0.125, -4.   ]])",
    "shape: (2, 3)\n┌─────┬───────┬──────┐\n│ a   ┆ b     ┆ c    │\n│ --- ┆ ---   ┆ ---  │\n│ f64 ┆ f64   ┆ f64  │\n╞═════╪═══════╪══════╡\n"
    "│ 0.5 ┆ -1.25 ┆ 3.0  │\n│ 2.0 ┆ 0.125 ┆ -4.0 │\n└─────┴───────┴──────┘",
    "    ⎡ 0.5  -1.25   3 ⎤\nA = ⎣ 2    0.125  -4 ⎦",
]


@pytest.mark.parametrize("text", MORE)
def test_more_forms(text: str) -> None:
    pasted = read_pasted(text, "a.txt")
    assert [one.matrix.values.tolist() for one in pasted.found] == [HALF]
    assert not pasted.problems


@pytest.mark.parametrize(
    "text",
    [
        "Q\t1\t2\n\t3\t4\nV\t5\t6\t7\n\t8\t9\t10",
        "| Q | 1 | 2 |\n| | 3 | 4 |\n| V | 5 | 6 | 7 |\n| | 8 | 9 | 10 |",
        "Q 1 2\n  3 4\nV 5 6 7\n  8 9 10",
    ],
)
def test_names_beside_their_first_rows(text: str) -> None:
    found = {one.name: one.matrix.values.tolist() for one in read_pasted(text, "a.txt").found}
    assert found == {"Q": [[1, 2], [3, 4]], "V": [[5, 6, 7], [8, 9, 10]]}


def test_names_of_matrices_before_rows_are_a_matrix_each_and_words_are_labels() -> None:
    found = read_pasted("Q 1 2\nK 3 4\nV 5 6", "a.txt").found
    assert {one.name: one.matrix.values.tolist() for one in found} == {"Q": [[1, 2]], "K": [[3, 4]], "V": [[5, 6]]}
    [one] = read_pasted("When 1 2\nyou 3 4", "a.txt").found
    assert one.matrix.rows == ("When", "you")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A = [[0.5, ..., 3], [2, ..., -4]]", "stands for numbers that are not there"),
        ("A =\n\n   1.0e+03 *\n\n  0.5 1\n  2 3\n", "their digits are lost"),
        ("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", "3 dimensions (2×2×2)"),
        ("A = np.eye(3)", "'A"),
        ("(0.5, 0.3\n0.1 0.2", "'(' is never closed"),
        ("1,2 3,4\n5,6 7,8", "a decimal comma, or two cells?"),
        ("A = [[1, 2], [3]]", "rows of different lengths"),
        ("A = [[1, x], [3, 4]]", "'x' where a number is due"),
        ("A = [[1, 2], [3, 4]]\n[[5, 6]]", "rows without a name right under 'A'"),
        ("A = [1 2; 3 4]\n[5 6; 7 8]", "rows without a name right under 'A'"),
        ("A = [1, 2]\n[3, 4, 5]", "rows without a name right under 'A'"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    pasted = read_pasted(text, "a.txt")
    assert not pasted.found
    assert message in str(pasted.problems[0].error)


def test_one_bad_matrix_costs_that_matrix() -> None:
    pasted = read_pasted("Q\n1 2\n\nweights\n1/3 x 1/3\n\nZ = [[1, 2], [3, y]]\n\nK\n3 4\n", "a.txt")
    assert [one.name for one in pasted.found] == ["Q", "K"]
    assert [(one.name, one.error.what, one.error.details[0]) for one in pasted.lost] == [
        ("weights", "'x' where a number is due", "in a.txt, line 5, column 5"),
        ("Z", "'y' where a number is due", "in a.txt, line 7, column 19"),
    ]


def test_the_others_are_marked_and_the_bad_one_is_said() -> None:
    key = tmat.attention([[1.0, 2.0], [3.0, 4.0]], W_Q=[[1.0], [2.0]], W_K=[[1.0], [1.0]], W_V=[[3.0], [4.0]])
    from tmat.marking.mark_answers import mark
    from tmat.marking.reports.words import unknown

    report = mark(Answers.of_text("Q\n5\n11\n\nK\n3\n7.O\n"), key)
    assert report["Q"].verdict.word == "right"
    assert [unknown(each) for each in report.unknown][-1].startswith("not read: ")


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "typst", "table"])
def test_what_is_written_reads_back(format: str) -> None:
    words = ["When", "you", "play"]
    rng = np.random.default_rng(7)
    x = Matrix.of("X", rng.normal(size=(3, 2)).round(3), rows=words)
    sheet = tmat.attention(
        x,
        W_Q=[[0.5, 1.0, 2.0], [1.5, -1.0, 0.25]],
        W_K=[[1.0, 0.0, 0.5], [0.0, 1.0, -0.5]],
        W_V=[[2.0, 1.0], [1.0, 3.0]],
    )
    from tmat.rendering import rendered

    look = Look(digits=4)
    [data] = rendered([sheet], format, look).values() if format != "table" else [_table(sheet)]
    back = {one.name: one.matrix.values for one in read_pasted(data.decode("utf-8"), "out").found}
    stage = sheet.stages[0]
    for name in stage.names():
        assert name in back, f"{name} is not read back: {list(back)}"
        assert np.allclose(back[name], stage[name].values, atol=1e-4, rtol=0)


def _table(sheet: tmat.Worksheet) -> bytes:
    from tests.cli.running import tmat as run

    from tmat.rendering.formats.json import dumps

    return run("show --format table --digits 4 --width 100", dumps(sheet)).output.encode()


CELL = st.sampled_from(
    ["0.5", "-1", "1/3", "50%", "≈0.66", "1.O", "0..5", "(0.5", "x", "_", "1e3", "q1", "2", "3,5", "½", "−2"]
)


@given(
    st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=4),
    st.sampled_from([" ", ", ", "\t", " | ", "; "]),
)
def test_no_number_is_lost_in_silence(rows: list[list[str]], gap: str) -> None:
    """As many numbers as were written are in what is read; or something is said."""
    text = "\n".join(gap.join(row) for row in rows)
    pasted = read_pasted(text, "a.txt")
    if pasted.problems:
        return
    written = sum(re.search("[0-9½]", cell) is not None and cell != "q1" for row in rows for cell in row)
    read = sum(int((~np.isnan(one.matrix.values)).sum()) for one in pasted.found)
    labels = sum(
        re.search(r"^[−(≈]?[0-9½]", label) is not None
        for one in pasted.found
        for label in one.matrix.cols
        if one.matrix.cols != tuple(str(n) for n in range(1, one.matrix.width + 1))
    )
    assert read + labels >= written or len(pasted.found) > 1, text
    assert all(math.isfinite(x) for one in pasted.found for x in one.matrix.values.ravel() if not math.isnan(x))


MANY = 2 * 10**4  # work that grows with the square of it would take a minute


def test_a_long_line_is_answered_at_once() -> None:
    for text in (
        "[" * MANY,
        "1" * 10**7,
        "(1/" * MANY,
        "\\frac{" * MANY,
        "<td" * MANY,
        "| " * 10**6,
        "a=" * MANY,
        "≈" * 10**6,
        "<td" * MANY + "1" * 10**4,
        "tensor([[" + "0.5, " * MANY,
        "x[" + "1, " * MANY,
        "1 = " * MANY,
        "1 | " * MANY,
        "1 /* " * MANY,
        "1;" * MANY,
        "⎡ 1 ⎤" * MANY,
    ):
        with pytest.raises(InputError):
            found = read_pasted(text, "a.txt")
            raise (found.problems[0].error if found.problems else InputError("nothing was found"))


@pytest.mark.parametrize(
    ("cells", "right"),
    [("1/2 0", True), ("1/2 0.0", True), ("1/3 0", False), ("51/100 0", False), ("50% 0%", True), ("51% 0%", False)],
)
def test_a_fraction_claims_exactly_what_it_says(cells: str, right: bool) -> None:
    from tmat.marking.printed import PrintedMatrix

    [answer] = Answers.of_text(f"A\n{cells}\n")
    fits = PrintedMatrix(answer.values, answer.claim).fits(np.array([[0.5, 0.0]]))
    assert bool(fits.all()) is right


def test_a_report_says_how_a_matrix_was_read() -> None:
    from tests.marking.reported import plain

    from tmat.marking.mark_answers import mark
    from tmat.marking.reports.data import as_dict

    key = tmat.attention(
        [[1.0, 0.0], [0.0, 1.0]], W_Q=[[0.5, 2.0], [3.0, 4.25]], W_K=[[1.0, 0.0], [0.0, 1.0]], W_V=[[1.0], [1.0]]
    )
    report = mark(Answers.of_text("Q\n0,5; 2\n3; 4,25\n"), key)
    assert report["Q"].verdict.word == "right"
    assert "Q was read so: decimal commas read as points (answers, line 1)" in plain(report).splitlines()
    assert as_dict(report)["readings"] == [
        {"name": "Q", "how": "decimal commas read as points", "where": "answers, line 1"}
    ]


@pytest.mark.parametrize(
    "text", ["\\bigl[\x1f\x7f\n 1 & 2 \\\\", "A =\n\n Column 1:\n\n 1\n\n Column 2:\n\n 1.O x\n", "⎡ x\n", '⎢ " 6 ⎥\n']
)
def test_what_is_damaged_is_refused_in_words(text: str) -> None:
    pasted = read_pasted(text, "a.txt")
    assert not [one for one in pasted.found if not one.texts]
    assert all(problem.error.what for problem in pasted.problems)


@pytest.mark.parametrize("cell", ["1e", "1/2", "_"])
def test_what_stands_many_times_in_a_line_is_judged_once(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    monkeypatch.setattr("tmat.reading.blocks.is_cell", lambda text: judged.append(text) or is_cell(text))
    read = read_pasted(f"{cell} " * 50_000)
    assert len(judged) < 2000
    assert [one.matrix.values.shape for one in read.found] == ([] if cell == "1e" else [(1, 50_000)])
    assert [problem.error.what for problem in read.problems] == (["'1e' where a number is due"] if cell == "1e" else [])


def test_a_book_is_refused_before_all_of_it_is_read() -> None:
    read = read_pasted("a\n" * 30_000 + "Q\n1 2\n")
    assert not read.found
    assert [problem.error.what for problem in read.lost] == ["20000 lines of words in a row"]
    [essay] = read_pasted("a\n" * 3_000 + "Q = [[1, 2]]\n").found
    assert (essay.name, essay.matrix.values.tolist()) == ("Q", [[1, 2]])


@pytest.mark.parametrize(
    "form",
    [
        "[{rows}]", "np.array([{rows}])", "{lines}", "{bars}", "{brackets}", "<table>{html}</table>",
    ],
    ids=["nested", "code", "lines", "bars", "brackets", "html"],
)  # fmt: skip
def test_rows_that_are_taken_at_once_are_as_those_taken_one_by_one(form: str) -> None:
    """Plain rows follow one another, and one with a fraction comes between, which only the slow way reads."""
    rows = [["1.5", "-2"], ["0.5", "3e2"], ["1/4", "7"], ["8", "9."], ["10", "11"], ["12", "13"]]
    text = form.format(
        rows=",\n".join(f"[{', '.join(row)}]" for row in rows),
        lines="\n".join(map(" ".join, rows)),
        bars="\n".join(f"| {' | '.join(row)} |" for row in rows),
        brackets="\n".join(f"[{' '.join(row)}]" for row in rows),
        html="\n".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows),
    )
    [found] = read_pasted(text).found
    assert found.matrix.values.tolist() == [[1.5, -2], [0.5, 300], [0.25, 7], [8, 9], [10, 11], [12, 13]]
    assert found.texts[0] == rows[0]
    assert found.texts[-1] == rows[-1]


def test_a_row_of_another_length_among_many_is_told_with_its_line() -> None:
    text = "Q = [\n" + "[1, 2],\n" * 5 + "[1, 2, 3],\n" + "[1, 2],\n" * 5 + "]"
    [problem] = read_pasted(text, "a.txt").problems
    assert str(problem.error) == ("Q: rows of different lengths\n  in a.txt, line 7 has 3 numbers, line 2 has 2")


@pytest.mark.parametrize(
    "text",
    [
        "Q = 2 * [[1, 2], [3, 4]]", "Q = 1/2 [[1, 2], [3, 4]]", "Q = -[[1, 2], [3, 4]]", "Q = -np.array([[1, 2], [3, 4]])",
        "$Q = \\frac{1}{2} \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$", "Q = 0.1 * np.array([[1, 2], [3, 4]])",
        "Q = np.array([[1, 2], [3, 4]]) * 0.1", "Q = np.array([[1, 2], [3, 4]]).sum(axis=1)", "Q = np.array([[1, 2], [3, 4]])[0]",
        "Q = [0.5 + 0.5, 1]", "Q = np.exp([[1, 2], [3, 4]])", "Q <- matrix(rep(1, 6), nrow=2)", "Q <- matrix(seq(1, 6), nrow=2)",
    ],
)  # fmt: skip
def test_what_is_still_to_be_computed_is_no_matrix(text: str) -> None:
    assert read_pasted(text).found == []


@pytest.mark.parametrize(
    "text", ["Q = 1/2 [[2, 4], [6, 8]] = [[1, 2], [3, 4]]", "head 1 [[1, 2], [3, 4]]", "- Q = [[1, 2], [3, 4]]",
             "pd.DataFrame([[1, 2], [3, 4]], index=['a', 'b'])"],
)  # fmt: skip
def test_a_result_behind_it_is_read(text: str) -> None:
    [one] = read_pasted(text).found
    assert one.matrix.values.tolist() == [[1, 2], [3, 4]]


def test_a_rule_under_a_row_of_decimal_commas_is_no_fault() -> None:
    [problem] = read_pasted("1,2\n----\n3,4\n").problems
    assert "a decimal comma, or two cells?" in problem.error.what


def test_a_table_of_words_is_passed_over_where_numbers_stand_below_it() -> None:
    words = "## K\n\n|   |   |\n|:--|:--|\n| a | b |\n| c | d |\n\n"
    found = read_pasted(words + "|   | x | y |\n|---|---|---|\n| p | 1 | 2 |\n")
    assert found.problems == [] and [(one.name, one.texts) for one in found.found] == [("K", [["1", "2"]])]
    alone = read_pasted(words + "## V\n\n1 2\n")
    assert [(one.name, one.lost) for one in alone.problems] == [("K", True)]
    assert [one.name for one in alone.found] == ["V"]
