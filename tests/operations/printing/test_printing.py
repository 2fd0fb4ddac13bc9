"""One expression in every style: symbols, labels, numbers, LaTeX; brackets only where they are needed."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from tests.operations.reading import calculated
from tests.operations.samples import PARAMETERS, sample

from tmat.operations import REGISTRY
from tmat.operations.expression import Call, Expression, Number, Operand, exp, sqrt, total
from tmat.operations.printing.labels import Labels, cell_label, label_at
from tmat.operations.printing.latex import LATEX, latex_text
from tmat.operations.printing.numbers import Numbers
from tmat.operations.printing.symbols import Symbols
from tmat.operations.selections import Choice, Lookup, Maximum, Place
from tmat.operations.series import Run, common

A = Operand(
    "A",
    np.array([[1.5, -2.25, 3.0], [0.5, 4.0, -1.0]]),
    rows=["When", "you"],
    cols=["q1", "q2", "q3"],
)
B = Operand("B", np.array([[2.0, -1.0, 0.5]]), rows=["b"], cols=["q1", "q2", "q3"])
MU = Operand("mean", np.array([[0.75], [1.0]]), rows=["When", "you"], cols=["mean"])
a, b, c = A[0, 0], A[0, 1], A[0, 2]

STYLES = [
    (a + b - c, "(a₁₁ + a₁₂) − a₁₃", "(1.50 + (−2.25)) − 3.00"),
    (a - (b + c), "a₁₁ − (a₁₂ + a₁₃)", "1.50 − ((−2.25) + 3.00)"),
    (a - (b - c), "a₁₁ − (a₁₂ − a₁₃)", "1.50 − ((−2.25) − 3.00)"),
    (a * (b + c), "a₁₁·(a₁₂ + a₁₃)", "1.50·((−2.25) + 3.00)"),
    (a * b * c, "a₁₁a₁₂a₁₃", "1.50·(−2.25)·3.00"),
    (a * (b * c), "a₁₁·(a₁₂a₁₃)", "1.50·((−2.25)·3.00)"),
    (2.0 * a, "2·a₁₁", "2·1.50"),
    (a / b / c, "(a₁₁ / a₁₂) / a₁₃", "(1.50 / (−2.25)) / 3.00"),
    (a / (b / c), "a₁₁ / (a₁₂ / a₁₃)", "1.50 / ((−2.25) / 3.00)"),
    (a / (b * c), "a₁₁ / (a₁₂a₁₃)", "1.50 / ((−2.25)·3.00)"),
    (a * b / c, "a₁₁a₁₂ / a₁₃", "1.50·(−2.25) / 3.00"),
    (a * (b / c), "a₁₁·(a₁₂ / a₁₃)", "1.50·((−2.25) / 3.00)"),
    (-a + b, "(−a₁₁) + a₁₂", "(−1.50) + (−2.25)"),
    (-(a * b), "−a₁₁a₁₂", "−1.50·(−2.25)"),
    (b**2.0, "a₁₂²", "(−2.25)²"),
    ((a - b) ** 2.0, "(a₁₁ − a₁₂)²", "(1.50 − (−2.25))²"),
    ((a**2.0) ** 3.0, "(a₁₁²)³", "(1.50²)³"),
    (sqrt(a) ** 2.0, "(√a₁₁)²", "(√1.50)²"),
    (Number(10000.0) ** (a / 6.0), "10000^(a₁₁/6)", "10000^(1.50/6)"),
    (Number(2.0) ** b, "2^a₁₂", "2^(−2.25)"),
    (exp(a) / total([exp(a), exp(b)]), "e^a₁₁ / (e^a₁₁ + e^a₁₂)", "e^1.50 / (e^1.50 + e^(−2.25))"),
    (exp(-a), "e^(−a₁₁)", "e^(−1.50)"),
    (sqrt(a + c), "√(a₁₁ + a₁₃)", "√(1.50 + 3.00)"),
    (sqrt(a * c), "√(a₁₁a₁₃)", "√(1.50·3.00)"),
    (a / sqrt(6.0), "a₁₁ / √6", "1.50 / √6"),
    (sqrt(2.0 / Number(math.pi)), "√(2 / π)", "√(2 / π)"),
    (Call("tanh", a + b), "tanh(a₁₁ + a₁₂)", "tanh(1.50 + (−2.25))"),
    (Maximum((Number(0.0), b)), "max(0, a₁₂)", "max(0, −2.25)"),
    (a * B[0, 1] + MU[1, 0], "a₁₁b₂ + μ₂", "1.50·(−1.0) + 1.00"),
    (a + Number(1e-5), "a₁₁ + 0.00001", "1.50 + 0.00001"),
    (a + Number(1e-12), "a₁₁ + 1·10⁻¹²", "1.50 + 1·10⁻¹²"),
    (Place((a, b, c), 1), "argmax(a₁₁, a₁₂, a₁₃)", "argmax(1.50, −2.25, 3.00)"),
    (total([a]), "a₁₁", "1.50"),
    (total([]), "0", "0"),
]


@pytest.mark.parametrize(("expression", "symbols", "numbers"), STYLES, ids=[style[1] for style in STYLES])
def test_symbols_and_numbers(expression: Expression, symbols: str, numbers: str) -> None:
    assert Symbols().text(expression) == symbols
    printer = Numbers()
    assert printer.text(expression) == numbers
    assert printer.exact
    assert calculated(numbers, first=1) == pytest.approx(expression.value, rel=1e-12)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_the_numbers_of_every_operation_come_to_its_cell(name: str) -> None:
    rng = np.random.default_rng(11)
    for case in range(len(PARAMETERS.get(name, [{}]))):
        it = sample(name, rng, case)
        arrays = [np.round(array, 2) for array in it.arrays]
        operands = [Operand("A", x, rows=["r"] * len(x), cols=["c"] * x.shape[1]) for x in arrays]
        result = it.op(*arrays, **it.params)
        for i, j in np.ndindex(*result.shape):
            expression = it.op.at(i, j, *operands, **it.params)
            printer = Numbers()
            text = printer.text(expression)
            assert printer.exact
            came_to = calculated(text, it.params.get("first", 0))
            assert came_to == pytest.approx(result[i, j], rel=1e-11, abs=1e-13), text


def test_two_digits_take_a_comma_between() -> None:
    wide = Operand("Q", shape=(3, 12))
    assert Symbols().text(wide[0, 11] * wide[0, 1]) == "q₁,₁₂q₁₂"


def test_two_matrices_never_share_a_letter() -> None:
    scores, scaled = Operand("scores", shape=(2, 2)), Operand("sum", shape=(2, 2))
    assert Symbols().text(scores[0, 0] * scaled[0, 1] + scores[1, 1]) == "s₁₁·sum₁₂ + s₂₂"
    assert Symbols().text(scaled[0, 1] * scaled[0, 0]) == "s₁₂s₁₁"  # alone it keeps its letter


def test_long_sums_are_folded() -> None:
    long = Operand("X", np.arange(512.0).reshape(1, -1))
    assert Symbols(fold=3).text(total(long.row(0))) == "x₁ + x₂ + … 509 more terms … + x₅₁₂"
    assert Numbers(fold=3).text(total(long.row(0))) == "0 + 1 + … 509 more terms … + 511"
    assert Numbers(fold=4).text(total(long.row(0)[:5])) == "0 + 1 + 2 + 3 + 4"
    assert Numbers(fold=4).text(total(long.row(0)[:6])) == "0 + 1 + 2 + … 2 more terms … + 5"


def test_sums_are_written_with_sigma() -> None:
    w = Operand("W", shape=(3, 2), rows=["1", "2", "3"], cols=["v1", "v2"])
    bias = Operand("b", shape=(1, 2), rows=["b"], cols=["v1", "v2"])
    labels = Labels()
    products = [A[0, k] * w[k, 1] for k in range(3)]
    assert labels.text(total(products)) == "Σ A[When, k] · W[k, v2]"
    assert labels.text(total([*products, bias[0, 1]])) == "Σ A[When, k] · W[k, v2] + b[v2]"
    assert labels.text(exp(a) / total(exp(x) for x in A.row(0))) == "e^A[When, q1] / Σ e^A[When, k]"
    deviation = sqrt(total((x - MU[0, 0]) ** 2.0 for x in A.row(0)) / 3.0)
    assert labels.text(deviation) == "√(Σ (A[When, k] − mean[When])² / 3)"
    assert labels.text(Place(tuple(A.row(1)), 0)) == "argmax(A[you, k])"


def test_what_does_not_run_is_written_out() -> None:
    labels = Labels()
    assert labels.text(total([a, b])) == "A[When, q1] + A[When, q2]"  # not the whole row
    assert labels.text(total([b, a, c])) == "A[When, q2] + A[When, q1] + A[When, q3]"
    assert labels.text(total([a, a])) == "A[When, q1] + A[When, q1]"
    assert common([a]) is None and common([]) is None
    line = common(A.column(2))
    assert isinstance(line, Run) and (line.i, line.j, line.is_row) == (None, 2, False)
    assert (line.first.i, line.last.i) == (0, 1)


def test_the_running_letter_is_no_label() -> None:
    spoken = Operand("E", shape=(1, 2), rows=["e"], cols=["k", "n"])
    assert Labels().text(total(spoken.row(0))) == "Σ E[t]"


def test_labels_that_would_be_misread() -> None:
    words = ["the", "game", "the", ",", "a]b", "", " x", "*", 'say "', "the", "\x1b[31m"]
    said = ["the", "game", "the#2", '","', '"a]b"', '""', '" x"', '"*"', '"say ""', "the#3", '"\\x1b[31m"']
    assert [label_at(words, n) for n in range(len(words))] == said
    assert label_at(words, 99) == "100"
    assert cell_label(B, 0, 1) == ["q2"]
    assert cell_label(MU, 1, 0) == ["you"]
    assert cell_label(A, 1, 2) == ["you", "q3"]


def test_a_choice_says_both_and_calculates_one() -> None:
    mask = Operand("mask", np.array([[1.0, 0.0, 1.0]]), rows=["When"], cols=["q1", "q2", "q3"])
    choice = Choice(mask[0, 1], b, Number(-math.inf))
    assert Labels().text(choice) == "A[When, q2] where mask[q2] is not 0, else −∞"
    assert Symbols().text(choice) == "a₁₂ where m₂ is not 0, else −∞"
    assert Numbers().text(choice) == "−∞"


def test_a_lookup_without_numbers_names_its_id() -> None:
    ids = Operand("ids", shape=(2, 1), rows=["When", "you"])
    table = Operand("W_E", shape=(3, 2), cols=["e1", "e2"])
    assert Labels().text(Lookup(table, ids[1, 0], 1, 0)) == "W_E[ids[you], e1]"
    known = Operand("ids", np.array([[3.0], [1.0]]))
    assert Symbols().text(Lookup(table, known[0, 0], 1, 1)) == "w₃₂"


@pytest.mark.parametrize(
    ("value", "decimals", "text", "exact"),
    [
        (0.05, 2, "0.05", True),
        (-0.054, 2, "−0.05", False),
        (2.4e-9, 4, "2.4·10⁻⁹", True),
        (-1 / 3 * 1e-9, 4, "−3.33333·10⁻¹⁰", False),
        (655_000_000.5, 4, "6.55·10⁸", False),
        (655_000_000.0, 0, "655000000", True),
        (1e20, 0, "1·10²⁰", True),
        (-math.inf, 4, "−∞", True),
        (math.inf, 0, "∞", True),
        (-0.0, 2, "0.00", True),
        (0.1 + 0.2, 1, "0.3", False),
    ],
)
def test_numbers_their_decimals_would_hide(value: float, decimals: int, text: str, exact: bool) -> None:
    printer = Numbers()
    assert printer.shown(Decimal(repr(value)), decimals)[0] == text
    assert printer.exact == exact


def test_parts_worked_out() -> None:
    printer = Numbers()
    assert printer.worked(a * c + b)[0] == "4.5 + (−2.25)"
    assert printer.worked(total([a * b, c * c]))[0] == "(−3.375) + 9.000"
    assert printer.worked(total([a, b]) / 3.0)[0] == "(−0.75) / 3"
    assert printer.exact
    assert printer.worked(a / sqrt(6.0))[0] == "1.50 / 2.4495"
    assert not printer.exact


LATEX_STYLES = [
    (
        total([a * B[0, 0], b * B[0, 1]]),
        "a_{11} b_{1} + a_{12} b_{2}",
        r"1.50 \cdot 2.0 + \left(-2.25\right) \cdot \left(-1.0\right)",
    ),
    (
        exp(a) / total([exp(a), exp(b)]),
        r"\frac{e^{a_{11}}}{e^{a_{11}} + e^{a_{12}}}",
        r"\frac{e^{1.50}}{e^{1.50} + e^{-2.25}}",
    ),
    (sqrt(MU[0, 0] ** 2.0 + 1e-5), r"\sqrt{\mu_{1}^{2} + 0.00001}", r"\sqrt{0.75^{2} + 0.00001}"),
    (
        Call("erf", a / 2.0) * 2.0,
        r"\operatorname{erf}\left(\frac{a_{11}}{2}\right) \cdot 2",
        r"\operatorname{erf}\left(\frac{1.50}{2}\right) \cdot 2",
    ),
    (Number(-math.inf) + a, r"\left(-\infty\right) + a_{11}", r"\left(-\infty\right) + 1.50"),
    (Place((a, b), 1), r"\arg\max\left(a_{11}, a_{12}\right)", r"\arg\max\left(1.50, -2.25\right)"),
    (Number(1e4) ** (Number(2.0) / 6.0), "10000^{2/6}", "10000^{2/6}"),
    (a + 1e-12, r"a_{11} + 1 \cdot 10^{-12}", r"1.50 + 1 \cdot 10^{-12}"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "symbols", "numbers"), LATEX_STYLES, ids=[s[1] for s in LATEX_STYLES])
def test_latex(expression: Expression, symbols: str, numbers: str) -> None:
    assert Symbols(LATEX).text(expression) == symbols
    assert Numbers(LATEX).text(expression) == numbers


def test_nothing_in_a_label_is_latex() -> None:
    evil = Operand("a_b$", np.array([[1.0, 2.0], [3.0, 4.0]]), rows=["$x$", "50%"], cols=["\\input{a}", "~^&#_"])
    told = Labels(LATEX).text(evil[0, 0] + evil[1, 1])
    assert told == (
        r"a_{\mathrm{b\$}}[\text{\$x\$}, \text{\textbackslash{}input\{a\}}]"
        r" + a_{\mathrm{b\$}}[\text{50\%}, \text{\textasciitilde{}\textasciicircum{}\&\#\_}]"
    )
    assert latex_text("a\nb") == "a b"
    assert LATEX.name("{x}") == r"\mathrm{\{x\}}"
    assert [LATEX.name(name) for name in ("Q", "Q12", "b_Q", "PE", "query_hidden", "v_A")] == [
        "Q", "Q_{12}", "b_{Q}", r"\mathrm{PE}", r"\mathrm{query}_{\mathrm{hidden}}", "v_{A}",
    ]  # fmt: skip
