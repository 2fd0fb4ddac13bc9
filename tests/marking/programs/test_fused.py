"""One projection that makes Q, K and V at once, cut in the wrong way."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import tmat

TOKENS, WIDTH, HEADS = 5, 8, 2


def attended(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Attention of [heads, tokens, width], the heads side by side."""
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return np.asarray((weights @ v).transpose(1, 0, 2).reshape(TOKENS, WIDTH))


def by_order(fused: np.ndarray, order: str) -> np.ndarray:
    thirds = dict(zip(order, fused.reshape(TOKENS, 3, HEADS, -1).transpose(1, 2, 0, 3), strict=True))
    return attended(thirds["Q"], thirds["K"], thirds["V"])


def by_heads(fused: np.ndarray) -> np.ndarray:
    return attended(*fused.reshape(TOKENS, HEADS, 3, -1).transpose(2, 1, 0, 3))


def by_turns(fused: np.ndarray) -> np.ndarray:
    return attended(*fused.reshape(TOKENS, WIDTH, 3).transpose(2, 0, 1).reshape(3, TOKENS, HEADS, -1).swapaxes(1, 2))


TOLD = {
    "heads": (by_heads, "heads-cut-before-thirds", "cut by heads first"),
    "turns": (by_turns, "thirds-dealt-out", "every third column"),
}


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("how", ["VKQ", "QVK", "KVQ", "heads", "turns"])
def test_a_fused_projection_that_is_cut_wrongly_is_named(how: str, biased: bool) -> None:
    rng = np.random.default_rng(len(how))
    x, weight = rng.standard_normal((TOKENS, WIDTH)), rng.standard_normal((WIDTH, 3 * WIDTH)) / 3
    bias = rng.standard_normal((1, 3 * WIDTH)) * biased
    given = {f"W_{part}": own for part, own in zip("QKV", np.hsplit(weight, 3), strict=True)}
    given |= {f"b_{part}": own for part, own in zip("QKV", np.hsplit(bias, 3), strict=True)} if biased else {}
    sheet = tmat.attention(x, heads=HEADS, project=False, **given)  # type: ignore[arg-type]
    fused = x @ weight + bias
    np.testing.assert_allclose(by_order(fused, "QKV"), sheet["attention"]["concat"].values)
    cut, name, said = TOLD.get(how, (partial(by_order, order=how), "thirds-in-wrong-order", "for " + ", ".join(how)))
    finding = tmat.explain(cut(fused).astype(np.float32), sheet, "concat").steps[0].findings[0]
    assert finding.sure
    assert name in finding.names
    assert any(said in mistake.said for mistake in finding.mistakes)
