"""What an expression comes to, against mpmath."""

from __future__ import annotations

import mpmath
import pytest

from tmat.operations.expression import Call, Expression, Number
from tmat.operations.printing.precise import precise


@pytest.mark.parametrize("x", [-45.0, -31.0, -30.0, -14.85, -1.001, -1.0, -0.3, 0.1, 1.5, 14.0, 31.0])
def test_functions_close_to_one_keep_their_digits(x: float) -> None:
    with mpmath.workdps(2000):
        at = mpmath.mpf(repr(x))
        expected: list[tuple[Expression, mpmath.mpf]] = [
            (Call("erf", Number(x)), mpmath.erf(at)),
            (1.0 + Call("erf", Number(x)), 1 + mpmath.erf(at)),
            (Call("tanh", Number(x)), mpmath.tanh(at)),
            (1.0 + Call("tanh", Number(x)), 1 + mpmath.tanh(at)),
        ]
        for expression, value in expected:
            assert abs(mpmath.mpf(str(precise(expression))) / value - 1) < mpmath.mpf(10) ** -58


@pytest.mark.parametrize("x", [-320.0, -66.0, 30.0, 108.0])
def test_what_cancels_keeps_its_digits(x: float) -> None:
    with mpmath.workdps(600):
        at = mpmath.mpf(repr(x))
        slope, share = Call("tanh", Number(x)), 1.0 / (1.0 + Call("exp", Number(-x)))
        expected: list[tuple[Expression, mpmath.mpf]] = [
            (1.0 - slope * slope, 1 - mpmath.tanh(at) ** 2),
            (1.0 - share, 1 - 1 / (1 + mpmath.exp(-at))),
        ]
        for expression, value in expected:
            assert abs(mpmath.mpf(str(precise(expression))) / value - 1) < mpmath.mpf(10) ** -39


def test_what_cancels_to_nothing_is_nothing() -> None:
    root = Call("sqrt", Number(2.0))
    assert precise(root * root - 2.0) == 0
