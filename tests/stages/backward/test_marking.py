"""A way back is marked as the way there: each slip of it named, what follows from it given its due, a program's bug told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tmat
from tmat.sheet.worksheet import Worksheet

Arrays = dict[str, np.ndarray]

R = np.random.RandomState(3)
X, SLOPE = R.uniform(-2, 2, (4, 6)).round(2), R.uniform(-2, 2, (4, 6)).round(2)
LAYER = tmat.encode(X, heads=1, seed=5, init="normal", ffn_bias=True, drawing=True)
KEY = tmat.backward(LAYER, matrices={"addnorm-2.dnormalized": SLOPE})
MASKED = tmat.attention(X, d_k=3, seed=5, init="normal", mask="causal", drawing=True)
MASKED_KEY = tmat.backward(MASKED, matrices={"doutput": SLOPE})


def values(key: Worksheet) -> Arrays:
    """All that the key has, by the names of the way back: gradients, and the matrices that they are made of."""
    back = key["backward"]
    return {name: back[name].values for name in back.names()}


def from_weights(a: Arrays, of: str = "scaled", root: float = 6**0.5) -> Arrays:
    """From the gradient of the scaled scores on to the weights."""
    scores = a[f"d{of}"] / root
    q, k = scores @ a["K"], scores.T @ a["Q"]
    return {"dscores": scores, "dQ": q, "dK": k, "dW_Q": a["X"].T @ q, "dW_K": a["X"].T @ k}


def diagonal(a: Arrays) -> Arrays:
    own = a["weights"] * (1 - a["weights"]) * a["dweights"]
    return {"dscaled": own, **from_weights(a | {"dscaled": own})}


def root_forgotten(a: Arrays) -> Arrays:
    return from_weights(a, root=1.0)


def bias_averaged(a: Arrays) -> Arrays:
    return {"db_2": a["ffn.doutput"].mean(axis=0, keepdims=True)}


def residual_forgotten(a: Arrays) -> Arrays:
    return {"dX": a["dX_Q"] + a["dX_K"] + a["dX_V"]}


def mean_forgotten(a: Arrays) -> Arrays:
    return {"addnorm-2.dsum": a["addnorm-2.dsum_normalized"] + a["addnorm-2.dsum_std"]}


def wrong_gate(a: Arrays) -> Arrays:
    own = np.where(a["activated"] == 0, a["dactivated"], 0.0)
    return {"dhidden": own, "dW_1": a["addnorm.normalized"].T @ own, "db_1": own.sum(axis=0, keepdims=True)}


SLIPS: dict[str, tuple[Worksheet, Callable[[Arrays], Arrays], str, str]] = {
    "the softmax's diagonal alone": (KEY, diagonal, "dscaled", "diagonal-alone"),
    "1/√d_k forgotten": (KEY, root_forgotten, "dscores", "scale-left-out"),
    "mean for sum": (KEY, bias_averaged, "db_2", "mean-for-sum"),
    "the residual forgotten": (KEY, residual_forgotten, "dX", "share-left-out"),
    "the gradient of the mean forgotten": (KEY, mean_forgotten, "addnorm-2.dsum", "share-left-out"),
    "ReLU's gate by the wrong sign": (KEY, wrong_gate, "dhidden", "gate-of-wrong-sign"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_of_the_way_back_is_named_and_what_comes_of_it_follows(name: str) -> None:
    key, made, step, slip = SLIPS[name]
    wrong = made(values(key))
    answers = {own: np.round(v, 4) for own, v in {**values(key), **wrong}.items() if own in key["backward"]}
    handed = {own: v for own, v in answers.items() if key["backward"].step(own) is not None}
    report = tmat.mark(handed, key)
    assert slip in report[step].findings[0].names, report[step].findings
    for later in wrong:
        if later != step:
            assert report[later].verdict.word in ("follows", "right"), later


def test_a_pass_that_is_right_is_right() -> None:
    for key in (KEY, MASKED_KEY):
        handed = {step.name: step.values.round(4) for step in key["backward"].steps}
        report = tmat.mark(handed, key)
        assert {report[name].verdict.word for name in handed} == {"right"}


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_programs_gradients_by_its_own_names(kind: type) -> None:
    """As autograd has them: W_Q.grad, the weights' alone; in single precision right within what that can hold."""
    weights = ("W_Q", "W_K", "W_V", "W_O")
    right = {f"{name}.grad": MASKED_KEY["backward"][f"d{name}"].values.astype(kind) for name in weights}
    assert tmat.explain(right, MASKED_KEY).all_right
    a = values(MASKED_KEY)
    report = tmat.explain(right | {"W_V.grad": -right["W_V.grad"]}, MASKED_KEY)
    assert "sign" in report["dW_V"].findings[0].names
    unscaled = from_weights(a, root=1.0)
    report = tmat.explain(
        {"W_Q.grad": unscaled["dW_Q"].astype(kind), "W_K.grad": unscaled["dW_K"].astype(kind)}, MASKED_KEY
    )
    assert "scale-left-out" in report["dW_Q"].findings[0].names
