"""Gated networks, leaky ReLU and norms of 1 + γ: against transformers' layers, and as the stages say them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracles.load import cases

from tmat.errors import InputError
from tmat.stages.addnorm import addnorm
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn

X = [[0.5, -1.0], [2.0, 0.25]]


def test_gated_networks_and_norms_of_one_and_gamma() -> None:
    count = 0
    for case in cases("network"):
        if case["kind"] == "gated":
            weights = {name: case[name] for name in case if name[:2] in ("W_", "b_")}
            sheet = ffn(case["X"], activation=case["activation"], gated=True, matrices=weights)
        else:
            sheet = addnorm(
                case["X"], add_residual=False, norm="rms", epsilon=case["epsilon"], gamma_offset=1, gamma=case["gamma"]
            )
        np.testing.assert_allclose(sheet.stages[-1].result.values, case["output"], rtol=1e-13, atol=1e-14)
        count += 1
    assert count == 60


def test_a_name_of_the_whole_an_option_and_a_matrix_gate_alike() -> None:
    w = {"W_1": [[1, 2, 0], [0, 1, -1]], "W_2": [[1, 0], [0, 1], [1, 1]]}
    third = [[0.5, 0, 1], [1, -1, 0]]
    named = ffn(X, activation="swiglu", W_3=third, matrices=w)["ffn"]
    said = ffn(X, activation="silu", gated=True, W_3=third, matrices=w)["ffn"]
    seen = ffn(X, activation="silu", W_3=third, matrices=w)["ffn"]
    assert [step.name for step in named.steps] == ["hidden", "activated", "up", "gated", "output"]
    for other in (said, seen):
        assert np.array_equal(other["output"].values, named["output"].values)
    assert named.params["gated"] is True
    assert "gated: W_1 bent, times W_3" in named.notes


def test_one_gated_layer_ends_at_the_product() -> None:
    stage = ffn(X, layers=1, activation="none", W_1=[[1, 0], [0, 1]], W_3=[[0, 1], [1, 0]])["ffn"]
    assert stage.result.values.tolist() == [[-0.5, -0.5], [0.5, 0.5]]


def test_an_activation_after_the_second_layer_too() -> None:
    stage = ffn([[1.0, -2.0]], W_1=[[1, 0], [0, 1]], W_2=[[-1, 2], [0, 1]], output_activation="relu")["ffn"]
    assert stage["projected"].values.tolist() == [[-1, 2]]
    assert stage.result.values.tolist() == [[0, 2]]
    assert "relu after the second layer too" in stage.notes


def test_leaky_relu_multiplies_what_is_negative_by_its_slope() -> None:
    eye = [[1, 0], [0, 1]]
    told = ffn([[1.0, -2.0]], layers=1, activation="leaky-relu", W_1=eye)["ffn"]
    assert told.result.values.tolist() == [[1, -0.02]]
    steep = ffn([[1.0, -2.0]], layers=1, activation="leaky-relu", slope=0.2, W_1=eye)["ffn"]
    assert steep.result.values.tolist() == [[1, -0.4]]
    assert steep.params["slope"] == 0.2


def test_gamma_with_its_offset_is_a_step() -> None:
    stage = addnorm([[1.0, 3.0]], add_residual=False, epsilon=0, gamma=[[0.5, -0.25]], beta=[[1, 1]], gamma_offset=1)[
        "addnorm"
    ]
    assert stage["scale"].values.tolist() == [[1.5, 0.75]]
    assert stage.result.values.tolist() == [[-0.5, 1.75]]
    assert "γ used as 1 + γ" in stage.notes


def test_norms_before_the_first_layer_and_after_the_last() -> None:
    """As the stages piped, the two norms with numbers of their own."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3, 4))
    own = {name: rng.normal(size=(1, 4)) for name in ("embed.gamma", "embed.beta", "final.gamma")}
    sheet = encode(x, layers=2, norm_order="pre", matrices=own)
    assert [sheet.stages[0].id, sheet.stages[-1].id] == ["embed-norm", "final-norm"]
    first = addnorm(x, add_residual=False, gamma=own["embed.gamma"], beta=own["embed.beta"])
    inner = encode(first, layers=2, norm_order="pre")
    last = addnorm(inner, add_residual=False, gamma=own["final.gamma"])
    assert np.array_equal(sheet.stages[-1].result.values, last.stages[-1].result.values)
    told = encode(x, layers=2, norm_order="pre", embed_norm=True, final_norm=True)
    assert np.allclose(told.stages[-1].result.values.mean(axis=1), 0)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"slope": 0.2}, "slope does not apply to activation='relu'\n  only leaky-relu has a slope"),
        ({"layers": 1, "output_activation": "relu"}, "output_activation does not apply to layers=1\n  there is no second layer"),
        ({"bias": False, "b_3": [[1.0, 1.0]]}, "b_3 is given, and bias=False contradicts it\n  leave one of them out"),
        ({"activation": "swigl"}, "activation='swigl' is not known\n  expected one of relu, leaky-relu, gelu, gelu-tanh, tanh, silu, none, swiglu, geglu\n  did you mean swiglu?"),
    ],
)  # fmt: skip
def test_what_a_network_says_no_to(how: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        ffn(X, **how)
    assert str(caught.value) == message


def test_an_offset_needs_a_gamma() -> None:
    with pytest.raises(InputError) as caught:
        addnorm(X, add_residual=False, gamma_offset=1)
    assert str(caught.value) == "gamma_offset=1 has no γ to be added to\n  no gamma is given"
    with pytest.raises(InputError) as caught:
        encode(X, matrices={"final.W_Q": [[1.0]]})
    assert str(caught.value) == "'final.W_Q' is no matrix of this stack\n  that norm takes gamma, beta"
