"""Only what is needed is computed and kept; large matrices go by, in blocks of rows, with the same result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tmat.engine import compute
from tmat.errors import InputError
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

X = np.random.default_rng(3).normal(size=(13, 6))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"heads": 2},
        {"heads": 3, "separate": True, "mask": "causal", "window": 4},
        {"mask": "causal", "renormalize": True},
        {"valid": 5, "temperature": 2.0, "bias": "all"},
        {"context": X[:7] * 2, "dropout": 0.25},
        {"score": "additive", "d_k": 2},
        {"round": "3"},
        {"round": "scores.used=1,weights=2"},
        {"dtype": "float32"},
    ],
)
def test_by_blocks_is_the_plain_way(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = attention(X, init="normal", **how)["attention"]
    plain = attention(X, init="normal", keep=["output"], **how)["attention"]
    monkeypatch.setattr(compute, "LARGE", 20)
    monkeypatch.setattr(compute, "BLOCK", 40)
    blocks = attention(X, init="normal", keep=["output"], **how)["attention"]
    tight = {"rtol": 1e-5, "atol": 1e-4} if how.get("dtype") else {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_array_equal(plain.result.values, whole.result.values)
    np.testing.assert_allclose(blocks.result.values, whole.result.values, **tight)
    assert [step.name for step in blocks.steps] == ["output"]
    assert blocks.result.values.dtype == np.dtype(how.get("dtype", "float64"))


@pytest.mark.parametrize("keep", [["Q"], ["scores"], ["weights", "Z"], ["K", "output"], ["mask"], ["W_V"]])
def test_what_is_kept_is_as_in_the_whole(keep: list[str]) -> None:
    whole = attention(X, init="normal", mask="causal")["attention"]
    some = attention(X, init="normal", mask="causal", keep=keep)["attention"]
    assert {step.name for step in some.steps} == set(keep) - {"mask", "W_V"}
    for name in keep:
        assert some[name].values.tobytes() == whole[name].values.tobytes()


def test_only_the_given_matrices_that_lead_there_are_kept() -> None:
    stage = attention(X, keep=["Q"])["attention"]
    assert list(stage.given) == ["X", "W_Q"]
    assert stage.output == ""


def test_an_unknown_name_is_refused_with_its_neighbours() -> None:
    with pytest.raises(InputError) as caught:
        attention(X, keep=["wieghts"])
    assert str(caught.value) == (
        "keep: attention has no matrix 'wieghts' here\n"
        "  it has X, W_Q, Q, W_K, K, W_V, V, scores, scaled, weights, Z, W_O, output\n"
        "  did you mean weights?"
    )


def test_what_went_in_is_not_changed() -> None:
    x, w = X.copy(), np.eye(6)
    encode(x, layers=2, W_Q=w)
    attention(x, W_Q=w, dtype="float32", mask="causal")
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(w, np.eye(6))


def test_all_of_it_in_float32() -> None:
    for stage in encode(X, dtype="float32", init="normal", attention_options={"mask": "causal", "dropout": 0.5}):
        for name in stage.names():
            assert stage[name].values.dtype == np.float32, f"{stage.id}.{name}"


def test_what_other_stages_let_go_by(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"w{n}" for n in range(13)]
    runs: list[tuple[Any, dict[str, Any]]] = [
        (posenc, {"x": X}),
        (embed, {"tokens": words, "d_model": 6}),
        (addnorm, {"x": X, "residual": 2 * X}),
        (addnorm, {"x": X, "residual": 2 * X, "norm": "rms"}),
        (ffn, {"x": X, "activation": "gelu"}),
        (encode, {"x": X, "layers": 2}),
    ]
    plain = [stage(**how).stages[-1].result.values for stage, how in runs]
    monkeypatch.setattr(compute, "LARGE", 20)
    monkeypatch.setattr(compute, "BLOCK", 40)
    for (stage, how), values in zip(runs, plain, strict=True):
        result = stage(**how, keep=["output"]).stages[-1].result.values
        np.testing.assert_allclose(result, values, rtol=1e-12, atol=1e-12, err_msg=stage.__name__)


def test_positions_in_float32() -> None:
    stage = posenc(X.astype(np.float32), dtype="float32")["posenc"]
    assert stage["PE"].values.dtype == stage["X"].values.dtype == np.float32
