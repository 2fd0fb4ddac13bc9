"""Our own PCG64 is NumPy's, bit for bit, for seeds of every length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.numbers import seeding
from tmat.numbers.pcg64 import raw


@given(st.integers(0, 2**300))
def test_numpys_outputs(seed: int) -> None:
    assert list(raw(seed, 9)) == np.random.PCG64(seed).random_raw(9).tolist()


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64, 2**128, 2**224 - 1, 2**256 - 1])
def test_seeds_at_the_edges(seed: int) -> None:
    assert list(raw(seed, 100)) == np.random.PCG64(seed).random_raw(100).tolist()


@pytest.mark.parametrize("skip", [0, 7])
def test_few_and_many_are_one_stream(skip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    few = seeding.uniform53(3, "s", "W", 50, skip)
    monkeypatch.setattr(seeding, "FEW", 0)
    assert np.array_equal(few, seeding.uniform53(3, "s", "W", 50, skip))
