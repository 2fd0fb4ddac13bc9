"""The precision that a printed matrix claims: published matrices, simulated writers, single numbers."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from tmat.marking.printed import PrintedMatrix
from tmat.numbers import format_number, round_half_away, round_significant
from tmat.numbers.claim import Claim

D, S = (lambda n: Claim(decimals=n)), (lambda n: Claim(significant=n))


def fits(claim: Claim, printed: ArrayLike, true: ArrayLike) -> np.ndarray:
    """Whether the true numbers, in the format claimed, are what is printed."""
    return PrintedMatrix(np.asarray(printed, float), claim).fits(np.asarray(true, float))


# Rows of matrices as published, and what their writer's format was.
PUBLISHED = {
    "E": (D(2), "0.79 0.38 0.01 0.12 0.88 0.6; 0.6 0.12 0.51 0.6 0.41 0.33; 0.2 0.74 0.59 0.37 0.7 0.21"),
    "PE": (
        D(4),
        "0 0.8415 0.9093 0.1411 -0.7568 -0.9589; 1 0.0464 0.9957 0.1388 0.1846 0.9732;"
        "0 0.0022 0.0043 0.0065 0.0086 0.0108; 1 0.0001 1 0.0003 0.0004 1; 0 0 0 0 0 0; 1 0 1 0 0 1",
    ),
    "X": (D(2), "0.79 1.6 0.96 1.64 0.97 1.2; 0.26 0.74 0.66 0.22 0.07 0.37; -0.36 1.3 0.76 1.48 0.94 1.21"),
    "W_Q": (D(2), "0.52 0.45 0.91 0.69; 0.05 0.85 0.37 0.83; 0.49 0.1 0.56 0.61; 0.71 0.64 0.4 0.14"),
    "Q": (D(2), "3.88 3.8 4.08 3.42; 2.55 1.86 2.77 1.78; 1.02 1.18 1.24 1.3; 1.9 1.56 1.88 1.53"),
    "scores": (
        D(4),
        "58.341 31.2882 49.7306 19.7538 28.1886 43.1644; 34.5402 18.2058 29.6169 11.7761 16.6133 25.6698;"
        "50.8796 27.3994 43.2409 17.0909 24.5349 37.695; 18.1304 9.728 15.4544 6.2134 8.851 13.3894;"
        "26.3707 14.0937 22.5509 8.9445 12.6967 19.4858; 41.8941 22.668 35.6369 14.004 20.103 30.9265",
    ),
    "scaled": (
        S(7),
        "23.81721 12.77409 20.30219 8.062904 11.50852 17.62; 14.1009 7.434201 12.09231 4.809165 6.781004 10.47973;"
        "20.77167 11.186 17.65266 6.976963 10.01433 15.39096; 7.401542 3.972256 6.307436 2.535222 3.612997 5.466445",
    ),
    "scaled, two rows": (
        S(7),
        "23.81721 12.77409 20.30219 8.062904 11.50852 17.62; 14.1009 7.434201 12.09231 4.809165 6.781004 10.47973",
    ),
    "scaled again": (D(2), "23.82 12.77 20.3 8.06 11.51 17.62; 14.1 7.43 12.09 4.81 6.78 10.48"),
    "Z": (D(6), "3.864257 3.79246 4.060367 3.39751; 3.801295 3.75252 3.977937 3.30861"),
    "attention_output": (D(2), "10.84 9.45 7.33 7.8 6.09 7.66; 10.65 9.28 7.22 7.67 5.99 7.51"),
    "addnorm": (D(2), "1.51 1.14 -0.62 0.11 -1.4 -0.25; 2.02 0.54 -0.78 -0.06 -1.02 -0.19"),
    "ffn": (D(2), "0.91 1.25 1.09 0.56 0.57 1.15; 0.95 1.36 0 0.81 0.68 1.04"),
    "means": (D(4), "1.0033; 1.1233; 0.9033; 0.9933; 0.8167; 0.95"),
    "deviations": (D(6), "1.103534; 1.214349; 1.301837; 1.289055; 1.306016; 1.320773"),
    "whole": (D(0), "14 32 50; 32 77 122; 50 122 194"),
    "mask": (D(0), "1 0 0; 4 5 0; 7 8 9"),
    "lower": (D(0), "1 0 0; 1 1 0; 1 1 1"),
    "logits": (D(2), "1.14 2.3 1.15 5.4 2.3"),
}


def table(text: str) -> list[list[str]]:
    return [row.split() for row in text.split(";")]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_matrices_as_typed_and_as_floats(name: str) -> None:
    claim, text = PUBLISHED[name]
    rows = table(text)
    assert Claim.infer(rows) == claim
    values = np.array(rows, dtype=np.float64)
    assert Claim.of_floats(values) == claim
    assert fits(claim, values, values).all()


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("3.80 3.8", D(2)),
        ("0.00 0.5", D(2)),
        ("1.00 0.00", D(2)),
        ("1.0 0.0", D(1)),
        ("3.0 0.25 1.0", Claim(2, 2)),
        ("−0.36 1.5 -∞ ∞ inf nan", Claim(2, 2)),
        ("-0.36 1.52 -∞ ∞ inf nan", D(2)),
        ("1.2e5", S(2)),
        ("1e-3", D(3)),
        ("1.2E+05 3.4e-02 5.61e+00", S(3)),
        ("1.2000e-01 3.4567e+01 8.9100e+02", S(5)),
        ("0.0000e+00 1.2000e-01 3.4567e+01 8.9100e+02", S(5)),
        ("0 1 -1", D(0)),
        ("0.2500 1 0", D(4)),
        ("120 35 7", D(0)),
        ("0.3333333333333333 0.5 0.25", Claim()),
        ("2.5000000000000000e-01 1.2345678901234567e+00", Claim()),
        ("-inf -∞", Claim()),
        ("", Claim()),
        ("? x", Claim()),
    ],
)
def test_numbers_as_typed(text: str, claim: Claim) -> None:
    assert Claim.infer([text.split()]) == claim


def test_a_stray_number_does_not_change_the_claim_of_the_others() -> None:
    rows = table("0.52 0.45 0.91 0.69; 0.05 0.85 0.037 0.83; 0.49 0.12 0.56 0.61")
    claim = Claim.infer(rows)
    assert claim == D(2)
    printed = np.array(rows, dtype=np.float64)
    true = printed + 0.004
    right = fits(claim, printed, true)
    assert not right[1, 2]  # it prints a thousandth, and is held to it
    assert right.sum() == right.size - 1
    assert fits(claim, [0.037], [0.0374]).all()


def test_floats_of_every_kind() -> None:
    generator = np.random.RandomState(1)
    exact = generator.rand(5, 4)
    assert Claim.of_floats(exact) == Claim()
    noisy = np.array([[0.1 + 0.2, 1.1 * 3], [0.51, 2.25]])
    assert Claim.of_floats(noisy) == D(2)
    single = exact.astype(np.float32)
    assert Claim.of_floats(single) == S(6)
    assert Claim.of_floats(single.astype(np.float64)) == S(6)
    assert Claim.of_floats(np.array([[0.5, 2.25]], dtype=np.float32)) == D(2)
    assert Claim.of_floats([[1, 0], [3, 4]]) == D(0)
    assert Claim.of_floats(np.array([[np.inf, np.nan]])) == Claim()
    assert Claim.of_floats(np.empty((0, 3))) == Claim()


def test_single_precision_is_held_to_six_digits() -> None:
    exact = np.random.RandomState(2).rand(6, 4)
    single = exact.astype(np.float32)
    claim = Claim.of_floats(single)
    assert fits(claim, single, exact).all()
    assert not fits(claim, single, exact * (1 + 2e-5)).any()


def test_an_exact_claim_is_relative() -> None:
    true = np.array([1 / 3, 1e12 / 7, 0.0, -2.0])
    assert fits(Claim(), true * (1 + 1e-10) + 1e-17, true).all()
    assert fits(Claim(), true * (1 + 1e-7), true).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("claim", "printed", "true", "right"),
    [
        (D(2), 2.68, 2.675, True),
        (D(2), 2.67, 2.675, True),
        (D(2), 2.67, 2.675 + 3e-16, True),
        (D(2), 2.67, 2.6751, False),
        (D(2), 0.0, -0.0049, True),
        (D(0), 1.0, 0.6, True),
        (D(0), 1.0, 0.4, False),
        (D(0), 3.0, 2.5, True),
        (D(2), 3.8, 3.804, True),
        (D(4), 3.8, 3.8004, False),
        (S(7), 17.62, 17.620002, True),
        (S(7), 17.62, 17.62001, False),
        (S(7), 10.0, 9.9999996, True),
        (S(7), 9.999999, 10.0000004, False),
        (S(7), 10.0, 10.000004, True),
        (S(3), 0.0, 0.0, True),
        (S(3), 0.0, 0.004, False),
        (S(3), 0.0, 1e-17, True),
        (D(2), np.inf, np.inf, True),
        (D(2), np.inf, -np.inf, False),
        (D(2), -1e308, 1e308, False),
        (D(2), np.nan, np.nan, False),
        (D(2), np.nan, 1.0, False),
        (D(2), 1.0, np.nan, False),
        (S(3), 1.0, -np.inf, False),
        (Claim(), -np.inf, -np.inf, True),
    ],
)
def test_cells(claim: Claim, printed: float, true: float, right: bool) -> None:
    assert fits(claim, [[printed]], [[true]]).tolist() == [[right]]


def test_where_it_is_open_either_format_will_do() -> None:
    claim = Claim.infer([["0.36", "1.5"]])
    assert fits(claim, [0.36, 1.5], [0.362, 1.46]).all()
    assert fits(claim, [0.0, 1.5], [0.004, 1.504]).all()
    assert not fits(claim, [0.36, 1.5], [0.366, 1.44]).any()


def test_places() -> None:
    np.testing.assert_array_equal(Claim(2, 2).places([5.0, 0.05]), [0.1, 0.01])
    np.testing.assert_array_equal(D(2).places([5.0, 0.0, np.inf]), [0.01, 0.01, 0.01])
    np.testing.assert_array_equal(S(3).places([23.8, -0.5, 0.0, np.inf, 1e-300]), [0.1, 0.001, 0, 0, 1e-302])
    np.testing.assert_array_equal(Claim().places([[2.0]]), [[0.0]])


def test_what_a_claim_is_called() -> None:
    assert [str(c) for c in (D(1), D(4), S(1), S(7), Claim(2, 3), Claim())] == [
        "1 decimal",
        "4 decimals",
        "1 significant digit",
        "7 significant digits",
        "2 decimals or 3 significant digits",
        "full precision",
    ]


matrices = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.3, 3, 40]))


@given(matrices, st.integers(0, 7), st.booleans())
def test_right_answers_to_so_many_decimals_are_right(
    case: tuple[int, int, int, float], decimals: int, zeros_kept: bool
) -> None:
    rows, cols, seed, scale = case
    true = np.random.RandomState(seed).standard_normal((rows, cols)) * scale
    printed = round_half_away(true, decimals)
    texts = [[format_number(x, decimals if zeros_kept else None) for x in row] for row in printed]
    claim = Claim.infer(texts)
    assert fits(claim, printed, true).all()
    assert fits(Claim.of_floats(printed), printed, true).all()
    if rows * cols >= 12:
        assert claim.decimals == decimals  # so many significant digits may be open besides
        assert not fits(claim, printed + 2 * 10.0**-decimals, true).any()


def test_right_answers_to_significant_digits_are_right() -> None:
    """From three digits and six numbers on, where hardly any reads as decimals as well: 1 in 1,000 may."""
    rng = np.random.RandomState(0)
    wrong = 0
    for _ in range(1000):
        true = rng.standard_normal((rng.randint(2, 7), rng.randint(3, 7))) * rng.choice([0.3, 3, 40])
        printed = round_significant(true, int(rng.randint(3, 10)))
        texts = [[format_number(x) for x in row] for row in printed]
        wrong += not fits(Claim.infer(texts), printed, true).all()
    assert wrong <= 1


def test_strays_are_held_to_the_digits_that_single_precision_has() -> None:
    printed = np.array([0.52, 0.5234, 0.52341234, 0.5234123412341234])
    assert fits(D(2), printed, printed + 4e-11).tolist() == [True, True, True, True]
    assert fits(D(2), printed, printed + 4e-7).tolist() == [True, True, True, True]
    assert fits(D(2), printed, printed + 2e-6).tolist() == [True, True, False, False]
    assert fits(D(2), printed, printed + 4e-5).tolist() == [True, True, False, False]
    assert fits(D(12), [0.123456789012], [0.1234567890124]).all()
    assert not fits(D(12), [0.123456789012], [0.12345678902]).any()


def test_rounding_does_not_load_claims() -> None:
    code = "import sys, tmat.numbers; print(*(m for m in sys.modules if m in {'tmat.numbers.claim', 'decimal'}))"
    run = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
