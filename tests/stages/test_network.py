"""Gated networks, leaky ReLU and norms of 1 + γ: against transformers' layers, and as the stages say them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import refused, tmat
from tests.oracles.load import cases

from tmat.errors import InputError
from tmat.stages.addnorm import addnorm
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn

X = [[0.5, -1.0], [2.0, 0.25]]


def test_gated_networks_experts_and_norms_of_one_and_gamma() -> None:
    count = 0
    for case in cases("network"):
        if case["kind"] == "gated":
            weights = {name: case[name] for name in case if name[:2] in ("W_", "b_")}
            sheet = ffn(case["X"], activation=case["activation"], gated=True, matrices=weights)
        elif case["kind"] == "experts":
            weights = {name: case[name] for name in case if "W_" in name}
            how = {"experts": case["experts"], "top_experts": case["top_experts"]}
            sheet = ffn(case["X"], activation="swiglu", **how, matrices=weights)
        else:
            sheet = addnorm(
                case["X"], add_residual=False, norm="rms", epsilon=case["epsilon"], gamma_offset=1, gamma=case["gamma"]
            )
        near = 2e-6 if case["kind"] == "experts" else 1e-13  # whose shares transformers computes in float32
        np.testing.assert_allclose(sheet.stages[-1].result.values, case["output"], rtol=near, atol=near / 10)
        count += 1
    assert count == 60


def by_loops(x: np.ndarray, w: dict[str, np.ndarray], count: int, top: int, renormalize: bool) -> np.ndarray:
    """Each row by itself through its likeliest experts."""
    rows = []
    for row in x:
        scores = row @ w["W_gate"]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = np.argsort(-shares)[:top]
        whole = shares[best].sum() if renormalize else 1.0
        own = [np.maximum(row @ w[f"expert{e + 1}.W_1"], 0) @ w[f"expert{e + 1}.W_2"] for e in range(count)]
        rows.append(sum(shares[e] / whole * own[e] for e in best))
    return np.array(rows)


def test_experts_are_their_loops_over_many_shapes() -> None:
    rng = np.random.default_rng(11)
    for n in range(150):
        count, d, inner, length = (int(k) for k in rng.integers(2, 6, 4))
        top, renormalize = int(rng.integers(1, count + 1)), bool(n % 2)
        w = {"W_gate": rng.normal(size=(d, count))}
        for e in range(1, count + 1):
            w |= {f"expert{e}.W_1": rng.normal(size=(d, inner)), f"expert{e}.W_2": rng.normal(size=(inner, d))}
        x = rng.normal(size=(length, d))
        stage = ffn(x, experts=count, top_experts=top, renormalize_top=renormalize, matrices=w)["ffn"]
        np.testing.assert_allclose(stage.result.values, by_loops(x, w, count, top, renormalize), rtol=1e-11, atol=1e-13)
        assert (np.count_nonzero(stage["chosen"].values, axis=1) == top).all()


def test_gates_alone_where_there_is_no_row_to_send() -> None:
    done = tmat("ffn -m routing='2.1 -0.5 3.7 0.8' --experts 4 --top 2")
    assert done.steps == ["shares", "chosen", "gates"] and "no X: it stops at the gates" in done.notes
    first, third = np.exp([2.1, 3.7]) / np.exp([2.1, 3.7]).sum()
    np.testing.assert_allclose(done["gates"], [[first, 0, third, 0]], rtol=1e-13)
    joined = tmat("ffn -m gates='0.25 0.75' -m expert1='4 8' -m expert2='8 0' --experts 2")
    assert joined["output"].tolist() == [[7, 2]]
    assert "ffn needs X" in refused("ffn --experts 4 -m expert1='1 2'")


def test_experts_in_a_stack_are_given_by_their_places() -> None:
    own = np.array([[2.0, 0.0], [0.0, 2.0]])
    sheet = encode(X, layers=2, experts=2, ffn_bias=False, d_ff=2, matrices={"layer2.expert1.W_1": own})
    assert sheet["ffn-2"]["expert1.W_1"].values.tolist() == own.tolist()
    assert sheet["ffn"]["expert1.W_1"].values.tolist() != own.tolist()
    assert "2 experts, 2 a row" in sheet["ffn"].notes


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
    assert "gated: X·W_1 activated, times X·W_3" in named.notes


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
        ({"top_experts": 3}, "top_experts=3 does not fit\n  there is one network"),
        ({"experts": 2, "top_experts": 3}, "top_experts=3 does not fit\n  there are 2 experts"),
        ({"experts": 2, "layers": 1}, "experts does not apply to layers=1\n  an expert has two layers"),
        ({"renormalize_top": False}, "renormalize_top=False has no experts to work with\n  say how many: experts=4"),
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


def test_a_root_mean_square_in_detail() -> None:
    how = "addnorm -m X='1 2 3; 4 0 2' --no-residual --norm rms"
    done, plain = tmat(f"{how} --detail"), tmat(how)
    assert done.steps == ["mean_square", "rms", "normalized"] and plain.steps == ["rms", "normalized"]
    np.testing.assert_allclose(done["mean_square"], [[14 / 3], [20 / 3]], rtol=1e-15)
    for name in plain.steps:
        np.testing.assert_array_equal(done[name], plain[name])
    given = tmat(f"{how} -m mean_square='4; 9'")
    assert given["rms"].tolist() == [[2], [3]]


def test_embeddings_that_are_not_there_are_not_scaled() -> None:
    assert "--scale-embedding has no embeddings to scale" in refused(
        "posenc --positions 2 --d-model 4 --scale-embedding"
    )
