"""Numbers as tables show them."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.numbers import format_number, round_half_away, shown_decimals
from tmat.numbers.rounding import digits_of


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 8))
def test_fixed_decimals_are_those_of_the_decimal_module(x: float, decimals: int) -> None:
    place = Decimal(1).scaleb(-decimals)
    expected = Decimal(repr(x)).quantize(place, rounding=ROUND_HALF_UP, context=Context(prec=700))
    text = f"{expected:f}"
    if not expected:
        text = text.lstrip("-")
    assert format_number(x, decimals) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_form_reads_back_to_the_same_number(x: float) -> None:
    text = format_number(x)
    assert float(text) == x
    assert "e" not in text or not 1e-9 <= abs(x) < 1e21
    assert not text.endswith(".0")


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_text_and_array_round_alike(x: float, decimals: int) -> None:
    assert float(format_number(x, decimals)) == round_half_away([x], decimals)[0]


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (-0.001, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.0, None, "0"),
        (-0.36, 2, "-0.36"),
        (-math.inf, 2, "−∞"),
        (math.inf, None, "∞"),
        (math.nan, 4, "NaN"),
        (3.0, None, "3"),
        (37.695, 4, "37.6950"),
        (0.00001, None, "0.00001"),
        (-1e-20, None, "-1e-20"),
        (1e22, None, "1e+22"),
        (1e20, None, "100000000000000000000"),
        (1250.0, -2, "1300"),
        (-12.0, -2, "0"),
        (np.float64(0.285), 2, "0.29"),
    ],
)
def test_formats(x: float, decimals: int | None, text: str) -> None:
    assert format_number(x, decimals) == text


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([[1.0, 0.0], [-np.inf, 3.0]], 0),
        ([[0.5, 2.25]], 2),
        ([[58.341, 31.2882]], 4),
        ([[0.1 + 0.2]], 4),
        ([[1 / 3, 2.0]], 4),
        ([[0.00001]], 4),
        ([[np.nan]], 0),
    ],
)
def test_shown_decimals(values: list[list[float]], decimals: int) -> None:
    assert shown_decimals(np.array(values)) == decimals


def test_shown_decimals_at_most() -> None:
    assert shown_decimals(np.array([0.12345]), most=6) == 5
    assert shown_decimals(np.array([1, 2])) == 0
    assert shown_decimals(np.empty((0, 2))) == 0


@pytest.mark.parametrize(
    "text", ["", "-", ".", "inf", "nan", "1e", "1e+-5", "1_0", "1,5", "٣", "0x1", "1e9999999999", "--1", "1.2.3"]
)
def test_texts_that_are_no_numbers(text: str) -> None:
    assert digits_of(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [(" +.5 ", 0.5), ("5.", 5.0), ("−1E-3", -0.001), ("00120", 120.0), ("1.20e+02", 120.0)]
)
def test_texts_that_are_numbers(text: str, value: float) -> None:
    read = digits_of(text)
    assert read is not None
    sign = "-" if read.negative else ""
    assert float(f"{sign}{read.digits}e{read.exponent}") == value
