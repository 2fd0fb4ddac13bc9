"""The way back as a stage: what its steps are, where it begins, what it leaves out, what it says no to."""

from __future__ import annotations

import io

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Worksheet

X = [[1.0, 0.5], [0.2, -0.4], [0.0, 1.0]]
W = {"W_Q": [[0.5, 1.0], [1.0, 0.0]], "W_K": [[1.0, 0.0], [0.5, 0.5]], "W_V": [[0.3, 0.0], [0.1, 2.0]]}
SLOPE = [[1.0, 0.0], [0.5, -1.0], [0.0, 2.0]]


def attended(**how: object) -> Worksheet:
    return tmat.attention(X, **W, **how)  # type: ignore[arg-type]


def names(sheet: Worksheet) -> list[str]:
    return [step.name for step in sheet["backward"].steps]


def test_the_steps_are_those_of_a_person_in_their_order() -> None:
    sheet = tmat.backward(attended(), matrices={"dZ": SLOPE})
    assert names(sheet) == [
        "dweights", "dV", "dscaled_sums", "dscaled", "dscores", "dQ", "dK",
        "dW_Q", "dW_K", "dW_V", "dX_Q", "dX_K", "dX_V", "dX",
    ]  # fmt: skip
    back = sheet["backward"]
    weights, dweights = sheet["attention"]["weights"].values, back["dweights"].values
    np.testing.assert_allclose(dweights, np.array(SLOPE) @ sheet["attention"]["V"].values.T)
    sums = (weights * dweights).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(back["dscaled"].values, weights * (dweights - sums))
    np.testing.assert_allclose(back["dscores"].values, back["dscaled"].values / 2**0.5)
    np.testing.assert_allclose(back["dW_Q"].values, np.array(X).T @ back["dQ"].values)


def test_a_gradient_has_the_labels_of_its_matrix() -> None:
    sheet = tmat.backward(tmat.attention(X, d_k=2, seed=1, drawing=True), matrices={"doutput": SLOPE})
    assert sheet["backward"]["dW_Q"].cols == ("q1", "q2") == sheet["attention"]["W_Q"].cols


def test_only_what_leads_there() -> None:
    sheet = tmat.backward(attended(), matrices={"dZ": SLOPE}, wrt=["W_V"])
    assert names(sheet) == ["dV", "dW_V"]
    whole = tmat.backward(attended(), matrices={"dZ": SLOPE})
    assert names(tmat.backward(attended(), matrices={"dZ": SLOPE}, wrt=["X"]))[-1] == "dX"
    assert whole["backward"]["dW_V"].values.tolist() == sheet["backward"]["dW_V"].values.tolist()
    sheet = tmat.backward(attended(), matrices={"dZ": SLOPE}, wrt=["scores"])
    assert names(sheet)[-1] == "dscores"


def test_a_step_that_is_given_is_not_computed() -> None:
    scores = [[0.1, -0.1, 0.0]] * 3
    sheet = tmat.backward(attended(), matrices={"dscores": scores}, wrt=["W_Q"])
    assert names(sheet) == ["dQ", "dW_Q"]
    sheet = tmat.backward(attended(), matrices={"dZ": SLOPE, "dscaled": scores}, wrt=["W_Q"])
    np.testing.assert_allclose(sheet["backward"]["dscores"].values, np.array(scores) / 2**0.5)


def test_a_worksheet_from_a_file_goes_back_the_same_way() -> None:
    sheet = tmat.loss(tmat.encode(X, layers=2, seed=3), matrices={"target": SLOPE})
    again = next(iter(tmat.read_documents(io.BytesIO(dumps(sheet)))))
    assert isinstance(again, Worksheet)
    assert dumps(tmat.backward(sheet)) == dumps(tmat.backward(again))


def test_a_row_used_twice_has_the_sum() -> None:
    sheet = tmat.embed(text="you win you", vocabulary=["you", "win"], W_E=[[1.0, 2.0], [3.0, 4.0]])
    sheet = tmat.backward(sheet, matrices={"dE": SLOPE})
    assert sheet["backward"]["dW_E"].values.tolist() == [[1.0, 2.0], [0.5, -1.0]]


def test_the_residual_has_its_share() -> None:
    sheet = tmat.addnorm(attended(), norm="none")
    sheet = tmat.backward(sheet, matrices={"dsum": SLOPE})
    back = sheet["backward"]
    shares = [back[name].values for name in ("dX_Q", "dX_K", "dX_V")]
    np.testing.assert_allclose(back["dX"].values, np.sum([SLOPE, *shares], axis=0))


def test_every_step_can_be_worked_and_is_rounded() -> None:
    sheet = tmat.backward(attended(round=2), matrices={"dZ": SLOPE}, round=2)
    for step in sheet["backward"].steps:
        np.testing.assert_array_equal(step.values, step.values.round(2) + 0.0)
        told = tmat.working(sheet["backward"], step.name, 0, 0)
        assert told.lines


def test_a_number_is_traced_to_the_weights() -> None:
    sheet = tmat.backward(attended(), matrices={"dZ": SLOPE})
    found = {(node.stage, node.name) for node in tmat.trace(sheet, "backward", "dW_Q", 0, 0, depth=12)}
    assert {("attention", "W_V"), ("attention", "W_K"), ("backward", "dZ")} <= found


def test_two_uses_of_one_matrix_in_one_step() -> None:
    """X·Xᵀ: from the left and from the right."""
    sheet = tmat.attention(X, weights=False, project=False, d_k=1)
    back = tmat.backward(sheet, matrices={"dscores": np.eye(3).tolist()}, wrt=["X"])["backward"]
    np.testing.assert_allclose(back["dX"].values, 2 * np.array(X))
    assert [step.name for step in back.steps] == ["dX_scores_a", "dX_scores_b", "dX"]


def test_differences_say_the_same() -> None:
    sheet = tmat.ffn(attended(temperature=0.5, mask="causal"), activation="gelu", seed=2, init="normal")
    back = tmat.backward(tmat.loss(sheet, matrices={"target": SLOPE}), wrt=["W_Q", "X", "scaled"], numeric=True)[
        "backward"
    ]
    for name in ("dW_Q", "dX", "dscaled"):
        assert np.abs(back[name].values).max() > 1e-3
        np.testing.assert_allclose(back[f"{name}_numeric"].values, back[name].values, rtol=0, atol=1e-9)
        np.testing.assert_allclose(back[f"{name}_off"].values, 0.0, rtol=0, atol=1e-9)
    assert back.notes[-1].startswith("by differences: off by at most ")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tmat.backward(attended()), "no gradient to begin with"),
        (lambda: tmat.backward(Worksheet()), "needs a forward pass"),
        (lambda: tmat.backward(attended(), matrices={"dZ": [[1.0]]}), "dZ does not fit Z"),
        (lambda: tmat.backward(attended(), matrices={"dZ": SLOPE}, wrt=["W_X"]), "is no matrix of this worksheet"),
        (lambda: tmat.backward(attended(), matrices={"dZ": SLOPE, "dY": SLOPE}), "takes no matrix 'dY'"),
        (lambda: tmat.backward(attended(), matrices={"dV": SLOPE}, wrt=["W_Q"]), "does not depend on W_Q"),
        (
            lambda: tmat.backward(attended(keep=["Z", "V"]), matrices={"dZ": SLOPE}),
            "Z was made of weights, which is not",
        ),
    ],
)
def test_what_cannot_be_done_is_said(call: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()  # type: ignore[operator]
