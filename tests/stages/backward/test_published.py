"""Worked losses and gradients that others have published, with what is wrong on their pages."""

from __future__ import annotations

import numpy as np
import pytest

import tmat


def test_a_loss_by_hand() -> None:
    """DataCamp, Introduction to Deep Learning with PyTorch, "Calculating loss function by hand": a frog, 0.0117."""
    sheet = tmat.loss([[-1.2, 0.12, 4.8]], target="3")
    assert sheet["loss"]["loss"].values[0, 0] == pytest.approx(0.0117, abs=5e-5)


HIDDEN, WEIGHT = [[0.426, 0.5]], [[0.3, -0.1], [0.4, 0.2]]
"""PostNetwork Academy, "Understanding Neural Networks: Softmax, Cross-Entropy, and Backpropagation", steps 3 to 13."""


def test_softmax_and_loss_as_printed() -> None:
    sheet = tmat.loss([[0.428, 0.185]], target="1")
    back = tmat.backward(sheet)["backward"]
    np.testing.assert_allclose(back["dlogits_softmax"].values, [[0.561, 0.439]], atol=7e-4)
    assert sheet["loss"]["loss"].values[0, 0] == pytest.approx(0.579, abs=7e-4)


def test_its_gradients_are_those_of_the_weights_turned() -> None:
    """w8 leads from the first hidden number to the second output; the page gives it the second number and the first output."""
    sheet = tmat.ffn(HIDDEN, W_1=WEIGHT, b_1=[[0.1, 0.1]], layers=1, activation="none")
    key = tmat.backward(tmat.loss(sheet, target="1"), wrt=["W_1"])
    back = key["backward"]
    y = back["dactivated_softmax"].values[0]
    (first, second), (a1, a2) = y - [1, 0], HIDDEN[0]
    np.testing.assert_allclose(back["dW_1"].values, [[first * a1, second * a1], [first * a2, second * a2]], rtol=1e-12)
    page = np.array([[first * a1, first * a2], [second * a1, second * a2]]).round(4)
    report = tmat.mark({"dW_1": page}, key)
    assert "transposed" in report["dW_1"].findings[0].names
