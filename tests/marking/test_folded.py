"""Exponentials, their sums and the variance are marked though the key folds them away."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import refused, tmat

import tmat as library
from tmat.marking import mark
from tmat.marking.key import Key

X = [[1.0, 0.5], [0.25, -1.0], [2.0, 1.5]]
KEY = library.attention(X, weights=False, d_k=4)
SCALED = KEY["attention"]["scaled"].values
POWERS = np.exp(SCALED)
SUMS = POWERS.sum(axis=1, keepdims=True)


def verdicts(answers: dict[str, object], key: library.Worksheet = KEY) -> dict[str, str]:
    return {step.name: step.verdict.word for step in mark(answers, key).steps}


def test_what_is_handed_in_is_marked_and_nothing_else_is_missed() -> None:
    assert verdicts({"exponentials": POWERS.round(4)})["exponentials"] == "right"
    told = verdicts(
        {"scaled": SCALED, "exps": POWERS.round(4), "row sums": SUMS.round(4), "weights": (POWERS / SUMS).round(4)}
    )
    assert [told[name] for name in ("scaled", "exponentials", "row_sums", "weights")] == ["right"] * 4
    assert "exponentials" not in verdicts({"scaled": SCALED})
    assert "row_sums" in verdicts({"row_sums": SUMS.round(3)})
    assert "exponentials" not in verdicts({"row_sums": SUMS.round(3)})


def test_the_slip_is_named_and_what_follows_follows() -> None:
    tens = 10.0**SCALED
    sums = tens.sum(axis=1, keepdims=True)
    report = mark({"exponentials": tens.round(3), "row_sums": sums.round(3), "weights": (tens / sums).round(3)}, KEY)
    assert report["exponentials"].findings[0].names == ("another-base",)
    assert [report[name].verdict.word for name in ("row_sums", "weights")] == ["follows"] * 2


def test_of_each_head_and_of_a_mask() -> None:
    key = library.attention(X, weights=False, heads=2, mask="causal")
    stage = key["attention"]
    powers = np.exp(stage["masked2"].values)
    told = verdicts({"exponentials2": powers.round(4), "weights2": stage["weights2"].values.round(4)}, key)
    assert (told["exponentials2"], told["weights2"]) == ("right", "right")
    assert "exponentials1" not in told


def test_the_variance() -> None:
    key = library.addnorm([[1.0, 2.0, 4.0], [3.0, 3.0, 9.0]], add_residual=False)
    assert verdicts({"variance": [[1.5556], [8.0]], "std": [[1.2472], [2.8284]]}, key)["variance"] == "right"
    report = mark({"variance": [[1.2472], [2.8284]]}, key)
    assert report["variance"].findings[0].names == ("deviation-for-variance",)


@pytest.mark.parametrize("how", [{}, {"temperature": 2.0}, {"softmax_base": 3.0}, {"heads": 2, "mask": "causal"}])
def test_in_detail_the_numbers_are_the_same(how: dict[str, object]) -> None:
    plain, told = (library.attention(X, weights=False, detail=detail, **how)["attention"] for detail in (False, True))  # type: ignore[arg-type]
    np.testing.assert_allclose(told.result.values, plain.result.values, rtol=1e-14)
    name = "row_sums1" if "heads" in how else "row_sums"
    np.testing.assert_allclose(
        told[name].values, told[name.replace("row_sums", "exponentials")].values.sum(axis=1, keepdims=True)
    )
    assert Key(library.attention(X, weights=False, detail=True)).steps


def test_on_the_command_line() -> None:
    done = tmat("addnorm -m X='1 2 4; 3 3 9' --no-residual --detail --epsilon 0")
    assert done["variance"].round(4).tolist() == [[1.5556], [8.0]]
    assert (
        done["normalized"].tolist()
        == tmat("addnorm -m X='1 2 4; 3 3 9' --no-residual --epsilon 0")["normalized"].tolist()
    )
    assert "a softmax with a sink is one step" in refused("attention -m scaled='1 2' -m sinks='1' --detail")


def test_the_mean_square_of_a_norm() -> None:
    key = library.addnorm([[1.0, 2.0, 3.0], [4.0, 0.0, 2.0]], add_residual=False, norm="rms")
    assert verdicts({"mean_square": [[4.6667], [6.6667]], "rms": [[2.1602], [2.582]]}, key)["mean_square"] == "right"
    report = mark({"mean_square": [[14.0], [20.0]]}, key)
    assert report["mean_square"].findings[0].names == ("squares-not-averaged",)
