"""Numbers at the edge: infinities, thousands, rows that are masked throughout. No warnings, no surprises."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
from tests.oracles.load import cases

from tmat.errors import InputError
from tmat.operations import (
    REGISTRY,
    gelu,
    gelu_tanh,
    lookup,
    matmul,
    normalize,
    renormalize,
    row_deviation,
    silu,
    softmax,
)
from tmat.operations.expression import Operand

INF = np.inf


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def by_cells(name: str, *arrays: np.ndarray, **params: object) -> np.ndarray:
    op = REGISTRY[name]
    operands = [Operand("A", array) for array in arrays]
    height, width = op.result_shape([array.shape for array in arrays], params)
    cells = [[op.at(i, j, *operands, **params).value for j in range(width)] for i in range(height)]
    return np.array(cells)


@pytest.mark.parametrize(
    ("scores", "weights"),
    [
        ([[1000.0, 1000.0]], [[0.5, 0.5]]),
        ([[-1000.0, -INF]], [[1.0, 0.0]]),
        ([[-INF, -INF, -INF]], [[0.0, 0.0, 0.0]]),
        ([[INF, 3.0, INF]], [[0.5, 0.0, 0.5]]),
        ([[INF, -INF]], [[1.0, 0.0]]),
        ([[1e308, -1e308]], [[1.0, 0.0]]),
        ([[-INF]], [[0.0]]),
        ([[1e308]], [[1.0]]),
    ],
)
def test_softmax_at_the_edge(scores: list[list[float]], weights: list[list[float]]) -> None:
    given = np.array(scores)
    assert softmax(given).tolist() == weights
    assert by_cells("softmax", given).tolist() == weights
    assert by_cells("softmax_tempered", given, temperature=1.0).tolist() == weights


@pytest.mark.parametrize("case", list(cases("activations")), ids=lambda case: case.get("about", case["kind"]))
def test_activations_and_softmax_are_torchs(case: dict) -> None:
    x = np.atleast_2d(case["X"])
    result = REGISTRY[case["kind"]](x)
    np.testing.assert_allclose(result, np.atleast_2d(case["output"]), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(by_cells(case["kind"], x), result, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", list(cases("layernorm"))[:40], ids=str)
def test_layer_norm_is_torchs(case: dict) -> None:
    x = case["X"]
    if case["kind"] == "rms":
        result = REGISTRY["normalize_rms"](x, REGISTRY["row_rms"](x), epsilon=case["eps"])
    else:
        mean = REGISTRY["row_mean"](x)
        std = row_deviation(x, mean, kind="population")
        result = normalize(x, mean, std, epsilon=case["eps"])
    if "gamma" in case:
        result = REGISTRY["scale_columns"](result, np.atleast_2d(case["gamma"]))
    if "beta" in case:
        result = REGISTRY["add_row"](result, np.atleast_2d(case["beta"]))
    np.testing.assert_allclose(result, case["output"], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", ["relu", "gelu", "gelu_tanh", "tanh", "silu", "identity"])
def test_activations_at_the_infinities(name: str) -> None:
    edge = np.array([[-INF, INF, -1e308, 1e308, 5e-324, -0.0]])
    np.testing.assert_array_equal(by_cells(name, edge), REGISTRY[name](edge))


def test_what_tends_to_nothing_is_nothing() -> None:
    assert gelu(np.array([[-INF]])).tolist() == [[0.0]]
    assert silu(np.array([[-INF]])).tolist() == [[0.0]]


def test_a_constant_row_has_no_deviation() -> None:
    row, mean = np.array([[2.0, 2.0]]), np.array([[2.0]])
    std = row_deviation(row, mean, kind="sample")
    assert std.tolist() == [[0.0]]
    assert normalize(row, mean, std, epsilon=0.0).tolist() == [[0.0, 0.0]]
    assert by_cells("normalize", row, mean, std, epsilon=0.0).tolist() == [[0.0, 0.0]]
    assert row_deviation(np.array([[5.0]]), np.array([[5.0]]), kind="sample").tolist() == [[0.0]]


def test_a_row_of_zeros_stays() -> None:
    rows = np.array([[0.0, 0.0], [0.2, 0.0]])
    assert renormalize(rows).tolist() == [[0.0, 0.0], [1.0, 0.0]] == by_cells("renormalize", rows).tolist()


def test_infinities_that_cancel_are_no_number() -> None:
    a, b = np.array([[INF, INF]]), np.array([[1.0], [-1.0]])
    assert np.isnan(matmul(a, b)).all() and np.isnan(by_cells("matmul", a, b)).all()


@pytest.mark.parametrize("size", [1e308, 1e-200, 3.0])
def test_means_and_deviations_need_no_room_for_squares(size: float) -> None:
    """Where a pencil's squares and sums would leave the range of a float, the result still does not."""
    a = np.array([[size, -size, size]])
    mean = REGISTRY["row_mean"](a)
    std = REGISTRY["row_deviation"](a, mean, kind="population")
    np.testing.assert_allclose(mean / size, [[1 / 3]], rtol=1e-15)
    np.testing.assert_allclose(std / size, [[np.sqrt(8) / 3]], rtol=1e-15)
    np.testing.assert_allclose(REGISTRY["row_rms"](a) / size, [[1.0]], rtol=1e-15)
    np.testing.assert_allclose(
        REGISTRY["normalize"](a, mean, std, epsilon=0.0), [[0.5**0.5, -(2**0.5), 0.5**0.5]], rtol=1e-14
    )


def test_differences_beyond_the_largest_float_have_a_deviation() -> None:
    a = np.array([[1.7e308, 1.7e308, -1.7e308], [1.0, 2.0, 6.0]])
    mean = REGISTRY["row_mean"](a)
    std = row_deviation(a, mean, kind="population")
    np.testing.assert_allclose(std[0] / 1.7e308, [np.sqrt(8) / 3], rtol=1e-15)
    np.testing.assert_array_equal(std[1:], row_deviation(a[1:], mean[1:], kind="population"))
    for name in ("normalize", "normalize_outside"):
        due = [0.5**0.5, 0.5**0.5, -(2**0.5)]
        np.testing.assert_allclose(REGISTRY[name](a, mean, std, epsilon=1e-5)[0], due, rtol=1e-14)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("temperature", [1e-300, 1e-50, 1e-3, 0.5])
def test_a_low_temperature_makes_no_equals(kind: type, temperature: float) -> None:
    top = np.finfo(kind).max
    scores = np.array([[top, top / 2], [2.0, 1e-3], [INF, 1.0], [-INF, -INF]], dtype=kind)
    weights = REGISTRY["softmax_tempered"](scores, temperature=temperature)
    assert weights.dtype == kind
    due = [[1, 0], [1 / (1 + np.exp(-1.999 / temperature)), np.exp(-1.999 / temperature)], [1, 0], [0, 0]]
    np.testing.assert_allclose(weights, due, atol=0.02)


def test_a_divisor_without_a_place_in_single_precision() -> None:
    a = np.array([[0.0, 1.0, 1e-38]], dtype=np.float32)
    assert REGISTRY["divide"](a, by=1e-50).tolist() == [[0.0, INF, pytest.approx(1e12)]]
    assert REGISTRY["divide"](a, by=1e-45).dtype == np.float32


def test_shares_of_a_sum_beyond_the_largest_float() -> None:
    shares = renormalize(np.array([[1e308, 1e308, 0.0], [1.0, 3.0, 0.0]]))
    assert shares.tolist() == [[0.5, 0.5, 0.0], [0.25, 0.75, 0.0]]


@pytest.mark.parametrize(("id", "text"), [(0.0, "0"), (3.0, "3"), (1.5, "1.5")])
def test_an_id_without_a_row(id: float, text: str) -> None:
    with pytest.raises(InputError) as error:
        lookup(np.array([[1.0], [id]]), np.array([[0.1], [0.2]]), first=1)
    assert str(error.value) == (
        f"no row of the table has the id {text}\n  it is the id in row 2\n  the table has 2 rows: ids 1 to 2"
    )


def test_gelu_keeps_its_digits_far_below_zero() -> None:
    """x·Φ(x), Φ(x) = erfc(−x/√2)/2, to sixty digits."""
    with mpmath.workdps(60):
        for x in (-0.5, -3.0, -9.0, -21.0, -37.0):
            at = mpmath.mpf(x)
            exact = at * mpmath.erfc(-at / mpmath.sqrt(2)) / 2
            inner = mpmath.sqrt(2 / mpmath.pi) * (at + mpmath.mpf("0.044715") * at**3)
            by_tanh = at / (1 + mpmath.exp(-2 * inner))
            assert abs(gelu(np.array([[x]]))[0, 0] / exact - 1) < 1e-12
            assert abs(gelu_tanh(np.array([[x]]))[0, 0] - float(by_tanh)) <= 1e-12 * abs(float(by_tanh))
