"""What the seven versions are, and that each is told apart from the one before by its worksheet."""

from __future__ import annotations

import numpy as np

from tmat.articles import load
from tmat.articles.changes import changed, side_by_side
from tmat.articles.running import run

PARTS = run(load("seven-versions"))


def test_there_are_seven() -> None:
    assert [part.part.title for part in PARTS] == [
        "additive", "dot product", "scaled", "several queries", "cross-attention", "self-attention", "several heads",
    ]  # fmt: skip


def test_what_changed() -> None:
    said = [changed(before, after) for before, after in zip([None, *PARTS], PARTS, strict=False)]
    assert said[0] == []
    assert said[1] == [
        "otherwise: scores = X·contextᵀ, not scores = tanh(query_hidden + key_hidden)·v_Aᵀ",
        "gone: W_A, U_A, v_A, query_hidden, key_hidden",
    ]
    assert said[2] == [
        "new: scaled = scores / √4",
        "otherwise: weights = softmax(scaled), not weights = softmax(scores)",
    ]
    assert said[3] == ["sizes: X 1×4 → 2×4, scores 1×3 → 2×3, scaled 1×3 → 2×3, weights 1×3 → 2×3, Z 1×4 → 2×4"]
    assert said[4][0] == "new: Q 2×4, W_K 4×4, W_V 4×4, K = context·W_K, V = context·W_V"
    assert (
        "otherwise: Q = X·W_Q, not Q given; K = X·W_K, not K = context·W_K; V = X·W_V, not V = context·W_V" in said[5]
    )
    assert any(line.startswith("gone: scores, scaled, weights, Z") for line in said[6])


def test_nothing_changed_is_said() -> None:
    assert changed(PARTS[2], PARTS[2]) == ["nothing"]


def test_side_by_side() -> None:
    assert side_by_side(PARTS).rows[:3] == (
        ("1 additive", "tanh(query_hidden + key_hidden)·v_Aᵀ", "context", "Z 1×4"),
        ("2 dot product", "X·contextᵀ", "context", "Z 1×4"),
        ("3 scaled", "X·contextᵀ / √4", "context", "Z 1×4"),
    )


def test_the_weights_of_every_version_sum_to_1() -> None:
    for part in PARTS:
        stage = part.calls[-1].stage
        for name in ("weights", "weights1", "weights2"):
            if name in stage:
                np.testing.assert_allclose(stage[name].values.sum(axis=1), 1.0, rtol=1e-12)
