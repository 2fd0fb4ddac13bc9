"""Causal attention: exact zeros, and outputs that depend on nothing later."""

from __future__ import annotations

import numpy as np

from tmat.articles import load
from tmat.articles.running import run

ONE, TWO, HEADS = (part.calls[-1].stage for part in run(load("causal")))


def test_minus_infinity_becomes_exactly_zero() -> None:
    above = np.triu(np.ones((3, 3), dtype=bool), 1)
    assert np.isneginf(ONE["masked"].values[above]).all()
    assert (ONE["weights"].values[above] == 0.0).all()
    assert (ONE["weights"].values[~above] > 0.0).all()


def test_two_tokens_are_the_first_two_of_three() -> None:
    np.testing.assert_allclose(TWO["Z"].values, ONE["Z"].values[:2], rtol=1e-12)


def test_a_head_is_d_model_over_h_wide() -> None:
    assert HEADS.params["heads"] == 2
    assert HEADS.params["d_k"] == 2
    assert [HEADS[name].width for name in ("Q1", "K2", "V1", "Z2", "concat")] == [2, 2, 2, 2, 4]
