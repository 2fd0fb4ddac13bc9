"""Rounding by step, as people type it."""

from __future__ import annotations

import pytest

from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.encode import encode

QKV = {"Q": [[1.0, 1.5]], "K": [[1.0, 2.125], [0.3, 1.0]], "V": [[1.0], [2.0]]}


def test_reading() -> None:
    assert Rounding.parse(None).of("Q") is None
    assert Rounding.parse("none").of("Q") is None
    assert Rounding.parse(2).of("Q") == 2
    assert Rounding.parse("2").of("Z3") == 2
    mixed = Rounding.parse(" q = 3, weights=none , scores.used=1, 2")
    assert [mixed.of(name) for name in ("Q", "Q2", "weights", "scores", "Z")] == [3, 3, None, 2, 2]
    assert (mixed.used("scores1"), mixed.used("Q")) == (1, None)
    assert Rounding.parse("Q1=1,Q=2").of("Q1") == 1
    assert Rounding.parse(mixed) is mixed


@pytest.mark.parametrize("text", ["x", "-1", "18", "Q=", "Q=x", "1.5", "Q=2,,", ""])
def test_what_is_not_understood(text: str) -> None:
    with pytest.raises(InputError, match="round does not understand") as caught:
        Rounding.parse(text)
    assert caught.value.mend == "try round=2, or by step: round='scores=2,weights=4'"


def test_a_step_is_rounded_before_the_next_one_uses_it() -> None:
    stage = attention(**QKV, scale=False, round="scores=1")["attention"]
    assert stage["scores"].values.tolist() == [[4.2, 1.8]]
    again = attention(scores=[[4.2, 1.8]], scale=False)["attention"]
    assert stage["weights"].values.tolist() == again["weights"].values.tolist()
    assert [step.decimals for step in stage.steps] == [1, None, None]


def test_shown_as_it_is_and_taken_on_rounded() -> None:
    stage = attention(**QKV, scale=False, round="scores.used=0")["attention"]
    assert stage["scores"].values.tolist() == [[4.1875, 1.8]]
    assert stage.operand("scores").values.tolist() == [[4, 2]]
    rounded = attention(scores=[[4.0, 2.0]], scale=False)["attention"]
    assert stage["weights"].values.tolist() == rounded["weights"].values.tolist()


def test_the_output_goes_on_as_it_is_used() -> None:
    sheet = attention(**QKV, scale=False, round="Z.used=1")
    assert sheet["attention"]["Z"].values.tolist() != sheet["attention"].result.values.tolist()
    after = addnorm(sheet, add_residual=False)["addnorm"]
    assert after["X"].values.tolist() == sheet["attention"].result.values.tolist()


def test_what_is_given_is_not_rounded() -> None:
    stage = attention(scores=[[1.26, 2.0]], scale=False, round="scores=1,weights=2", V=[[1.11], [1.0]])
    assert stage["attention"]["scores"].values.tolist() == [[1.26, 2.0]]


def test_a_step_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        attention(**QKV, round="scale=2")
    assert str(caught.value) == (
        "round speaks of 'scale', which is no step of attention here\n"
        "  its steps are scores, scaled, weights, Z\n"
        "  did you mean scaled?"
    )
    with pytest.raises(InputError, match="which is no step of encode here"):
        encode([[1.0, 2.0]], round="foo=1")


def test_a_stack_takes_roundings_of_any_of_its_stages() -> None:
    sheet = encode([[1.0, 2.0], [0.5, 3.0]], round="mean=1,hidden=2,weights=3")
    assert sheet["addnorm"]["mean"].values.tolist() == [[round(v, 1)] for v in sheet["addnorm"]["mean"].values[:, 0]]
    assert [step.decimals for step in sheet["ffn"].steps] == [2, None, None]
