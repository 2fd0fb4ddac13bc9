"""Masks as rules, and what the numbers of a given mask mean."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.errors import InputError
from tmat.stages.parts.masks import meant, said, visibility

WORDS = ["you", "win", "<pad>", "<pad>"]


def cells(**rules: object) -> list[list[float]]:
    node = visibility(WORDS, WORDS, **rules)  # type: ignore[arg-type]
    assert node is not None
    assert node.make is not None
    whole = node.make(0, 4)
    np.testing.assert_array_equal(np.vstack([node.make(0, 1), node.make(1, 4)]), whole)
    assert (node.rows, node.cols) == (WORDS, WORDS)
    found: list[list[float]] = whole.tolist()
    return found


def test_rules() -> None:
    assert cells(causal=True) == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    assert cells(padding=True) == [[1, 1, 0, 0]] * 4
    assert cells(valid=3) == [[1, 1, 1, 0]] * 4
    assert cells(valid=0) == [[0, 0, 0, 0]] * 4
    assert cells(window=0) == np.eye(4).tolist()
    assert cells(window=1) == [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]]
    assert cells(window=1, causal=True, valid=2) == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert cells(given=np.eye(4)[::-1].copy(), causal=True) == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]]


def test_no_rule_is_no_mask() -> None:
    assert visibility(WORDS, WORDS) is None


def test_more_queries_than_keys_and_fewer() -> None:
    tall, wide = visibility("abc", "xy", causal=True), visibility("ab", "xyz", causal=True)
    assert tall is not None
    assert wide is not None
    assert tall.make is not None
    assert wide.make is not None
    assert tall.make(0, 3).tolist() == [[1, 0], [1, 1], [1, 1]]
    assert wide.make(0, 2).tolist() == [[1, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"valid": 5}, "valid=5 does not fit\n  there are 4 keys: expected 0 to 4"),
        ({"valid": -1}, "valid=-1 does not fit"),
        ({"window": -1}, "window=-1 does not fit\n  expected 0 or more keys on each side"),
    ],
)
def test_rules_that_do_not_fit(rules: dict[str, int], message: str) -> None:
    with pytest.raises(InputError) as caught:
        visibility(WORDS, WORDS, **rules)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_padding_without_pad_tokens() -> None:
    with pytest.raises(InputError) as caught:
        visibility(["a"], ["a", "b"], padding=True)
    assert str(caught.value) == (
        "mask='padding' finds no <pad> among the tokens\n  the keys are a, b\n  say how many are real: valid=N"
    )


def test_what_a_given_mask_means() -> None:
    assert meant(np.array([[1.0, 0.0]]), "auto") == "visible"
    assert meant(np.array([[0.0, -1e9]]), "auto") == "added"
    assert meant(np.array([[0.0, -np.inf]]), "auto") == "added"
    assert meant(np.array([[1.0, 0.0]]), "hidden") == "hidden"


def test_what_is_said_of_masks() -> None:
    nothing = {"causal": False, "padding": False, "valid": None, "window": None, "given": False}
    assert said(**nothing) == "no mask"  # type: ignore[arg-type]
    assert said(**{**nothing, "causal": True, "valid": 1, "window": 2, "given": True}) == (  # type: ignore[arg-type]
        "mask: causal, first 1 key, window of 2 each side, given"
    )
