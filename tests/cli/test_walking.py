"""tmat show --step: forwards and back with keys, the working of the step that is on the table, by the step and not by its text."""

from __future__ import annotations

import tmat
from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.walking import walk
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Worksheet


def walked(keys: str, sheet: Worksheet | None = None) -> list[str]:
    """What is shown after each key, the pages told apart by the line that names the keys."""
    env = Environment.piped()
    pressed = iter(keys)
    own = sheet or tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[0], [1]], W_V=[[1], [1]])
    walk(own, Common(width=80, top=5, full=False), env, Look(), lambda: next(pressed))
    return env.output.split("space next")


def test_space_goes_on_and_b_back() -> None:
    heading, q, k, again, *_ = walked("  bq")
    assert "attention" in heading
    assert " 1   Q = X·W_Q" in q
    assert " 2   K = X·W_K" in k
    assert " 1   Q = X·W_Q" in again


def test_w_shows_the_working_of_the_step_on_the_table() -> None:
    pages = walked(" wq")
    assert "Q[q1] = Σ X[k] · W_Q[k]\n  = x₁w₁ + x₂w₂\n  = 1·1 + 2·0" in pages[2]
    assert "nothing is computed here" in walked("wq")[1]


def test_a_given_matrix_that_is_called_like_a_step_has_no_working() -> None:
    """The heading speaks of Q; the step of that name is another portion."""
    sheet = tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[0], [1]], W_V=[[1], [1]])
    sheet["attention"].notes = ("Q",)
    assert "nothing is computed here" in walked("wq", sheet)[1]


def test_q_ends() -> None:
    assert len(walked("q")) == 2
