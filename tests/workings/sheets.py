"""Worksheets to work on: the thrones numbers as given, and a step of every operation."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.operations.samples import Sample

from tmat.numbers import round_half_away
from tmat.operations import divide_by_root, matmul, matmul_transposed, softmax
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

WORDS = ("When", "you", "play", "game", "of", "thrones")
X = [
    [0.79, 1.6, 0.96, 1.64, 0.97, 1.2],
    [1.22, 0.17, 0.06, 0.79, 0.9, 0.74],
    [0.92, 1.51, 0.27, 1.31, 0.56, 1.59],
    [0.26, 0.74, 0.66, 0.22, 0.07, 0.37],
    [0.12, 0.59, 0.8, 0.62, 0.5, 0.7],
    [-0.36, 1.3, 0.76, 1.48, 0.94, 1.21],
]
W_Q = [
    [0.52, 0.45, 0.91, 0.69],
    [0.05, 0.85, 0.37, 0.83],
    [0.49, 0.1, 0.56, 0.61],
    [0.71, 0.64, 0.4, 0.14],
    [0.76, 0.27, 0.92, 0.67],
    [0.85, 0.56, 0.57, 0.07],
]
K = [
    [3.71, 4.04, 4.15, 3.41],
    [2.18, 2.51, 1.64, 1.93],
    [3.28, 3.11, 3.65, 3.01],
    [1.07, 1.13, 1.64, 1.35],
    [1.49, 1.97, 2.14, 1.81],
    [2.51, 3.04, 3.45, 2.28],
]


def thrones() -> Worksheet:
    """Q rounded to 2 decimals; the scores printed in full but taken with 2; scaled to 4; weights exact."""
    x = Matrix.of("X", X, WORDS, origin="posenc")
    w_q = Matrix.of("W_Q", W_Q, None, ("q1", "q2", "q3", "q4"), "thrones")
    k = Matrix.of("K", K, WORDS, ("k1", "k2", "k3", "k4"))
    q = Matrix.of("Q", round_half_away(matmul(x.values, w_q.values), 2), WORDS, w_q.cols)
    scores = matmul_transposed(q.values, k.values)
    scaled = round_half_away(divide_by_root(round_half_away(scores, 2), d=6), 4)
    steps = [
        Step(q, "matmul", ("X", "W_Q"), {}, 2),
        Step(Matrix.of("scores", scores, WORDS, WORDS), "matmul_transposed", ("Q", "K"), {}, None, 2),
        Step(Matrix.of("scaled", scaled, WORDS, WORDS), "divide_by_root", ("scores",), {"d": 6}, 4),
        Step(Matrix.of("weights", softmax(scaled), WORDS, WORDS), "softmax", ("scaled",)),
    ]
    before = Stage("posenc", "posenc", given={"E": x.renamed("E")}, output="X")
    before.steps.append(Step(Matrix.of("X", X, WORDS), "identity", ("E",)))
    given = {"X": x, "W_Q": w_q, "K": k}
    return Worksheet([before, Stage("attention", "attention", {}, (), given, steps, "weights")])


def one_step(it: Sample, result: np.ndarray | None = None, **kept: Any) -> Stage:
    """A stage of one step, R, made of A, B, …"""
    given = {o.name: Matrix.of(o.name, o.values, o.rows, o.cols) for o in it.operands}
    values = it.op(*it.arrays, **it.params) if result is None else result
    step = Step(Matrix.of("R", values), it.op.name, tuple(given), dict(it.params), **kept)
    return Stage("one", "one", given=given, steps=[step], output="R")


def simple(op: str, *arrays: list[list[float]], result: list[list[float]], **params: Any) -> Stage:
    """A stage of one step from plain numbers."""
    decimals = params.pop("decimals", None)
    given = {name: Matrix.of(name, array) for name, array in zip("ABC", arrays, strict=False)}
    step = Step(Matrix.of("R", result), op, tuple(given), params, decimals)
    return Stage("one", "one", given=given, steps=[step], output="R")
