"""Weights that are one matrix: their gradients add up, and they stay one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

TABLE = np.random.RandomState(2).uniform(-1, 1, (4, 4)).round(2)


def decoded(table: np.ndarray = TABLE, **how: Any) -> Worksheet:
    sheet = tmat.decode(
        [[1.0, 0.0, 0.5, 0.2]], vocabulary=["you", "win"], target="you win", seed=1, W_E=table, W_vocab=table.T, **how
    )  # fmt: skip
    return tmat.loss(sheet)


def test_the_gradients_of_tied_weights_add_up() -> None:
    back = tmat.backward(decoded(), tie=["W_E=W_vocab.T"], wrt=["W_E"])["backward"]
    apart = tmat.backward(decoded(), wrt=["W_E", "W_vocab"])["backward"]
    np.testing.assert_allclose(back["dW_E"].values, apart["dW_E"].values + apart["dW_vocab"].values.T, atol=1e-15)
    assert [step.name for step in back.steps][-3:] == ["dW_E_E", "dW_E_W_vocab", "dW_E"]


def test_differences_say_so_too() -> None:
    back = tmat.backward(decoded(), tie=["W_E=W_vocab.T"], wrt=["W_E"], numeric=True)["backward"]
    np.testing.assert_allclose(back["dW_E_off"].values, 0.0, atol=1e-9)


def test_they_are_one_after_a_step() -> None:
    sheet = tmat.train(decoded(), steps=3, tie=["W_E=W_vocab.T"])
    table = sheet["decode-1.embed"]["W_E"].values
    assert np.abs(table - TABLE).max() > 1e-3
    np.testing.assert_array_equal(sheet["decode-1"]["W_vocab"].values, table.T)
    logits = sheet["decode-1"]["X"].values @ table.T
    np.testing.assert_allclose(sheet["decode-1"]["logits"].values, logits, atol=1e-12)


@pytest.mark.parametrize("tie", ["W_E=W_vocab", "W_E=W_X.T", "W_X=W_vocab.T"])
def test_a_tie_that_does_not_hold_is_refused(tie: str) -> None:
    with pytest.raises(InputError, match="tie"):
        tmat.backward(decoded(), tie=[tie])
