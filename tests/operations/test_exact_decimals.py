"""Short decimals are worked out as on paper: ties are ties, and what cancels is 0."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from tests.oracles.exact_decimals import wrong

import tmat
from tmat.engine import compute
from tmat.numbers import round_half_away
from tmat.numbers.exact import MOST, Exact, TooLong, exact
from tmat.operations import REGISTRY, linear, matmul, matmul_transposed, normalize, row_deviation, row_mean
from tmat.operations.expression import Operand
from tmat.operations.printing.ratios import ratio

RNG = np.random.default_rng(5)


def by_hand(a: np.ndarray, b: np.ndarray) -> list[list[Fraction]]:
    """Rows times columns of the decimals that the floats print as."""
    rows, columns = ([[Fraction(str(x)) for x in line] for line in side] for side in (a, b.T))
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in rows]


def half_up(number: Fraction, places: int) -> float:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return float(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_rounded_steps_are_those_of_exact_decimals(first: int) -> None:
    counts: Counter[str] = Counter()
    assert [line for seed in range(first, first + 10) for line in wrong(seed, counts)] == []
    assert counts.total() > 2000


@pytest.mark.parametrize(
    ("step", "values"),
    [
        (lambda: tmat.attention([[2.5]], W_Q=[[0.83]], W_K=[[1]], W_V=[[1]], round=2)["attention"]["Q"], [[2.08]]),
        (lambda: tmat.addnorm([[2.33, 9.52, 8.37, 6.76]], add_residual=False, round=2)["addnorm"]["mean"], [[6.75]]),
    ],
)
def test_ties_go_away_from_zero(step, values: list[list[float]]) -> None:  # type: ignore[no-untyped-def]
    assert step().values.tolist() == values


def test_what_is_shown_is_the_decimal() -> None:
    """At --digits 2 a product of 2.075 shows as 2.08: the float that is kept is the one that prints as 2.075."""
    assert matmul(np.array([[2.5]]), np.array([[0.83]])).tolist() == [[2.075]]


@pytest.mark.parametrize("places", [1, 2, 4, 7, 9])
def test_a_product_is_the_float_nearest_to_the_exact_one(places: int) -> None:
    """Beyond 15 digits too, where Python's whole numbers take over."""
    a, b = (np.round(RNG.uniform(-9, 9, shape), places) for shape in ((5, 7), (7, 3)))
    a[0], a[1, ::2] = 0.5, -1.5
    due = [[float(x) for x in row] for row in by_hand(a, b)]
    assert matmul(a, b).tolist() == due
    assert matmul_transposed(a, b.T).tolist() == due


def test_large_products_have_no_false_ties() -> None:
    """As many cells as go through a BLAS."""
    a, b = (RNG.integers(-peak, peak, shape) for peak, shape in ((10, (300, 257)), (250, (257, 200))))
    top = a @ b
    kept = np.sign(top) * ((np.abs(top) + 5) // 10)
    np.testing.assert_array_equal(round_half_away(matmul(a / 10, b / 1000), 3), kept / 1000)
    assert ((np.abs(top) % 10) == 5).sum() > 1000


def test_blocks_of_rows_have_the_same_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = np.round(RNG.uniform(-3, 3, (23, 6)), 1), np.round(RNG.uniform(-3, 3, (6, 6)), 1)
    how = {"W_Q": w, "W_K": w, "W_V": w, "round": 1, "d_k": 4, "keep": ["output"]}
    whole = tmat.attention(x, **how)["attention"].result.values
    monkeypatch.setattr(compute, "LARGE", 20)
    monkeypatch.setattr(compute, "BLOCK", 40)
    np.testing.assert_array_equal(tmat.attention(x, **how)["attention"].result.values, whole)


def test_single_precision_rounds_its_own_decimals() -> None:
    a, b = (np.round(RNG.uniform(-9, 9, shape), 1).astype(np.float32) for shape in ((9, 4), (4, 9)))
    result = round_half_away(matmul(a, b), 1)
    assert result.dtype == np.float32
    due = [[np.float32(half_up(x, 1)) for x in row] for row in by_hand(a, b)]
    assert result.tolist() == np.array(due).tolist()


def test_infinities_and_no_numbers_go_the_way_of_floats() -> None:
    assert exact(np.array([[1.0, -np.inf]])) is None and exact(np.array([[np.nan]])) is None
    a = np.array([[0.5, -np.inf], [np.nan, 0.5]])
    np.testing.assert_array_equal(REGISTRY["divide"](a, by=2.0), [[0.25, -np.inf], [np.nan, 0.25]])
    assert matmul(np.zeros((2, 0)), np.zeros((0, 3))).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("number", [0.1, 123456.789, 1e-9, 1e22, 5e-324, 1 / 3, 2.0**60, 0.30000000000000004])
def test_a_matrix_is_exact_where_its_numbers_are_short(number: float) -> None:
    found = exact(np.array([[number, 0.25]]))
    short = len(Decimal(repr(number)).normalize().as_tuple().digits) <= 15
    if found is None:
        assert not short or not 1e-15 < number < MOST
    else:
        assert Fraction(int(found.top[0, 0]), found.bottom) == Fraction(repr(number))


def test_whole_numbers_that_doubles_do_not_hold_are_refused() -> None:
    with pytest.raises(TooLong):
        Exact(np.array([[1.0]]), 1, MOST * 2)
    huge = np.array([[123456789012345.0]])
    assert matmul(huge, huge).tolist() == [[float(123456789012345**2)]]


def test_what_cancels_is_nothing() -> None:
    ones = np.ones((3, 1))
    assert matmul(np.array([[0.1, 0.2, -0.3]]), ones).tolist() == [[0.0]]
    third = np.array([[1 / 3, 2 / 3, -1.0], [1e-17, 0.0, 0.0]])
    assert linear(third / 7, ones, np.array([[0.0]])).tolist() == [[0.0], [1e-17 / 7]]
    assert row_mean(np.array([[1 / 7, 2 / 7, -(1 / 7 + 2 / 7)], [1e-17, 0.0, 0.0]])).tolist() == [[0.0], [1e-17 / 3]]
    assert linear(np.array([[1 / 3, 1 / 7]]), np.ones((2, 1)), -np.array([[1 / 3 + 1 / 7]])).tolist() == [[0.0]]


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-200, 1.7e308, -5e15 / 7])
@pytest.mark.parametrize("width", [1, 3, 7, 10])
def test_a_constant_row_normalises_to_0(number: float, width: int) -> None:
    row = np.full((1, width), number)
    mean = row_mean(row)
    assert mean.tolist() == [[number]]
    std = row_deviation(row, mean, kind="population")
    assert std.tolist() == [[0.0]]
    for name in ("normalize", "normalize_outside"):
        assert REGISTRY[name](row, mean, std, epsilon=0.0).tolist() == [[0.0] * width]


def test_a_row_that_is_constant_but_for_rounding_normalises_to_0() -> None:
    row = np.array([[1 / 3, np.nextafter(1 / 3, 1), 1 / 3], [1 / 3, 1 / 3 + 1e-9, 1 / 3]])
    mean = row_mean(row)
    std = row_deviation(row, mean, kind="population")
    result = normalize(row, mean, std, epsilon=0.0)
    assert result[0].tolist() == [0.0] * 3
    np.testing.assert_allclose(result[1], [-(0.5**0.5), 2**0.5, -(0.5**0.5)], rtol=1e-6)


def test_the_working_of_a_cell_comes_to_the_exact_number() -> None:
    a, b = np.array([[0.1, 0.2, -0.3]]), np.array([[1.0], [1.0], [1.0]])
    cell = matmul.at(0, 0, Operand("A", a), Operand("B", b))
    assert cell.value != 0.0
    assert ratio(cell) == 0


@pytest.mark.parametrize("beside", [-np.inf, np.inf, np.nan, 1 / 3, 1e300])
def test_a_cell_is_exact_whatever_stands_beside_it(beside: float) -> None:
    """−0.15 / 3 is −0.05, a tie; the doubles divide to −0.049999999999999996."""
    row = np.array([[-0.15, beside]])
    divided = [
        REGISTRY["divide"](row, by=3.0),
        REGISTRY["divide_by_root"](row, d=9.0),
        REGISTRY["normalize_outside"](row, np.array([[0.0]]), np.array([[3.0]]), epsilon=0.0),
    ]
    for values in divided:
        assert values[0, 0] == -0.05
        assert np.array_equal(values[0, 1], row[0, 1] / 3, equal_nan=True)


def test_decimals_that_are_kept_are_not_written_over() -> None:
    row = np.array([[0.1, 0.25]])
    for _ in range(2):
        found = exact(row)
        assert found is not None and found.floats().tolist() == row.tolist()
        assert found.top.tolist() == [[10.0, 25.0]]
