"""Lines of working folded at a width, and the formula of a step."""

from __future__ import annotations

import pytest
from tests.workings.sheets import thrones

from tmat.errors import InputError
from tmat.operations.printing.latex import LATEX_LINE
from tmat.sheet.worksheet import Matrix, Step
from tmat.visible import width
from tmat.workings import cells, formula, working, wrapped


@pytest.mark.parametrize("columns", [24, 40, 60, 79, 100, 200])
@pytest.mark.parametrize("text", ["Q[When,1]", "weights[play, you]", "scaled[1,1]", "scores[1,1]", "K[1,1]"])
def test_lines_keep_to_the_width_and_lose_nothing(text: str, columns: int) -> None:
    told = working(*next(cells(thrones(), text)))
    whole, folded = wrapped(told), wrapped(told, columns)
    assert " ".join(" ".join(folded).split()) == " ".join(" ".join(whole).split())
    if columns >= 60:
        assert max(map(width, folded)) <= columns
    starts = [line for line in folded[1:] if not line.startswith("    ")]
    assert len(starts) == len(told.lines)
    assert all(line.startswith(("  = ", "  ≈ ")) for line in starts)


def test_folded_before_an_operator() -> None:
    told = working(*next(cells(thrones(), "Q[When,1]")), parts=("numbers",))
    assert wrapped(told, 40) == [
        "Q[When, q1] = Σ X[When, k] · W_Q[k, q1]",
        "  = 0.79·0.52 + 1.60·0.05 + 0.96·0.49",
        "    + 1.64·0.71 + 0.97·0.76 + 1.20·0.85",
    ]


@pytest.mark.parametrize(
    ("op", "of", "params", "text", "latex"),
    [
        ("matmul_transposed", ("Q", "K"), {}, "R = Q·Kᵀ", r"R = Q K^{\top}"),
        ("divide_by_root", ("scores",), {"d": 6}, "R = scores / √6", r"R = \mathrm{scores} / \sqrt{6}"),
        ("linear", ("X", "W_Q", "b_Q"), {}, "R = X·W_Q + b_Q", "R = X W_{Q} + b_{Q}"),
        ("concat", ("Z1", "Z2"), {}, "R = [Z1, Z2]", "R = [Z_{1}, Z_{2}]"),
        ("columns", ("Q",), {"start": 1, "stop": 2}, "R = Q[:, 1…2]", r"R = Q_{:,\,1\ldots2}"),
        (
            "mask_fill",
            ("scaled", "mask"),
            {"value": float("-inf")},
            "R = scaled where mask, else −∞",
            r"R = \mathrm{scaled}\text{ where }\mathrm{mask}\text{, else }{-\infty}",
        ),
        (
            "normalize",
            ("sum", "mean", "std"),
            {"epsilon": 1e-5},
            "R = (sum − mean) / √(std² + 0.00001)",
            r"R = (\mathrm{sum} - \mathrm{mean}) / \sqrt{\mathrm{std}^2 + 0.00001}",
        ),
    ],
)
def test_formula(op: str, of: tuple[str, ...], params: dict, text: str, latex: str) -> None:
    step = Step(Matrix.of("R", [[1.0]]), op, of, params)
    assert formula(step) == text
    assert formula(step, LATEX_LINE) == latex


def test_formula_of_an_unknown_operation() -> None:
    with pytest.raises(InputError, match="R was made by the operation 'fold'"):
        formula(Step(Matrix.of("R", [[1.0]]), "fold", ()))
