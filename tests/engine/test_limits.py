"""Sizes said in words, whatever they are, and refused before anything is allocated."""

from __future__ import annotations

import pytest

from tmat.engine.limits import counted, gigabytes, memory, refuse_count, refuse_size, refuse_total
from tmat.errors import LimitError


def test_what_fits_is_not_refused() -> None:
    refuse_size("X", 1000, 1000)
    refuse_size("X", 0, 10**6)
    refuse_total(memory() // 2, "X, 3×4")
    refuse_count("heads", 4096, 4096)


@pytest.mark.parametrize(
    ("height", "width"), [(10**12, 6), (6, 10**12), (10**12, 0), (10**4000, 1), (10**4290, 10**4290)]
)
def test_what_does_not_fit_is_refused_in_words(height: int, width: int) -> None:
    with pytest.raises(LimitError) as error:
        refuse_size("X", height, width)
    assert error.value.exit_code == 3
    assert str(error.value).startswith(f"X would be {counted(height)}×{counted(width)}\n  that takes ")
    assert len(str(error.value)) < 200


def test_together_they_may_not_fit() -> None:
    with pytest.raises(
        LimitError, match=r"the matrices take 10\^2[01] GiB, and there are .* of memory\n  the largest is Q, 3×4"
    ):
        refuse_total(1 << 100, "Q, 3×4")


def test_counts() -> None:
    with pytest.raises(LimitError) as error:
        refuse_count("layers", 10**5000, 1000)
    assert str(error.value) == "layers=10^5000 is too many\n  at most 1000 are computed\n  try layers=1000"
    assert [gigabytes(1 << 29), gigabytes(1 << 34), counted(0)] == ["0.5 GiB", "16 GiB", "0"]
