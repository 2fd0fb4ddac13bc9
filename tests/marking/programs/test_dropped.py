"""Dropout that was left on is named in what went through it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import tmat


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("p", [0.1, 0.35])
def test_dropout_left_on_is_named_in_the_weights(dtype: str, p: float) -> None:
    rng = np.random.default_rng(2)
    given = {name: rng.standard_normal((8, 8)) / 3 for name in ("W_Q", "W_K", "W_V", "W_O")}
    sheet = tmat.attention(rng.standard_normal((9, 8)), heads=2, mask="causal", **given)  # type: ignore[arg-type]
    weights = sheet["attention"]["weights2"].values
    dropped = (weights * (rng.random(weights.shape) >= p) / (1.0 - p)).astype(dtype)
    finding = tmat.explain(dropped, sheet, "weights2").steps[0].findings[0]
    assert finding.names == ("dropout-left-on",)
    assert finding.mistakes[0].details["p"] == str(p)
    other = dropped + (0.2 * rng.random(weights.shape) * (dropped != 0)).astype(dtype)  # kept, and of no one factor
    assert not tmat.explain(other, sheet, "weights2").steps[0].findings
