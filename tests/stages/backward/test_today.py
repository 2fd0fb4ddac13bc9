"""The way back through the layers of today, held against differences: rotary, shared keys, caps, sinks, gates, a GPT."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

X = np.random.RandomState(7).uniform(-1, 1, (3, 4)).round(2)
DRAWN: dict[str, Any] = {"seed": 2, "init": "normal", "drawing": True}


def off(sheet: Worksheet, **how: Any) -> float:
    """How far the gradients lie from differences, at most; each of them is more than nothing."""
    slope = np.random.RandomState(1).uniform(-1, 1, sheet.stages[-1].result.values.shape).round(2)
    if sheet.stages[-1].stage != "loss":
        sheet = tmat.loss(sheet, matrices={"target": slope})
    back = tmat.backward(sheet, numeric=True, **how)["backward"]
    found = [name for name in back.names() if name.endswith("_off")]
    for name in found:
        assert np.abs(back[name.removesuffix("_off")].values).max() > 1e-9, name
    return max(float(np.abs(back[name].values).max()) for name in found)


@pytest.mark.parametrize(
    "how",
    [
        {"rotary": "adjacent"},
        {"rotary": "halves", "mask": "causal"},
        {"kv_heads": 1},
        {"alibi": True},
        {"qk_norm": "rms"},
        {"qk_norm": "l2"},
        {"soft_cap": 2.0},
        {"softmax_base": 3.0},
        {"sinks": [[0.3, -0.2]]},
    ],
    ids=str,
)
def test_heads_of_today(how: dict[str, Any]) -> None:
    assert off(tmat.attention(X, heads=2, **how, **DRAWN)) < 1e-6


@pytest.mark.parametrize(
    "how", [{"gated": True, "activation": "silu"}, {"activation": "leaky-relu", "slope": 0.1}], ids=str
)
def test_networks_of_today(how: dict[str, Any]) -> None:
    assert off(tmat.ffn(X, d_ff=3, **how, **DRAWN)) < 1e-8


def test_experts_and_their_gate() -> None:
    sheet = tmat.ffn(X, d_ff=3, experts=3, top_experts=2, **DRAWN)
    assert off(sheet) < 1e-8
    back = tmat.backward(tmat.loss(sheet, matrices={"target": np.zeros((3, 4))}))["backward"]
    assert np.abs(back["dW_gate"].values).max() > 1e-6


def test_a_gpt_whose_output_layer_is_its_table() -> None:
    sheet = tmat.decode(
        vocabulary=["you", "win", "die"], target="you win", cross=False, tied=True, norm_order="pre", **DRAWN
    )
    with pytest.raises(InputError, match="what should follow the last word is not known"):
        tmat.loss(sheet)
    rows = sheet.stages[-1]["logits"].height
    sheet = tmat.loss(sheet, target=["win", "die", "you"][:rows])
    assert "dW_E_W_vocab" in tmat.backward(sheet, wrt=["W_E"])["backward"]
    assert off(sheet, wrt=["W_E"]) < 1e-8


@pytest.mark.parametrize(("how", "name"), [({"top_k": 2}, "probabilities"), ({"top_p": 0.8}, "renormalized")])
def test_words_that_are_left_out_have_no_gradient(how: dict[str, Any], name: str) -> None:
    logits = np.array([[2.0, 1.0, 0.5, -1.0]])
    sheet = tmat.decode(matrices={"logits": logits}, vocabulary=["you", "win", "or", "die"], **how)
    back = tmat.backward(sheet, matrices={f"d{name}": [[1.0, 0.0, 0.0, 0.0]]})
    p = 1 / (1 + np.exp(-1.0))  # of the first of the two words that are kept
    np.testing.assert_allclose(back["backward"]["dlogits"].values, [[p * (1 - p), -p * (1 - p), 0.0, 0.0]], atol=1e-12)


def test_a_step_without_a_way_back_is_refused() -> None:
    sheet = tmat.addnorm(X, add_residual=False, detail=True)
    with pytest.raises(InputError, match="no way back through"):
        tmat.backward(sheet, matrices={"dnormalized": X})
