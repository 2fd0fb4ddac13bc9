"""Sines of far positions against their series on 80 digits."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

import tmat
from tmat.operations import sinusoid

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")


def wave(position: int, power: Decimal, base: float, cosine: bool) -> Decimal:
    """sin or cos of position / base^power: the angle less whole turns, then the series."""
    with localcontext() as context:
        context.prec = 80
        angle = (position / (power * Decimal(repr(base)).ln()).exp()) % (2 * PI)
        term, total, n = (Decimal(1), Decimal(0), 0) if cosine else (angle, Decimal(0), 1)
        while abs(term) > Decimal(10) ** -60:
            total += term
            term *= -angle * angle / ((n + 1) * (n + 2))
            n += 2
        return total


@pytest.mark.parametrize("exponent", ["paired", "column"])
@pytest.mark.parametrize("base", [10000.0, 2.5, 0.5, 1e9])
@pytest.mark.parametrize("start", [0, 1, 511, 5000, 10**6, 355 * 10**6, 10**12, 2**53 - 4, -(10**7)])
def test_waves_are_right_to_their_last_places(start: int, base: float, exponent: str) -> None:
    d = 5
    values = sinusoid(positions=4, d_model=d, base=base, start=start, exponent=exponent)
    for (i, j), value in np.ndenumerate(values):
        e = 2 * (j // 2) if exponent == "paired" else 2 * j
        due = wave(start + i, Decimal(e) / d, base, cosine=j % 2 == 1)
        assert abs(Decimal(float(value)) - due) <= Decimal("1e-15") * abs(due), (start + i, j)


def test_many_rows_are_those_that_begin_there() -> None:
    whole = tmat.posenc(positions=20_000, d_model=8)["posenc"]["PE"].values
    some = tmat.posenc(positions=3, d_model=8, start=19_997)["posenc"]["PE"].values
    np.testing.assert_allclose(whole[-3:], some, rtol=1e-15)


def test_a_wave_that_hardly_moves_is_its_angle() -> None:
    values = sinusoid(positions=2, d_model=4, base=1e300, start=0, exponent="column")
    np.testing.assert_allclose(values[1, 2], 1e-300, rtol=1e-15)
