"""Rounded steps of operands that are too long for exact arithmetic, against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tmat import attention
from tmat.engine.node import rounded
from tmat.operations import REGISTRY


def test_a_product_close_to_a_tie_goes_by_its_decimals() -> None:
    rng = np.random.default_rng(3)
    product = REGISTRY["matmul"]
    seen = 0
    for _ in range(200):
        tie = (2 * rng.integers(1, 400) + 1) / 200  # 1.235
        a = np.array([[rng.integers(1, 300) * 0.1, 1.0]])
        b = np.array([[1 / 3], [tie - a[0, 0] / 3]])
        exact = sum(Fraction(repr(float(x))) * Fraction(repr(float(y))) for x, y in zip(a[0], b[:, 0], strict=True))
        units = abs(exact) * 100 + Fraction(1, 2)
        due = float(Fraction(units.numerator // units.denominator, 100)) * (1 if exact >= 0 else -1)
        seen += due != np.round(float(exact), 2) or abs(units - round(units)) < Fraction(1, 10**9)
        assert rounded(product, (a, b), {}, product(a, b), 2)[0, 0] == due
    assert seen > 100  # nearly all were close enough for floats to err


def test_a_stage_rounds_by_them() -> None:
    given = {"X": "-0.75", "W_Q": "0.4733333333333333", "W_K": "1", "W_V": "1"}
    sheet = attention(**{name: np.array([[float(text)]]) for name, text in given.items()}, project=False, round=2)
    assert sheet["attention"]["Q"].values[0, 0] == -0.35


def test_ties_of_short_decimals_and_infinities_are_as_they_were() -> None:
    add = REGISTRY["add"]
    a, b = np.array([[2.075, -np.inf, 1 / 3]]), np.array([[0.1, 0.0, 0.17166666666666666]])
    assert rounded(add, (a, b), {}, add(a, b), 2).tolist() == [[2.18, -np.inf, 0.5]]


def test_an_operation_of_floats_alone_goes_by_its_decimals_too() -> None:
    """−0.21 / 6 = −0.035, which as a float is a little less."""
    for name, params in (("spread_over_all", {"height": 2, "width": 3}), ("spread_mean", {"width": 6})):
        op, share = REGISTRY[name], np.array([[-0.21]])
        assert (rounded(op, (share,), params, op(share, **params), 2) == -0.04).all()


def test_equal_shares_are_ties() -> None:
    """1/8 = 0.125, though each of the eight exponentials has no last digit."""
    op, row = REGISTRY["softmax"], np.full((1, 8), -0.35)
    assert (rounded(op, (row,), {}, op(row), 2) == 0.13).all()
