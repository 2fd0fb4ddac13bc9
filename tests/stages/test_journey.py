"""The models of the book's chapter 3, drawn by tmat as torch draws them, against what torch prints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.oracles.load import document

from tmat.sheet.worksheet import Stage
from tmat.stages.attention import attention

JOURNEY = document("journey")
X = np.array(JOURNEY["inputs"]["float64"] if isinstance(JOURNEY["inputs"], dict) else JOURNEY["inputs"])


def close(stage: Stage, section: str, *names: str) -> None:
    for name in names:
        expected = np.array(JOURNEY[section][name]["float64"], dtype=float)
        if expected.ndim == 3:
            expected = expected[0]
        np.testing.assert_allclose(stage[name].values, expected, rtol=1e-12, atol=1e-12, err_msg=name)


def stage_of(**how: Any) -> Stage:
    return attention(X, **how)["attention"]


def test_attention_without_weights() -> None:
    stage = stage_of(weights=False, scale=False)
    close(stage, "simple", "scores", "weights")
    np.testing.assert_allclose(stage["Z"].values, JOURNEY["simple"]["context"]["float64"], rtol=1e-12)


def test_one_query_without_weights() -> None:
    stage = attention(X[1:2], context=X, weights=False, scale=False)["attention"]
    np.testing.assert_allclose(stage["Z"].values[0], JOURNEY["simple"]["context_2"]["float64"], rtol=1e-12)


def test_torch_rand_123() -> None:
    stage = stage_of(seed=123, init="torch-rand", d_k=2, project=False)
    close(stage, "rand_123", "W_Q", "W_K", "W_V", "Q", "K", "V", "scores", "scaled", "weights", "Z")


def test_torch_linear_789() -> None:
    stage = stage_of(seed=789, init="torch-linear", d_k=2, project=False)
    close(stage, "linear_789", "W_Q", "W_K", "W_V", "Q", "K", "V", "scores", "scaled", "weights", "Z")


def test_masking_by_minus_infinity_and_by_renormalising_agree() -> None:
    filled = stage_of(seed=789, init="torch-linear", d_k=2, project=False, mask="causal")
    close(filled, "masking_789", "mask", "masked", "weights", "Z")
    thinned = stage_of(seed=789, init="torch-linear", d_k=2, project=False, mask="causal", renormalize=True)
    close(thinned, "masking_789", "renormalized")
    np.testing.assert_allclose(
        thinned["masked"].values, JOURNEY["masking_789"]["masked_weights"]["float64"], rtol=1e-12
    )
    np.testing.assert_allclose(thinned["Z"].values, filled["Z"].values, rtol=1e-12)


def test_dropout_123() -> None:
    stage = stage_of(seed=789, init="torch-linear", d_k=2, project=False, mask="causal", dropout=0.5, dropout_seed=123)
    assert stage["keep"].values.tolist() == JOURNEY["dropout_123"]["kept"]
    np.testing.assert_allclose(stage["dropped"].values, JOURNEY["dropout_123"]["weights"]["float64"], rtol=1e-12)


def test_causal_123() -> None:
    stage = stage_of(seed=123, init="torch-linear", d_k=2, project=False, mask="causal")
    close(stage, "causal_123", "Q", "K", "V", "scores", "scaled", "masked", "weights", "Z")


def test_two_stacked_heads_123() -> None:
    stage = stage_of(seed=123, init="torch-linear", d_k=2, heads=2, separate=True, project=False, mask="causal")
    close(stage, "stacked_123", "W_Q1", "W_V2", "Q1", "K2", "weights1", "weights2", "Z1", "Z2", "concat")


def test_split_heads_with_output_projection_123() -> None:
    stage = stage_of(seed=123, init="torch-linear", d_k=1, heads=2, d_out=2, mask="causal")
    close(stage, "split_123", "W_Q", "W_O", "Q", "K", "V", "Q1", "weights2", "Z1", "Z2", "concat", "output")
    np.testing.assert_allclose(stage["b_O"].values[0], JOURNEY["split_123"]["b_O"]["float64"], rtol=1e-12)


@pytest.mark.parametrize(
    ("section", "name", "how"),
    [
        ("rand_123", "Z", {"seed": 123, "init": "torch-rand", "d_k": 2, "project": False}),
        ("linear_789", "Z", {"seed": 789, "init": "torch-linear", "d_k": 2, "project": False}),
    ],
)
def test_the_printed_digits(section: str, name: str, how: dict[str, Any]) -> None:
    """To the last of the four decimals that torch prints."""
    ours = [[f"{cell:.4f}" for cell in row] for row in stage_of(**how)[name].values]
    printed = JOURNEY[section][name]["printed"].replace("tensor(", "").replace("[", " ").replace("]", " ").rstrip(")")
    theirs = [float(text) for text in printed.replace(",", " ").split()]
    assert [float(text) for row in ours for text in row] == theirs
