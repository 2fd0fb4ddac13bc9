"""Keys and values from inputs of their own."""

from __future__ import annotations

import numpy as np
from tests.cli.running import tmat

from tmat.stages.attention import attention


def test_keys_and_values_from_different_inputs() -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        n, m, d, e, f = (int(k) for k in rng.integers(1, 6, 5))
        x, keys, values = rng.normal(size=(n, d)), rng.normal(size=(m, e)), rng.normal(size=(m, f))
        w = {"W_Q": rng.normal(size=(d, 3)), "W_K": rng.normal(size=(e, 3)), "W_V": rng.normal(size=(f, 2))}
        stage = attention(x, key_input=keys, value_input=values, matrices=w)["attention"]
        scores = x @ w["W_Q"] @ (keys @ w["W_K"]).T / 3**0.5
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        due = shares / shares.sum(axis=1, keepdims=True) @ (values @ w["W_V"])
        np.testing.assert_allclose(stage.result.values, due, rtol=1e-10, atol=1e-12)


def test_one_of_them_alone_leaves_the_other_as_it_is() -> None:
    done = tmat("attention -m X='1 0; 0 1' -m value_input='5 0; 0 7' --no-weights --no-scale --no-project")
    weights = done["weights"]
    np.testing.assert_allclose(done["Z"], weights @ [[5, 0], [0, 7]], rtol=1e-12)
    assert "values from value_input" in done.notes
