"""Rounding against the decimal module, which knows nothing of our fast path."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.numbers import format_number, round_half_away, round_significant, shown_decimals, truncate
from tmat.numbers.rounding import digits_of, leading_place, powers_of_ten

EXACT = Context(prec=2000)


def reference(printed: str, decimals: int, mode: str) -> Decimal:
    """The printed decimal, rounded by the decimal module."""
    number = Decimal(printed)
    if not number.is_finite():
        return number
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=mode, context=EXACT)


def nearest_float(number: Decimal) -> float:
    return float(number) + 0.0


def same(got: float, expected: float) -> bool:
    if math.isnan(expected):
        return math.isnan(got)
    return got == expected and math.copysign(1, got) == math.copysign(1, expected)


finite = st.floats(allow_nan=False, allow_infinity=False)
places = st.integers(-25, 25)


@st.composite
def near_ties(draw: st.DrawFn) -> tuple[float, int]:
    """A float that prints as a tie, or one of its neighbours."""
    decimals = draw(st.integers(-8, 20))
    whole = draw(st.integers(0, 10 ** draw(st.integers(1, 16))))
    value = float(f"{whole}5e{-decimals - 1}")
    for _ in range(draw(st.integers(0, 2))):
        value = math.nextafter(value, draw(st.sampled_from([-math.inf, math.inf])))
    return draw(st.sampled_from([-1.0, 1.0])) * value, decimals


@given(finite, places)
@example(1.7976931348623157e308, 2)
@example(5e-324, 323)
@example(5e-324, 400)
@example(-0.0, 2)
@example(9e307, -308)
@example(0.285, 2)
@example(4503599627370497.5, 0)
def test_any_double_is_rounded_and_cut_off_as_its_decimal(x: float, decimals: int) -> None:
    rounded = nearest_float(reference(repr(x), decimals, ROUND_HALF_UP))
    assert same(round_half_away(np.array([x]), decimals)[0], rounded)
    cut = nearest_float(reference(repr(x), decimals, ROUND_DOWN))
    assert same(truncate(np.array([x]), decimals)[0], cut)


@given(near_ties())
def test_ties_and_their_neighbours(case: tuple[float, int]) -> None:
    x, decimals = case
    rounded = nearest_float(reference(repr(x), decimals, ROUND_HALF_UP))
    assert same(round_half_away(np.array([x]), decimals)[0], rounded)
    cut = nearest_float(reference(repr(x), decimals + 1, ROUND_DOWN))
    assert same(truncate(np.array([x]), decimals + 1)[0], cut)


@given(st.one_of(st.floats(width=32, allow_nan=False, allow_infinity=False), finite), st.integers(-10, 12))
@example(2.675, 2)
@example(0.0005, 3)
@example(16777216.0, -1)
def test_float32_by_the_decimal_that_it_prints_as(x: float, decimals: int) -> None:
    with np.errstate(over="ignore", under="ignore"):
        value = np.array([x], dtype=np.float32)
    if not np.isfinite(value[0]):
        return
    got = round_half_away(value, decimals)
    assert got.dtype == np.float32
    expected = reference(str(value[0]), decimals, ROUND_HALF_UP)
    assert same(float(got[0]), float(np.float32(str(expected))) + 0.0)
    cut = reference(str(value[0]), decimals, ROUND_DOWN)
    assert same(float(truncate(value, decimals)[0]), float(np.float32(str(cut))) + 0.0)


def test_every_float32_tie_of_three_decimals() -> None:
    values = np.array([f"{n}.{m}5" for n in range(30) for m in range(10)], dtype=np.float32)
    expected = [str(reference(str(v), 1, ROUND_HALF_UP)) for v in values]
    np.testing.assert_array_equal(round_half_away(values, 1), np.array(expected, dtype=np.float32))


def test_the_ties_that_binary_hides() -> None:
    given_values = np.array([2.675, 0.125, -2.675, 1.005, 0.285, 2.5, -0.004, -0.0])
    expected = [2.68, 0.13, -2.68, 1.01, 0.29, 2.5, 0.0, 0.0]
    got = round_half_away(given_values, 2)
    np.testing.assert_array_equal(got, expected)
    assert not np.signbit(got[-2:]).any()
    np.testing.assert_array_equal(round_half_away([-2.5, 2.5, 0.5, 0.49999999999999994], 0), [-3, 3, 1, 0])
    np.testing.assert_array_equal(round_half_away([15, -25, 1249], -1), [20, -30, 1250])


def test_infinities_and_nan_pass() -> None:
    values = np.array([[np.inf, -np.inf, np.nan, 1.25]])
    for decimals in (-30, -1, 0, 2, 30):
        np.testing.assert_array_equal(round_half_away(values, decimals)[0, :3], values[0, :3])
        np.testing.assert_array_equal(truncate(values, decimals)[0, :3], values[0, :3])
    np.testing.assert_array_equal(round_significant(values, 2), [[np.inf, -np.inf, np.nan, 1.3]])


def test_the_input_is_left_alone_and_its_shape_kept() -> None:
    values = np.array([[0.125, -0.125], [np.inf, 7.0]])
    before = values.copy()
    values.setflags(write=False)
    for result in (round_half_away(values, 2), truncate(values, 2), round_significant(values, 2)):
        assert result.shape == (2, 2)
        assert not np.shares_memory(result, values)
    np.testing.assert_array_equal(values, before)
    assert round_half_away(np.empty((0, 3)), 2).shape == (0, 3)
    assert round_half_away(np.float64(2.675), 2) == 2.68


def test_half_precision_goes_by_its_text() -> None:
    got = round_half_away(np.array([0.125, 2.375], dtype=np.float16), 2)
    assert got.dtype == np.float16
    assert [str(x) for x in got] == ["0.13", "2.38"]


@given(finite.filter(lambda x: x != 0), st.integers(1, 18))
@example(9.9999996, 7)
@example(5e-324, 1)
@example(-1e23, 3)
@example(1.7976931348623157e308, 5)
def test_significant_digits(x: float, digits: int) -> None:
    number = Decimal(repr(x))
    expected = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(number)
    assert same(round_significant(np.array([x]), digits)[0], nearest_float(expected))


def test_significant_digits_of_a_matrix_with_zeros() -> None:
    got = round_significant(np.array([[23.817214, 0.0], [-0.0, 0.000123456]]), 3)
    np.testing.assert_array_equal(got, [[23.8, 0.0], [0.0, 0.000123]])
    assert not np.signbit(got).any()


def test_no_significant_digits_is_an_error() -> None:
    with pytest.raises(InputError) as error:
        round_significant([1.0], 0)
    assert str(error.value) == (
        "cannot round to 0 significant digits\n  a number has one significant digit or more\n  try 1 or more"
    )


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_the_first_digits_place_around_every_power_of_ten(kind: type[np.floating]) -> None:
    powers = powers_of_ten(np.dtype(kind).char)
    powers = powers[(powers > 0) & np.isfinite(powers)]
    around = np.unique(np.concatenate([np.nextafter(powers, kind(0)), powers]))
    around = around[around > 0]
    expected = [Decimal(str(x)).adjusted() for x in around]
    assert leading_place(around).tolist() == expected


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
