"""The loss: against torch's formulas written out, what it knows of the words, what it says no to."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

LOGITS = [[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]]


def due(row: list[float], right: int) -> float:
    return -math.log(math.exp(row[right]) / sum(map(math.exp, row)))


def test_cross_entropy_by_ids_and_by_words() -> None:
    losses = [due(LOGITS[0], 0), due(LOGITS[1], 1)]
    named = tmat.Matrix.of("logits", LOGITS, cols=["you", "win", "die"])
    for x, target in ((LOGITS, "1 2"), (LOGITS, ["1", "2"]), (named, "you win"), (named, "You Win"), (named, "1 2")):
        stage = tmat.loss(x, target=target)["loss"]
        np.testing.assert_allclose(stage["losses"].values[:, 0], losses, rtol=1e-14)
        assert stage["loss"].values[0, 0] == pytest.approx(np.mean(losses), rel=1e-14)
        assert stage["perplexity"].values[0, 0] == pytest.approx(math.exp(np.mean(losses)), rel=1e-14)
        assert stage.output == "loss"


def test_of_probabilities_it_is_the_same() -> None:
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    for smoothing in (0.0, 0.1):
        one = tmat.loss(LOGITS, target="3 1", smoothing=smoothing)["loss"]
        other = tmat.loss(probabilities=shares, target="3 1", smoothing=smoothing)["loss"]
        np.testing.assert_allclose(one["losses"].values, other["losses"].values, rtol=1e-13)


def test_smoothing_shares_a_little_with_all_words() -> None:
    stage = tmat.loss(LOGITS, target="1 3", smoothing=0.3)["loss"]
    np.testing.assert_allclose(stage["targets"].values, [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    row = [due(LOGITS[0], n) for n in range(3)]
    assert stage["losses"].values[0, 0] == pytest.approx(0.8 * row[0] + 0.1 * row[1] + 0.1 * row[2])


def test_a_forced_decode_knows_its_target() -> None:
    sheet = tmat.decode([[1.0, 0.0]], vocabulary=["you", "win"], target="you win")
    stage = tmat.loss(sheet)["loss"]
    assert stage.params["target"] == ["you", "win", "<end>"]
    logits = sheet["decode-1"]["logits"].values
    assert stage["losses"].values[2, 0] == pytest.approx(due(logits[2].tolist(), 3))


def test_the_mean_square() -> None:
    stage = tmat.loss(tmat.ffn([[1.0, 2.0]], W_1=[[1, 0], [0, 1]], layers=1), matrices={"target": [[0.0, 4.0]]})["loss"]
    assert stage["difference"].values.tolist() == [[1.0, -2.0]]
    assert stage["loss"].values.tolist() == [[2.5]]


def test_large_logits_lose_nothing() -> None:
    stage = tmat.loss([[1000.0, 0.0, -1000.0]], target="3")["loss"]
    assert stage["losses"].values.tolist() == [[2000.0]]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tmat.loss(LOGITS), "loss has no target"),
        (lambda: tmat.loss(Worksheet(), target="1"), "loss needs logits"),
        (lambda: tmat.loss(LOGITS, target="1"), "the target does not fit"),
        (lambda: tmat.loss(LOGITS, target="1 4"), "'4' is not among the predicted words"),
        (lambda: tmat.loss(LOGITS, targets=[[1.0, 0.0]]), "the targets do not fit"),
        (lambda: tmat.loss(LOGITS, target="1 1", smoothing=1.0), "does not fit"),
        (lambda: tmat.loss(matrices={"output": [[1.0]], "target": [[1.0]]}, smoothing=0.1), "does not apply"),
    ],
)
def test_what_cannot_be_done_is_said(call: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()  # type: ignore[operator]
