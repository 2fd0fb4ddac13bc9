"""Names that people use for a stage's matrices, where they can mean one alone."""

from __future__ import annotations

import numpy as np
import pytest

import tmat
from tmat.errors import InputError

S = [[1.0, 2.0], [3.0, 5.0]]
V = [[1.0, 0.0], [2.0, 1.0]]


@pytest.mark.parametrize("name", ["attn", "A", "α"])
def test_what_people_call_the_weights(name: str) -> None:
    stage = tmat.attention(**{name: S, "V": V}).stages[0]
    assert np.array_equal(stage["Z"].values, np.array(S) @ np.array(V))


@pytest.mark.parametrize("name", ["S", "QKᵀ"])
def test_what_people_call_the_scores(name: str) -> None:
    stage = tmat.attention(**{name: S, "V": V}, d_k=4).stages[0]
    assert np.array_equal(stage["scaled"].values, np.array(S) / 2)


def test_it_says_what_it_was_read_as() -> None:
    stage = tmat.attention(S=S, V=V, d_k=4).stages[0]
    assert stage.given["scores"].origin.endswith("S is read as scores")


def test_a_name_that_can_mean_two_is_refused() -> None:
    with pytest.raises(InputError, match="attention takes no matrix 'O'"):
        tmat.attention(O=S, V=V)
