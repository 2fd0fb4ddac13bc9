"""What is too large to keep is worked out by blocks of rows: the same result, and nothing of the size of the scores."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tmat.engine import compute
from tmat.numbers.seeding import keep_mask
from tmat.stages.attention import attention

WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"mask": "causal"},
    "window, renormalised": {"window": 9, "renormalize": True},
    "dropout": {"mask": "causal", "dropout": 0.3, "dropout_seed": 5},
    "torch's dropout": {"dropout": 0.3, "init": "torch-linear"},
    "additive": {"score": "additive", "d_k": 4},
    "tempered": {"temperature": 2.0},
    "rounded": {"round": "scores.used=2,weights=4"},
}
X = np.random.default_rng(1).normal(size=(101, 12))


@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-5)])
def test_blocks_change_nothing(way: str, heads: int, dtype: str, near: float, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"heads": heads, "seed": 1, "dtype": dtype, **WAYS[way]}
    whole = attention(X, **options)["attention"]["output"].values
    monkeypatch.setattr(compute, "LARGE", 1 << 9)
    monkeypatch.setattr(compute, "BLOCK", 1 << 10)
    stage = attention(X, keep=["output"], **options)["attention"]
    parts = stage["output"].values
    assert parts.dtype == whole.dtype == dtype
    assert np.abs(parts - whole).max() <= near * np.abs(whole).max()
    if "torch" not in way:  # torch draws a mask in one go
        assert not [name for name in stage.names() if stage[name].values.shape == (101, 101)]


@pytest.mark.parametrize("options", [{}, {"mask": "causal"}, {"dropout": 0.5}], ids=str)
def test_nothing_of_the_size_of_the_scores_is_held(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    length = 1200
    monkeypatch.setattr(compute, "LARGE", 1 << 12)
    monkeypatch.setattr(compute, "BLOCK", 1 << 14)
    x = np.random.default_rng(2).normal(size=(length, 8))
    attention(x[:10], heads=2, seed=1, keep=["output"], **options)  # loads what is loaded once
    tracemalloc.start()
    attention(x, heads=2, seed=1, keep=["output"], **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < length * length * 8 / 2


def test_a_mask_drawn_from_any_row_on_is_the_same_mask() -> None:
    whole = keep_mask((7, 5), 0.4, seed=3, stage="s", name="keep")
    rows = keep_mask((2, 5), 0.4, seed=3, stage="s", name="keep", skip=4 * 5)
    assert np.array_equal(rows, whole[4:6])
