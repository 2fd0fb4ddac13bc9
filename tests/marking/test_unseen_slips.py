"""A slip in the scores is named where only a later step was handed in: with a mask and a scale between, as far as Z."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.marking import mark
from tmat.stages.attention import attention

SIZE = 4


def soft(a: np.ndarray) -> np.ndarray:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("last", ["scores", "weights", "Z"])
@pytest.mark.parametrize("mask", [None, "causal"])
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("projections-left-out", lambda x, q, k: x @ x.T),
        ("query-for-key", lambda x, q, k: q @ q.T),
        ("key-for-query", lambda x, q, k: k @ k.T),
        ("operands-swapped", lambda x, q, k: k @ q.T),
    ],
)
def test_what_was_done_to_the_scores_is_seen_from_there(last: str, mask: str | None, name: str, wrong) -> None:  # type: ignore[no-untyped-def]
    r = np.random.RandomState(3)
    x, *weights = (r.uniform(-1.5, 1.5, (SIZE, SIZE)).round(1) for _ in range(4))
    key = attention(X=x, **dict(zip(("W_Q", "W_K", "W_V"), weights, strict=True)), mask=mask)
    q, k, v = (x @ w for w in weights)
    made = {"scores": wrong(x, q, k)}
    scaled = made["scores"] / np.sqrt(SIZE)
    made["weights"] = soft(scaled if mask is None else np.where(np.tri(SIZE) > 0, scaled, -np.inf))
    made["Z"] = made["weights"] @ v
    (finding,) = mark({last: made[last].round(3)}, key)[last].findings
    assert name in finding.names
