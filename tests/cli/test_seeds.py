"""A seed that looks like a number and is not whole is refused, on the command line and in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat
from tmat.engine.declaration import checked_seed
from tmat.errors import InputError
from tmat.stages.parts.options import seed_of


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("7.0", "try seed=7, or seed='name:7.0' for a text"),
        (" 1e3", "try seed=1000, or seed='name:1e3' for a text"),
        ("7.5", "try seed='name:7.5' for a text"),
        ("1_000", "try seed=1000, or seed='name:1_000' for a text"),
        ("1e999", "try seed='name:1e999' for a text"),
    ],
)
def test_a_number_that_is_not_whole_is_refused(said: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        seed_of(said)
    assert caught.value.mend == mend


@pytest.mark.parametrize("seed", ["7", "-1", "+7", "Nan", "Infinity", "name:7.0", "li.wei", "7a", "", "9" * 101, 7, -3])
def test_whole_numbers_and_texts_are_seeds(seed: int | str) -> None:
    assert checked_seed(seed) is seed


@pytest.mark.parametrize("seed", [7.0, np.float64(7), "7.0"])
def test_in_python_too(seed: Any) -> None:
    with pytest.raises(InputError, match="is no whole number"):
        tmat.attention(np.eye(2), seed=seed)
    with pytest.raises(InputError, match="whole number"):
        tmat.attention(np.eye(2), dropout=0.5, dropout_seed=seed)
