"""The conventions that a stage names are those it computed with: of a step that was given, none is in force."""

from __future__ import annotations

from typing import Any

import pytest

from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

X = [[1.0, 2.0], [3.0, 4.0]]
COLUMN = [[1.0], [2.0]]
ROOT, WIDE = "ε = 1e-05 inside the root", "population deviation (over d)"


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        ({"scores": X}, ("one head", "no mask", "d_k = 3")),
        ({"scaled": X}, ("one head", "no mask")),
        ({"masked": X}, ("one head",)),
        ({"weights": X}, ("one head",)),
        ({"weights1": X, "weights2": X, "V1": X, "V2": X}, ("2 heads",)),
    ],
)
def test_attention(given: dict[str, Any], notes: tuple[str, ...]) -> None:
    v = {} if "V1" in given else {"V": X}
    stage = attention(d_k=3, matrices={**given, **v})["attention"]
    assert stage.notes[: len(notes)] == notes
    assert all(note.startswith("no output") for note in stage.notes[len(notes) :])


def test_a_mask_is_named_before_given_weights_too() -> None:
    stage = attention(mask="causal", renormalize=True, matrices={"weights": X, "V": X})["attention"]
    assert stage.notes[:3] == ("one head", "mask: causal", "weights masked and renormalised")


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        ({"X": X}, (WIDE, ROOT)),
        ({"X": X, "std": COLUMN}, (ROOT,)),
        ({"normalized": X}, ()),
    ],
)
def test_addnorm(given: dict[str, Any], notes: tuple[str, ...]) -> None:
    assert addnorm(add_residual=False, matrices=given)["addnorm"].notes == ("no residual", *notes)


def test_rms_norm() -> None:
    stage = addnorm(add_residual=False, norm="rms", matrices={"normalized": X})["addnorm"]
    assert stage.notes == ("no residual",)


def test_posenc_and_ffn() -> None:
    assert posenc(X, PE=X)["posenc"].notes == posenc(matrices={"X": X})["posenc"].notes == ()
    assert posenc(X)["posenc"].notes == (
        "exponent 2⌊i/2⌋/d", "column i counted from 0: sin where even, cos where odd", "base 10000", "positions from 0",
    )  # fmt: skip
    assert ffn(activated=X, W_2=X)["ffn"].notes == ("two layers",)
    assert ffn(hidden=X, layers=1)["ffn"].notes == ("one layer", "d_ff = 2", "relu")


def test_numbers_beyond_the_largest_are_said() -> None:
    huge = [[1e300, 1e300], [1.0, 2.0]]
    stage = ffn(huge, W_1=[[1e300, 1.0], [-1e300, 1.0]], W_2=[[1.0], [1.0]])["ffn"]
    assert stage.notes[-1] == "NaN from hidden on: ∞ − ∞ and 0·∞ are no numbers"
    assert not any("NaN" in note for note in ffn(X, W_1=X, W_2=X)["ffn"].notes)


def test_what_torch_linear_draws_of_a_table() -> None:
    said = "W_E drawn as nn.Linear(2, 3) draws its weight, transposed: within ±1/√2"
    drawn = embed(text="you win", d_model=3, init="torch-linear")["embed"]
    assert said in drawn.notes
    assert abs(drawn["W_E"].values).max() <= 0.5**0.5
    assert said not in embed(text="you win", d_model=3)["embed"].notes
    assert not any("W_E" in note for note in embed(text="you win", init="torch-linear", E=X)["embed"].notes)
