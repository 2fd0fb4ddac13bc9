"""Rounded steps against exact decimal arithmetic: every cell from the decimals that its operands print as.

Run: python -m tests.oracles.exact_decimals [cells]
Each formula is written here once more, in fractions; what is irrational is decided by squaring, or on 60 digits.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

import tmat
from tmat.sheet.worksheet import Stage, Step, Worksheet

DIGITS = 60
LONGEST = 15  # digits of a decimal; what is made of longer numbers, not rounded before, is known as the nearest float
Rows = list[list[Any]]  # of fractions; −∞ is a float
Rule = Callable[..., list[list[float]]]


def decimals(values: np.ndarray) -> Rows:
    return [[Fraction(repr(x)) if np.isfinite(x) else x for x in row] for row in values.tolist()]


def rounded(exact: Any, places: int) -> float:
    """Half away from zero."""
    if isinstance(exact, float):
        return exact
    if isinstance(exact, Decimal):
        exact = Fraction(exact)
    count = (abs(exact) * 10**places * 2 + 1) // 2
    return float(Fraction(count if exact >= 0 else -count, 10**places))


def root_rounded(sign: int, square: Fraction, places: int) -> float:
    """±√square: the largest n with (2n − 1)² ≤ 4·square·10^2places."""
    n = (isqrt(4 * square.numerator * 10 ** (2 * places) // square.denominator) + 1) // 2
    return float(Fraction(sign * n, 10**places))


def over_root(top: Fraction, square: Fraction, places: int) -> float:
    """top / √square; 0 over 0 is 0."""
    if top == 0 or square == 0:
        return 0.0 if top == 0 else float(top) * float("inf")
    return root_rounded(1 if top > 0 else -1, top * top / square, places)


def longest(rows: Rows) -> int:
    """The most digits of a number."""
    numbers = [x for row in rows for x in row if not isinstance(x, float)]
    return max((len(Decimal(repr(float(x))).normalize().as_tuple().digits) for x in numbers), default=0)


def number(x: float) -> Fraction:
    return Fraction(repr(float(x)))


def power_of_e(x: Fraction) -> Decimal:
    return (Decimal(x.numerator) / Decimal(x.denominator)).exp()


def dot(a: list[Any], b: list[Any]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def column(b: Rows, j: int) -> list[Any]:
    return [row[j] for row in b]


def cells(a: Rows, one: Callable[[int, int], Any]) -> Rows:
    return [[one(i, j) for j in range(len(a[0]))] for i in range(len(a))]


def softmax(a: Rows, places: int, temperature: float = 1.0) -> list[list[float]]:
    result = []
    for row in a:
        seen = [x for x in row if not isinstance(x, float)]
        raised = [
            Decimal(0) if isinstance(x, float) else power_of_e((x - max(seen)) / number(temperature)) for x in row
        ]
        result.append([rounded(x / sum(raised), places) if seen else 0.0 for x in raised])
    return result


def deviation(a: Rows, mean: Rows, places: int, kind: str) -> list[list[float]]:
    count = max(len(a[0]) - (kind == "sample"), 1)
    return [
        [root_rounded(1, sum((x - m) ** 2 for x in row) / Fraction(count), places)]
        for row, [m] in zip(a, mean, strict=True)
    ]


def quotient(top: Fraction, bottom: Fraction) -> Any:
    if bottom == 0:
        return Fraction(0) if top == 0 else float(top) * float("inf")
    return top / bottom


EXACT: dict[str, Callable[..., Rows]] = {
    "matmul": lambda a, b: [[dot(row, column(b, j)) for j in range(len(b[0]))] for row in a],
    "matmul_transposed": lambda a, b: [[dot(row, other) for other in b] for row in a],
    "linear": lambda a, b, c: [[dot(row, column(b, j)) + c[0][j] for j in range(len(b[0]))] for row in a],
    "add": lambda a, b: cells(a, lambda i, j: a[i][j] + b[i][j]),
    "multiply": lambda a, b: cells(a, lambda i, j: a[i][j] * b[i][j]),
    "add_row": lambda a, b: cells(a, lambda i, j: a[i][j] + b[0][j]),
    "scale_columns": lambda a, b: cells(a, lambda i, j: a[i][j] * b[0][j]),
    "scale_and_shift": lambda a, b, c: cells(a, lambda i, j: a[i][j] * b[0][j] + c[0][j]),
    "divide": lambda a, by: cells(a, lambda i, j: a[i][j] / number(by)),
    "mask_fill": lambda a, mask, value: cells(a, lambda i, j: a[i][j] if mask[i][j] else value),
    "dropout": lambda a, keep, p: cells(a, lambda i, j: a[i][j] * keep[i][j] / (1 - number(p))),
    "renormalize": lambda a: cells(a, lambda i, j: quotient(a[i][j], sum(a[i]))),
    "row_mean": lambda a: [[sum(row) / len(row)] for row in a],
    "normalize_outside": lambda a, m, s, epsilon: cells(
        a, lambda i, j: quotient(a[i][j] - m[i][0], s[i][0] + number(epsilon))
    ),
    "normalize_rms_outside": lambda a, s, epsilon: cells(a, lambda i, j: quotient(a[i][j], s[i][0] + number(epsilon))),
    "relu": lambda a: cells(a, lambda i, j: max(a[i][j], Fraction(0))),
    "silu": lambda a: cells(a, lambda i, j: Decimal(float(a[i][j])) / (1 + power_of_e(-a[i][j]))),
    "identity": lambda a: a,
    "columns": lambda a, start, stop: [row[start - 1 : stop] for row in a],
    "concat": lambda *parts: [[x for row in rows for x in row] for rows in zip(*parts, strict=True)],
}
DECIDED: dict[str, Rule] = {
    "softmax": softmax,
    "softmax_tempered": softmax,
    "divide_by_root": lambda a, places, d: cells(a, lambda i, j: over_root(a[i][j], number(d), places)),
    "row_deviation": deviation,
    "row_rms": lambda a, places: [[root_rounded(1, sum(x * x for x in row) / Fraction(len(row)), places)] for row in a],
    "normalize": lambda a, m, s, places, epsilon: cells(
        a, lambda i, j: over_root(a[i][j] - m[i][0], s[i][0] ** 2 + number(epsilon), places)
    ),
    "normalize_rms": lambda a, s, places, epsilon: cells(
        a, lambda i, j: over_root(a[i][j], s[i][0] ** 2 + number(epsilon), places)
    ),
}


def due(stage: Stage, step: Step) -> np.ndarray | None:
    """The step by hand from its operands as they print; None where no formula is written here (sin, gelu)."""
    assert step.decimals is not None
    operands = [decimals(stage.operand(name).values) for name in step.of]
    with localcontext() as context:
        context.prec = DIGITS
        if step.op in DECIDED:
            return np.array(DECIDED[step.op](*operands, places=step.decimals, **step.params))
        if step.op in EXACT:
            found = EXACT[step.op](*operands, **step.params)
            if any(longest(rows) > LONGEST for rows in operands):
                found = cells(found, lambda i, j: number(found[i][j]))
            return np.array([[rounded(x, step.decimals) for x in row] for row in found])
    return None


def sheets(seed: int) -> Iterator[Worksheet]:
    """Stages on drawn decimals: few and many places, even and odd sizes, every convention in turn."""
    rng = np.random.default_rng(seed)

    def matrix(height: int, width: int, peak: float = 9.0) -> np.ndarray:
        places = int(rng.choice([0, 1, 1, 2, 2, 2, 3, 4]))
        return np.array([[round(x, places) for x in row] for row in rng.uniform(-peak, peak, (height, width)).tolist()])

    def one(*choices: Any) -> Any:
        return choices[rng.integers(len(choices))]

    n, d, k, v = (int(x) for x in rng.integers(1, 9, 4))
    m = one(n, int(rng.integers(1, 9)))
    x, context = matrix(n, d), matrix(m, d)
    size = one(0.2, 1.0, 9.0)
    places = one(0, 1, 2, 2, 2, 3, 4, 6)
    rounding = one(str(places), f"{places},scores.used={one(0, 1, 2)},weights=4", f"scores={places},Z=2,output=1")
    causal = one(True, False)
    bias = {f"b_{letter}": matrix(1, w) for letter, w in (("Q", k), ("K", k), ("V", v))} if one(True, False) else {}
    yield tmat.attention(
        x,
        matrices={"W_Q": matrix(d, k, size), "W_K": matrix(d, k, size), "W_V": matrix(d, v, size), "W_O": matrix(v, d), "context": context, **bias},
        d_k=one(1, 2, 4, 9, 16, 25, 64, 100), round=rounding, mask="causal" if causal else None, dropout=one(0.0, 0.1, 0.5),
        temperature=one(1.0, 2.5), renormalize=causal and one(True, False), seed=seed,
    )  # fmt: skip
    learned = {name: matrix(1, d) for name in one((), ("gamma",), ("beta",), ("gamma", "beta"))}
    norm = one("layer", "layer", "rms")
    yield tmat.addnorm(
        x, residual=matrix(n, d), matrices=learned, norm=norm, round=str(places), epsilon=one(0.0, 1e-5, 0.01),
        epsilon_in=one("root", "deviation"), deviation=one("population", "sample") if norm == "layer" else "population",
    )  # fmt: skip
    yield tmat.ffn(
        x, matrices={"W_1": matrix(d, k), "b_1": matrix(1, k), "W_2": matrix(k, d, size)}, round=rounding.split(",")[0].rpartition("=")[2],
        activation=one("relu", "silu", "none"),
    )  # fmt: skip
    yield tmat.posenc(x, round=str(places))


def wrong(seed: int, counts: Counter[str]) -> list[str]:
    """The rounded cells of a seed that differ from the exact ones."""
    found = []
    for sheet in sheets(seed):
        for stage in sheet:
            for step in stage.steps:
                exact = None if step.decimals is None else due(stage, step)
                if exact is None:
                    continue
                counts[step.op] += exact.size
                for i, j in np.argwhere(exact != step.values):
                    found.append(
                        f"seed {seed}: {stage.id}.{step.name}[{i}, {j}] ({step.op}, {step.decimals} decimals): {step.values[i, j]!r}, not {exact[i, j]!r}"
                    )
    return found


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    counts: Counter[str] = Counter()
    bad, seed = 0, 0
    while counts.total() < wanted:
        for line in wrong(seed, counts):
            bad += 1
            print(line)
        seed += 1
    print(f"{bad} of {counts.total():,} cells differ, in {seed:,} seeds: {dict(counts.most_common())}")
    sys.exit(bad > 0)
