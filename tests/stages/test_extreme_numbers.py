"""embed, posenc, ffn and addnorm over all shapes and numbers, down to one cell and up to the last float: each step
against the same step in sixty digits, from the operands that the worksheet says it has."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, localcontext
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

Array = np.ndarray[Any, Any]

WIDE = Context(prec=60, Emax=10**9, Emin=-(10**9))
LARGEST = Decimal(np.finfo(np.float64).max)
LEAST = Decimal(math.ulp(0.0))
SIDE = st.sampled_from([1, 1, 2, 3, 5])
FINITE = st.one_of(
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 1.7e308, -1.7e308, 1e200, 1e154, 1e-160, 2.2e-308, 5e-324, -5e-324]),
    st.floats(-5000, 5000),
)


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def matrix(height: int, width: int) -> st.SearchStrategy[Array]:
    return arrays(np.float64, (height, width), elements=FINITE)


@st.composite
def chained(draw: st.DrawFn, count: int) -> list[Array]:
    """Matrices that can be multiplied one after the other."""
    sides = [draw(SIDE) for _ in range(count + 1)]
    return [draw(matrix(*pair)) for pair in pairwise(sides)]


def exact(values: Array) -> list[list[Decimal]]:
    return [[Decimal(float(x)) for x in row] for row in values]


def near(found: float, due: Decimal, scale: Decimal) -> bool:
    """Whether a float is the number due, give or take a share of the largest term that went into it."""
    if scale > LARGEST / 2:
        return True  # somewhere on the way is a sum beyond the largest float: ∞, or no number
    return math.isfinite(found) and abs(Decimal(found) - due) <= scale * Decimal("1e-12") + 16 * LEAST


def is_product(found: Array, a: Array, b: Array, bias: Array | None) -> None:
    left, right = exact(a), exact(b)
    for (i, j), cell in np.ndenumerate(found):
        terms = [left[i][k] * right[k][j] for k in range(a.shape[1])]
        if bias is not None:
            terms.append(Decimal(float(bias[0, j])))
        assert near(float(cell), sum(terms, Decimal(0)), sum(map(abs, terms), Decimal(0)))


def round_trip(sheet: Worksheet) -> Stage:
    """The last stage, having seen that JSON keeps every bit of it."""
    last = sheet.stages[-1]
    again = loads(dumps(sheet)).stages[-1]
    for name in last.names():
        mine, theirs = last[name].values, again[name].values
        assert mine.dtype == theirs.dtype and np.array_equal(mine, theirs, equal_nan=True)
        assert np.array_equal(np.signbit(mine[mine == 0]), np.signbit(theirs[theirs == 0]))
    return last


def sigmoid_times(x: float) -> float:
    return x / (1 + math.exp(-x)) if x > -700 else 0.0


BENDS: dict[str, Callable[[float], float]] = {
    "relu": lambda x: max(x, 0.0),
    "gelu": lambda x: x / 2 * math.erfc(-x / math.sqrt(2)),
    "gelu-tanh": lambda x: x / (1 + math.exp(-2 * t)) if (t := _cubic(x)) > -300 else 0.0,
    "tanh": math.tanh,
    "silu": sigmoid_times,
    "none": lambda x: x,
}


def _cubic(x: float) -> float:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


@given(chained(3), st.sampled_from(sorted(BENDS)), st.booleans(), st.sampled_from([1, 2]))
def test_network(drawn: list[Array], bend: str, biased: bool, layers: int) -> None:
    x, w_1, w_2 = drawn
    matrices: dict[str, object] = {"X": x, "W_1": w_1}
    if layers == 2:
        matrices["W_2"] = w_2
    if biased:
        matrices["b_1"] = w_1[:1]
    stage = round_trip(ffn(activation=bend, layers=layers, matrices=matrices))
    with localcontext(WIDE):
        is_product(stage["hidden"].values, x, w_1, w_1[:1] if biased else None)
        for one, bent in zip(*(stage[name].values.ravel().tolist() for name in ("hidden", "activated")), strict=True):
            if math.isfinite(one):
                assert math.isclose(bent, BENDS[bend](one), rel_tol=1e-12, abs_tol=1e-15)
            elif not math.isnan(one):
                assert bent == {"tanh": math.copysign(1.0, one), "none": one}.get(bend, max(one, 0.0))
        activated = stage["activated"].values
        if layers == 2 and np.isfinite(activated).all():
            is_product(stage["output"].values, activated, w_2, None)


@st.composite
def sums(draw: st.DrawFn) -> Array:
    return draw(matrix(draw(SIDE), draw(SIDE)))


@given(
    sums(), st.sampled_from(["population", "sample", "rms"]), st.sampled_from(["root", "deviation"]),
    st.sampled_from([0.0, 1e-300, 1e-12, 1e-5, 0.5, 1e200]),
)  # fmt: skip
@example(np.array([[1.7e308, 1.7e308, -1.7e308]]), "population", "root", 1e-5)
@example(np.array([[1.7e308, 1.7e308, -1.7e308]]), "sample", "deviation", 0.0)
def test_norm(x: Array, kind: str, place: str, epsilon: float) -> None:
    how = {"norm": "rms"} if kind == "rms" else {"deviation": kind}
    stage = round_trip(addnorm(x, add_residual=False, epsilon=epsilon, epsilon_in=place, **how))  # type: ignore[arg-type]
    d = x.shape[1]
    count = max(d - (kind == "sample"), 1)
    with localcontext(WIDE):
        for i, row in enumerate(exact(x)):
            mean, top = Decimal(0), max(map(abs, row))
            if kind != "rms":
                mean = Decimal(float(stage["mean"].values[i, 0]))
                assert abs(mean - sum(row) / d) <= top * Decimal("1e-15") + LEAST
            spread = float(stage["rms" if kind == "rms" else "std"].values[i, 0])
            due = (sum(((cell - mean) ** 2 for cell in row), Decimal(0)) / count).sqrt()
            if due > LARGEST:
                assert spread == math.inf
                continue
            assert abs(Decimal(spread) - due) <= due * Decimal("1e-12") + LEAST
            wide, small = Decimal(spread), Decimal(epsilon)
            over = (wide * wide + small).sqrt() if place == "root" else wide + small
            for cell, found in zip(row, stage["normalized"].values[i].tolist(), strict=True):
                if not over:  # a deviation below the least float is 0
                    assert found == (0.0 if cell == mean else math.copysign(math.inf, cell - mean))
                    continue
                ratio = (cell - mean) / over
                assert abs(ratio) > LARGEST or near(found, ratio, abs(ratio))


@given(sums(), st.data())
def test_residual_gamma_and_beta(x: Array, data: st.DataObject) -> None:
    width = x.shape[1]
    residual, gamma, beta = (data.draw(matrix(h, width)) for h in (len(x), 1, 1))
    stage = addnorm(x, residual=residual, gamma=gamma, beta=beta)["addnorm"]
    with np.errstate(all="ignore"):
        assert np.array_equal(stage["sum"].values, x + residual)
        due = stage["normalized"].values * gamma + beta
    assert np.array_equal(stage["output"].values, due, equal_nan=True)


@given(st.integers(1, 6), st.data(), st.sampled_from([0, 1]), st.sampled_from(["float64", "float32"]))
def test_embedding_is_the_tables_own_rows(count: int, data: st.DataObject, first: int, dtype: str) -> None:
    words = [f"w{n}" for n in range(count)]
    said = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=5))
    table = data.draw(matrix(count, data.draw(SIDE)))
    if dtype == "float32":
        table = np.clip(table, -1e38, 1e38)
    stage = round_trip(embed(tokens=said, vocabulary=words, first_id=first, W_E=table, dtype=dtype))
    assert stage["ids"].values[:, 0].tolist() == [words.index(word) + first for word in said]
    assert np.array_equal(stage["E"].values, table[[words.index(word) for word in said]].astype(dtype))


@given(
    SIDE, st.integers(1, 7), st.sampled_from([10000.0, 100.0, 2.0, 1.0, 1e300, 0.5]), st.integers(-50, 3000),
    st.sampled_from(["paired", "column"]),
)  # fmt: skip
def test_waves(n: int, d: int, base: float, start: int, exponent: str) -> None:
    waves = round_trip(posenc(positions=n, d_model=d, base=base, start=start, exponent=exponent))["PE"].values
    with localcontext(WIDE):
        for (i, j), wave in np.ndenumerate(waves):
            e = Decimal(2 * (j // 2) if exponent == "paired" else 2 * j)
            angle = (start + i) / Decimal(base) ** (e / d)
            due = (math.cos if j % 2 else math.sin)(float(angle))
            assert abs(wave - due) <= 1e-12 + 1e-15 * abs(float(angle)) * 16


@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([0.5, 1e-10, 1e-300, 1.0, 7.0, 1e300]), st.data())
def test_tempered_weights(n: int, m: int, temperature: float, data: st.DataObject) -> None:
    scores = data.draw(matrix(n, m))
    stage = attention(matrices={"scaled": scores}, temperature=temperature)["attention"]
    with localcontext(WIDE):
        for row, found in zip(exact(scores), stage["weights"].values.tolist(), strict=True):
            shares = [((x - max(row)) / Decimal(temperature)) for x in row]
            powers = [x.exp() if x > -2000 else Decimal(0) for x in shares]
            # Above 1 the quotients are taken first: what each rounds off is a factor of its weight.
            lost = Decimal("1e-12")
            if temperature > 1:
                lost += max(map(abs, row)) / Decimal(temperature) * Decimal("1e-15")
            for weight, power in zip(found, powers, strict=True):
                assert abs(Decimal(weight) - power / sum(powers)) <= lost
