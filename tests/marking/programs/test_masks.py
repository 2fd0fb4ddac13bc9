"""Masks that hide too much: a row that is masked whole is NaN and tells the mask, NaN everywhere tells nothing."""

from __future__ import annotations

import numpy as np

import tmat

TOKENS, WIDTH = 5, 6


def attended(x: np.ndarray, weights: dict[str, np.ndarray], added: np.ndarray) -> np.ndarray:
    """Attention as NumPy does it, its mask added to the scores."""
    q, k, v = (x @ weights[f"W_{name}"] for name in "QKV")
    with np.errstate(all="ignore"):
        scores = q @ k.T / np.sqrt(WIDTH) + added
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True) @ v, dtype=np.float32)


def drawn() -> tuple[np.ndarray, dict[str, np.ndarray], tmat.Worksheet]:
    rng = np.random.default_rng(8)
    x, weights = rng.standard_normal((TOKENS, WIDTH)), {f"W_{n}": rng.standard_normal((WIDTH, WIDTH)) for n in "QKV"}
    return x, weights, tmat.attention(x, mask="causal", project=False, **weights)  # type: ignore[arg-type]


def test_a_mask_that_hides_a_row_whole_is_named_by_the_other_rows() -> None:
    x, weights, sheet = drawn()
    output = attended(x, weights, np.where(np.tri(TOKENS, k=-1) > 0, 0.0, -np.inf))
    assert np.isnan(output).all(axis=1).tolist() == [True, False, False, False, False]
    finding = tmat.explain(output, sheet, "Z").steps[0].findings[0]
    assert finding.sure
    assert finding.names == ("mask-off-by-one",)


def test_nan_everywhere_has_no_name() -> None:
    x, weights, sheet = drawn()
    with np.errstate(all="ignore"):
        output = attended(x, weights, (1.0 - np.tri(TOKENS)) * np.float64(np.float16(-1e9)))  # 0·∞ is no number
    assert np.isnan(output).all()
    step = tmat.explain(output, sheet, "Z").steps[0]
    assert (step.verdict.word, step.findings) == ("wrong", [])


def test_a_mask_that_is_not_due_is_named() -> None:
    x, weights, _ = drawn()
    sheet = tmat.attention(x, project=False, **weights)  # type: ignore[arg-type]
    output = attended(x, weights, np.where(np.tri(TOKENS) > 0, 0.0, -np.inf))
    finding = tmat.explain(output, sheet, "Z").steps[0].findings[0]
    assert finding.sure
    assert finding.names == ("causal-mask-not-due",)
