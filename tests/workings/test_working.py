"""The working of cells: the printed example, every operation, rounding, and numbers at the edge."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from tests.operations.reading import calculated
from tests.operations.samples import PARAMETERS, sample
from tests.workings.sheets import one_step, simple, thrones

from tmat.errors import InputError
from tmat.operations import REGISTRY
from tmat.operations.printing.latex import LATEX
from tmat.operations.printing.text import TEXT
from tmat.sheet.worksheet import Matrix, Stage, Step
from tmat.workings import Workings, aligned, cells, working

INF = math.inf


def shown(text: str, **options: object) -> str:
    return str(working(*next(cells(thrones(), text)), **options))  # type: ignore[arg-type]


def test_the_printed_example() -> None:
    assert shown("scores[When, play]") == (
        "scores[When, play] = Σ Q[When, k] · K[play, k]\n"
        "  = q₁₁k₃₁ + q₁₂k₃₂ + q₁₃k₃₃ + q₁₄k₃₄\n"
        "  = 3.88·3.28 + 3.80·3.11 + 4.08·3.65 + 3.42·3.01\n"
        "  = 12.7264 + 11.8180 + 14.8920 + 10.2942\n"
        "  = 49.7306"
    )


def test_rounding_is_the_last_line_and_its_use_the_next_steps_number() -> None:
    assert shown("Q[When, q1]").splitlines()[-1] == "  = 3.8828 → 3.88 (to 2 decimals)"
    assert shown("scaled[When, play]") == (
        "scaled[When, play] = scores[When, play] / √6\n"
        "  = s₁₃ / √6\n"
        "  = 49.73 / √6\n"
        "  ≈ 49.73 / 2.449489743\n"
        "  ≈ 20.302187 → 20.3022 (to 4 decimals)"
    )


def test_a_line_has_the_decimals_that_the_next_one_needs() -> None:
    given = {"X": Matrix.of("X", [[0.12345, 0.5]]), "W": Matrix.of("W", [[1.0], [1.0]])}
    step = Step(Matrix.of("Q", [[0.623]]), "matmul", ("X", "W"), decimals=3)
    lines = str(working(Stage("s", "s", given=given, steps=[step]), "Q", 0, 0)).splitlines()
    assert lines[-2:] == ["  = 0.12345 + 0.50000", "  = 0.62345 → 0.623 (to 3 decimals)"]


def test_softmax() -> None:
    assert shown("weights[of, When]", fold=3) == (
        "weights[of, When] = e^scaled[of, When] / Σ e^scaled[of, k]\n"
        "  = e^s₅₁ / (e^s₅₁ + e^s₅₂ + … 3 more terms … + e^s₅₆)\n"
        "  = e^10.7655 / (e^10.7655 + e^5.7522 + … 3 more terms … + e^7.9568)\n"
        "  ≈ 47358.4244 / 60701.9208\n"
        "  ≈ 0.7802"
    )


def test_given_cells_say_so() -> None:
    assert shown("W_Q[2, q1]") == "W_Q[2, q1] is given: 0.05 (thrones)"
    assert shown("K[play,2]") == "K[play, k2] is given: 3.11"
    assert str(working(thrones()["attention"], "wq", 1, 0)).endswith("is given: 0.05 (thrones)")


def test_parts_are_chosen() -> None:
    assert shown("scores[1,1]", parts=("numbers", "result")).count("\n") == 2
    assert shown("scores[1,1]", parts=()) == "scores[When, When] = Σ Q[When, k] · K[When, k]"
    with pytest.raises(InputError) as error:
        shown("scores[1,1]", parts=("letters",))
    assert str(error.value) == ("no part 'letters' of a working\n  the parts are symbols, numbers, products, result")


def test_digits_are_the_most_decimals_of_the_result() -> None:
    assert shown("weights[When, play]", digits=8).splitlines()[-1] == "  ≈ 0.02883088"
    assert shown("scores[When, play]", digits=1).splitlines()[2:] == [
        "  = 3.88·3.28 + 3.80·3.11 + 4.08·3.65 + 3.42·3.01",
        "  ≈ 12.7 + 11.8 + 14.9 + 10.3",
        "  ≈ 49.7",
    ]


@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.parametrize("latex", [False, True])
def test_every_cell_of_every_operation_has_working(name: str, latex: bool) -> None:
    rng = np.random.default_rng(2)
    for case, decimals in itertools.product(range(len(PARAMETERS.get(name, [{}]))), (None, 2)):
        it = sample(name, rng, case)
        result = it.op(*it.arrays, **it.params)
        kept = {} if decimals is None else {"decimals": decimals}
        stage = one_step(it, result if decimals is None else np.round(result, 2), **kept)
        made = Workings(stage, notation=LATEX if latex else TEXT)
        for _, _, i, j in cells(stage, "R"):
            told = made.cell("R", i, j)
            assert told.value == stage["R"].values[i, j]
            assert told.head.text
            assert "the worksheet has" not in str(told)
            if latex:
                text = aligned(told)
                assert text.count("{") == text.count("}")
                assert text.count(r"\left(") == text.count(r"\right)")
                assert not set(text) & set("₁₂√·−∞²σμ→≈")


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_line_is_as_true_as_it_says(name: str) -> None:
    rng = np.random.default_rng(3)
    for case in range(len(PARAMETERS.get(name, [{}]))):
        it = sample(name, rng, case)
        stage = one_step(it)
        for _, _, i, j in cells(stage, "R"):
            told = working(stage, "R", i, j)
            lines = [line for line in told.lines if line.part != "symbols"]
            for line in lines:
                came_to = calculated(line.text, it.params.get("first", 0))
                if line.sign == "=":
                    assert came_to == pytest.approx(told.value, rel=1e-9, abs=1e-12), str(told)
                elif line.part == "result":
                    assert came_to == pytest.approx(told.value, rel=1e-4, abs=5.1e-5)


@pytest.mark.parametrize(
    ("stage", "lines"),
    [
        (
            simple("softmax", [[1000.0, 1001.0]], result=[[1 / (1 + math.e), 0.0]]),
            [
                "R[1] = e^A[1] / Σ e^A[k]",
                "  = e^a₁ / (e^a₁ + e^a₂)",
                "  = e^1000 / (e^1000 + e^1001)",
                "  = e^(−1) / (e^(−1) + e^0) (every exponent less 1001)",
                "  ≈ 0.36788 / 1.36788",
                "  ≈ 0.2689",
            ],
        ),
        (
            simple("softmax", [[-INF, -INF]], result=[[0.0, 0.0]]),
            [
                "R[1] = e^A[1] / Σ e^A[k]",
                "  = e^a₁ / (e^a₁ + e^a₂)",
                "  = e^(−∞) / (e^(−∞) + e^(−∞))",
                "  = 0 / 0",
                "  = 0 (all are −∞: there is no weight to give)",
            ],
        ),
        (
            simple("mask_fill", [[1.5]], [[0.0]], result=[[-INF]], value=-INF),
            [
                "R[1] = A[1] where B[1] is not 0, else −∞",
                "  = a₁ where b₁ is not 0, else −∞",
                "  = −∞ (B[1] = 0)",
            ],
        ),
        (
            simple("normalize", [[2.0, 2.0]], [[2.0]], [[0.0]], result=[[0.0, 0.0]], epsilon=0.0),
            [
                "R[1] = (A[1] − B[1]) / √(C[1]² + 0)",
                "  = (a₁ − b₁) / √(c₁² + 0)",
                "  = (2 − 2) / √(0² + 0)",
                "  = 0 / 0",
                "  = 0 (0 / 0 counts as 0 here)",
            ],
        ),
        (
            simple("gelu", [[-INF]], result=[[0.0]]),
            [
                "R[1] = (A[1] / 2) · (1 + erf(A[1] / √2))",
                "  = (a₁ / 2)·(1 + erf(a₁ / √2))",
                "  = ((−∞) / 2)·(1 + erf((−∞) / √2))",
                "  = (−∞)·0",
                "  = 0 (its limit, as −∞·0 is no number: 0)",
            ],
        ),
        (
            simple("lookup", [[2.0]], [[0.1], [0.2]], result=[[0.2]], first=1),
            ["R[1] = B[2]", "  = b₂", "  = 0.2 (A[1] = 2)"],
        ),
        (
            simple("largest", [[0.1, 0.7]], result=[[2.0]], first=1),
            [
                "R[1] = argmax(A[k])",
                "  = argmax(a₁, a₂)",
                "  = argmax(0.1, 0.7)",
                "  = 2 (2, counted from 1)",
            ],
        ),
        (
            simple(
                "sinusoid",
                result=[[0.0]],
                positions=1,
                d_model=1,
                base=10000.0,
                start=0,
                exponent="paired",
            ),
            ["R[1] = sin(0 / 10000^(0/1))", "  = sin(0)", "  = 0"],
        ),
        (simple("token_ids", result=[[7.0]], ids=[7], words=["x"]), ["R[1] = 7"]),
        (
            simple("relu", [[-0.5]], result=[[0.0]]),
            ["R[1] = max(0, A[1])", "  = max(0, a₁)", "  = max(0, −0.5)", "  = 0"],
        ),
        (
            simple("divide", [[1.0]], result=[[0.333]], by=3.0, decimals=3),
            ["R[1] = A[1] / 3", "  = a₁ / 3", "  = 1 / 3", "  ≈ 0.33333 → 0.333 (to 3 decimals)"],
        ),
        (
            simple("divide", [[1.0]], result=[[0.5]], by=2.0, decimals=1),
            ["R[1] = A[1] / 2", "  = a₁ / 2", "  = 1 / 2", "  = 0.5"],
        ),
    ],
    ids=lambda value: value.steps[0].op if isinstance(value, Stage) else "",
)
def test_at_the_edge(stage: Stage, lines: list[str]) -> None:
    assert str(working(stage, "R", 0, 0)).splitlines() == lines


def test_a_worksheet_that_says_otherwise_is_not_believed() -> None:
    stage = simple("add", [[1.0]], [[2.0]], result=[[4.0]])
    assert str(working(stage, "R", 0, 0)).splitlines()[-1] == "  = 3 (the worksheet has 4)"


def test_operands_that_were_not_kept() -> None:
    stage = Stage("s", "s", steps=[Step(Matrix.of("Z", [[1.0, 2.5]]), "matmul", ("weights", "V"))])
    assert str(working(stage, "Z", 0, 1)) == "Z[2] = 2.5 (weights, V are not in this worksheet)"


@pytest.mark.parametrize(
    ("stage", "place", "text"),
    [
        (simple("add", [[1.0]], [[2.0]], result=[[3.0]]), (0, 1), "R has no cell (1, 2)\n  it is 1×1"),
        (
            simple("add", [[1.0]], [[2.0, 3.0]], result=[[3.0]]),
            (0, 0),
            "R cannot be A + B\n  the sizes: A 1×1, B 1×2",
        ),
        (
            simple("divide", [[1.0]], result=[[1.0]]),
            (0, 0),
            "the parameters of R do not fit divide\n  missing 1 required keyword-only argument: 'by'",
        ),
    ],
)
def test_steps_that_cannot_be_worked(stage: Stage, place: tuple[int, int], text: str) -> None:
    with pytest.raises(InputError) as error:
        working(stage, "R", *place)
    assert str(error.value) == text


def test_an_operation_from_elsewhere() -> None:
    stage = Stage("s", "s", steps=[Step(Matrix.of("Z", [[1.0]]), "convolve", ())])
    with pytest.raises(InputError, match="Z was made by the operation 'convolve'"):
        working(stage, "Z", 0, 0)


def test_latex() -> None:
    told = working(thrones()["attention"], "Q", 0, 0, notation=LATEX, fold=3)
    assert aligned(told) == (
        "\\begin{aligned}\n"
        "Q[\\text{When}, \\text{q1}] &= \\sum_{k} X[\\text{When}, k] \\cdot W_{Q}[k, \\text{q1}] \\\\\n"
        "&= x_{11} w_{11} + x_{12} w_{21} + \\cdots \\text{ 3 more terms } \\cdots + x_{16} w_{61} \\\\\n"
        "&= 0.79 \\cdot 0.52 + 1.60 \\cdot 0.05"
        " + \\cdots \\text{ 3 more terms } \\cdots + 1.20 \\cdot 0.85 \\\\\n"
        "&= 0.4108 + 0.0800 + \\cdots \\text{ 3 more terms } \\cdots + 1.0200 \\\\\n"
        "&= 3.8828 \\to 3.88\\quad\\text{(to 2 decimals)}\n"
        "\\end{aligned}"
    )


def test_a_step_that_is_wider_than_its_operands_has_no_working() -> None:
    wide = Step(Matrix.of("Q", [[1.0, 2.0, 3.0]]), "relu", ("X",))
    stage = Stage("s", "s", given={"X": Matrix.of("X", [[1.0, 2.0]])}, steps=[wide], output="Q")
    with pytest.raises(InputError, match="Q is 1×3, max\\(0, X\\) is 1×2"):
        Workings(stage).cell("Q", 0, 2)
