"""A mask for each head, and a mask of numbers together with a rule: against the formula in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat
from tmat.errors import InputError

DRAW = np.random.default_rng(5)
X = DRAW.normal(size=(3, 4))
MASKS = np.array([np.ones((3, 3)), np.tril(np.ones((3, 3)))])


def weights(q: Any, k: Any, added: Any) -> Any:
    scores = q @ k.T / np.sqrt(q.shape[1]) + added
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("masks", [MASKS, MASKS.astype(bool), np.where(MASKS == 1, 0.5, -np.inf)])
def test_each_head_has_its_own(masks: Any) -> None:
    stage = tmat.attention(X, heads=2, mask=masks, seed=3)["attention"]
    for h in (0, 1):
        q, k = stage[f"Q{h + 1}"].values, stage[f"K{h + 1}"].values
        added = np.where(MASKS[h] == 1, 0.5 if masks.dtype == float and masks.max() == 0.5 else 0.0, -np.inf)
        np.testing.assert_allclose(stage[f"weights{h + 1}"].values, weights(q, k, added), rtol=1e-12)
    assert "a mask for each head" in stage.notes
    assert {"mask1", "mask2"} <= set(stage.given)


def test_as_many_masks_as_heads() -> None:
    with pytest.raises(InputError, match="choose one of the 2: batch=1"):
        tmat.attention(X, heads=4, mask=MASKS)
    with pytest.raises(InputError, match="masks are given for single heads, and mask2 is not"):
        tmat.attention(X, heads=2, matrices={"mask1": MASKS[0]})


def test_steps_of_heads_by_one_array() -> None:
    q = DRAW.normal(size=(2, 3, 2))
    apart = tmat.attention(heads=2, matrices={"Q": q, "K": q, "V": q})["attention"]
    np.testing.assert_allclose(apart["weights2"].values, weights(q[1], q[1], 0.0), rtol=1e-12)


def test_projections_of_heads_by_one_array() -> None:
    w = DRAW.normal(size=(3, 2, 4, 2))
    sheet = tmat.attention(X, heads=2, W_Q=w[0], W_K=w[1], W_V=w[2], project=False)["attention"]
    for h in (0, 1):
        seen = weights(X @ w[0, h], X @ w[1, h], 0.0)
        np.testing.assert_allclose(sheet[f"Z{h + 1}"].values, seen @ X @ w[2, h], rtol=1e-10)


def test_it_says_what_a_one_means() -> None:
    assert "1 in the mask: seen" in tmat.attention(X, mask=MASKS[1])["attention"].notes
    assert "1 in the mask: hidden" in tmat.attention(X, mask=1 - MASKS[1], mask_means="hidden")["attention"].notes


def test_a_mask_that_is_added_and_a_rule() -> None:
    bias = DRAW.normal(size=(3, 3))
    stage = tmat.attention(X, mask=["causal"], matrices={"mask": bias}, seed=3)["attention"]
    added = np.where(MASKS[1] == 1, bias, -np.inf)
    np.testing.assert_allclose(
        stage["weights"].values, weights(stage["Q"].values, stage["K"].values, added), rtol=1e-12
    )
    assert "−∞ in the mask where the rules hide" in stage.notes
    with pytest.raises(InputError, match="renormalize needs a mask of ones and zeros"):
        tmat.attention(X, mask=["causal"], renormalize=True, matrices={"mask": bias})
