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
