from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.experiment.saturation import saturation

ROWS = st.lists(st.floats(-30, 30), min_size=1, max_size=7)


def weights_of(scores: list[float]) -> np.ndarray:
    powers = np.exp(np.array(scores) - max(scores))
    return powers / powers.sum()


@given(ROWS)
def test_the_gradient_is_the_norm_of_the_jacobian_written_out(scores: list[float]) -> None:
    w = weights_of(scores)
    jacobian = np.diag(w) - np.outer(w, w)
    assert saturation(scores).gradient == pytest.approx(np.linalg.norm(jacobian), abs=1e-12)


@given(ROWS)
def test_entropy_and_largest_weight_by_their_definitions(scores: list[float]) -> None:
    w = weights_of(scores)
    got = saturation(scores)
    assert got.largest == pytest.approx(w.max(), rel=1e-12)
    assert got.entropy == pytest.approx(-sum(x * math.log(x) for x in w), abs=1e-12)
    assert 0 <= got.entropy <= math.log(len(scores)) + 1e-12
    assert got.noticed == sum(x > 1e-6 for x in w)


def test_the_jacobian_is_what_moving_the_scores_does() -> None:
    scores = np.array([0.3, -1.2, 2.0, 0.7])
    step = 1e-6
    moved = [
        (weights_of([*(scores + step * unit)]) - weights_of([*(scores - step * unit)])) / (2 * step)
        for unit in np.eye(4)
    ]
    assert saturation(scores).gradient == pytest.approx(np.linalg.norm(moved), rel=1e-8)


def test_what_nearly_vanishes_is_not_lost() -> None:
    # w = (1 − e⁻⁷⁰, e⁻⁷⁰) to first order: J = ±e⁻⁷⁰ in four places, entropy e⁻⁷⁰·(70 + 1)
    got = saturation([70.0, 0.0])
    assert got.gradient == pytest.approx(2 * math.exp(-70), rel=1e-12)
    assert got.entropy == pytest.approx(71 * math.exp(-70), rel=1e-12)
    assert got.largest == 1.0


def test_scores_too_far_apart_for_floats_leave_nothing() -> None:
    got = saturation([5000.0, 0.0, -5000.0])
    assert (got.largest, got.noticed, got.entropy, got.gradient) == (1.0, 1.0, 0.0, 0.0)


def test_several_rows_give_the_median_of_each() -> None:
    rows = [[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]
    assert saturation(rows) == saturation(rows[1])


def test_equal_scores() -> None:
    got = saturation(np.zeros(25))
    assert got.gradient == pytest.approx(math.sqrt(24) / 25)
    assert got.entropy == pytest.approx(math.log(25))


def test_no_scores() -> None:
    with pytest.raises(InputError, match="softmax of no scores\n  expected at least one row of at least one number"):
        saturation([])
