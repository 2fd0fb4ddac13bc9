"""Options act on the article's matrices as on any others, and a W_O that nobody gave is not drawn beside weights that are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import pipe, refused, tmat

THREE = "-m X='1 2; 3 4' -m W_Q='1 0; 0 1' -m W_K='1 0; 0 1' -m W_V='1 0; 0 1'"


def test_no_projection_ends_with_the_heads() -> None:
    whole, bare = tmat("attention -f json"), tmat("attention --no-project -f json")
    assert bare.steps == whole.steps[:-1]
    assert "W_O" not in bare.stage["given"]
    assert (bare["Z"] == whole["Z"]).all()


def test_without_weights_x_is_q_k_and_v() -> None:
    bare = tmat("attention --no-weights --round none --digits 4 -f json")
    x = bare["X"]
    assert set(bare.stage["given"]) == {"X"}
    scores = x @ x.T / np.sqrt(x.shape[1])
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(bare["Z"], weights / weights.sum(axis=1, keepdims=True) @ x, rtol=1e-12)


def test_without_a_residual_x_alone_is_normalised() -> None:
    bare = tmat("addnorm --no-residual --round none -f json")
    x = bare["X"]
    assert "sum" not in bare.steps
    np.testing.assert_allclose(bare["mean"], x.mean(axis=1, keepdims=True), rtol=1e-12)


def test_what_is_given_against_an_option_is_still_refused() -> None:
    assert refused("addnorm --no-residual -m residual='1 2' -m X='1 2'").startswith(
        "tmat addnorm: a residual is given, and "
    )


@pytest.mark.parametrize(
    ("more", "projected"),
    [("", False), ("--project", True), ("--d-out 3", True), ("--bias output", True), ("--no-project", False), ("-m W_O='1 2; 3 4'", True)],
)  # fmt: skip
def test_a_lone_w_o_is_not_invented(more: str, projected: bool) -> None:
    done = tmat(f"attention {THREE} {more} -f json")
    assert ("output" in done.steps) is projected
    assert ("W_O" in done.stage["given"]) is projected
    assert any("no output projection" in note for note in done.notes) is not projected


def test_of_heads_with_weights_of_their_own_too() -> None:
    own = " ".join(f"-m W_{name}{h}='1 0; 0 1'" for name in "QKV" for h in (1, 2))
    assert tmat(f"attention -m X='1 2; 3 4' {own} -f json").steps[-1] == "concat"
    assert tmat(f"attention -m X='1 2; 3 4' {own.partition(' -m W_V2')[0]} -f json").steps[-1] == "output"


def test_where_anything_else_is_drawn_w_o_is() -> None:
    done = tmat("attention -m X='1 2; 3 4' -m W_Q='1 0; 0 1' -f json")
    assert "output" in done.steps


def test_a_stack_is_its_stages_piped_with_a_lone_w_o_too() -> None:
    layer = THREE.replace("-m W_", "-m layer1.W_")
    piped = pipe(f"attention {THREE} -f json", "addnorm -f json", "ffn --seed 0 -f json", "addnorm -f json")
    assert tmat(f"encode {layer} -f json").stages[0]["steps"] == piped.stages[0]["steps"]
