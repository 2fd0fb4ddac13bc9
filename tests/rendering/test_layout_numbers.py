"""Numbers of a matrix as texts: one form for all, readable at any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.numbers import format_number
from tmat.rendering.layout.numbers import aligned, texts

numbers = st.floats(-1e300, 1e300)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_fixed_decimals_agree_with_the_exact_rounding(values: list[float]) -> None:
    shown = texts(np.array([values]))[0]
    if not any("e" in text for text in shown):
        places = {len(text.partition(".")[2]) for text in shown}
        (decimals,) = places
        assert shown == [format_number(x, decimals) for x in values]


@given(st.lists(numbers, min_size=1, max_size=6))
def test_no_number_is_absurdly_wide_nor_all_of_them_zero(values: list[float]) -> None:
    shown = texts(np.array([values]))[0]
    assert max(map(len, shown)) <= 18
    if any(values):
        assert any(float(text) for text in shown)
    for text, x in zip(shown, values, strict=True):
        assert float(text) == pytest.approx(x, rel=1e-3, abs=max(map(abs, values)) * 5.1e-3)


@pytest.mark.parametrize(
    ("values", "digits", "expected"),
    [
        ([2.675, 1.0], 2, ["2.68", "1.00"]),
        ([1.0, 0.0, -3.0], None, ["1", "0", "-3"]),
        ([-0.00001, 1.5, 0.33333], None, ["0.0000", "1.5000", "0.3333"]),
        ([1e-12, 2.5e-12], None, ["1.0e-12", "2.5e-12"]),
        ([1e300, 0.0], None, ["1e300", "0"]),
        ([1e300, 1.5], 3, ["1.000e300", "1.500e0"]),
        ([0.00083, 0.0001], None, ["0.00083", "0.00010"]),
        ([-np.inf, np.inf, np.nan, 0.5], None, ["−∞", "∞", "NaN", "0.5"]),
        ([-np.inf, -np.inf], None, ["−∞", "−∞"]),
    ],
)
def test_forms(values: list[float], digits: int | None, expected: list[str]) -> None:
    assert texts(np.array([values]), digits)[0] == expected


def test_no_minus_zero() -> None:
    assert texts(np.array([[-0.0, 0.5]]), 1)[0] == ["0.0", "0.5"]


@given(st.lists(numbers, min_size=2, max_size=6))
def test_columns_align_on_the_point(values: list[float]) -> None:
    (column,) = aligned(texts(np.array(values).reshape(-1, 1)))
    assert len({len(text) for text in column}) == 1
    points = {text.index(".") for text in column if "." in text}
    assert len(points) <= 1
