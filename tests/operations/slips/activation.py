"""What the slips in activations yield."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


def each(function: Callable[[float], float]) -> Callable[[Array], Array]:
    return np.vectorize(function, otypes=[float])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


ACTIVATIONS: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "relu": ("ReLU", each(lambda x: x if x > 0 else 0.0)),
    "gelu": ("GELU", each(lambda x: x * (1 + math.erf(x / 2**0.5)) / 2)),
    "gelu_tanh": ("GELU by tanh", each(lambda x: x / 2 * (1 + math.tanh((2 / math.pi) ** 0.5 * (x + 0.044715 * x**3))))),
    "silu": ("SiLU", each(lambda x: x * sigmoid(x))),
    "tanh": ("tanh", each(math.tanh)),
}  # fmt: skip
EVERY = tuple(ACTIVATIONS)
NOT_RELU = EVERY[1:]


LEAKY = each(lambda x: x if x > 0 else 0.1 * x)
WITH_BIAS = (*EVERY, "leaky_relu")


def layer(op: str, n: int, d: int, hidden: int, **params: float) -> Case:
    x, w, b = random(n, n, d, -2, 2), random(d, d, hidden, -1, 1), random(hidden, 1, hidden, -1, 1)
    page = {"X": x, "W_1": w, "b_1": b, "hidden": Before(x @ w + b, "linear", ("X", "W_1", "b_1"))}
    return Case(op, page, params, of=("hidden",), result="activated")


def bent(case: Case, values: Array) -> Array:
    return (ACTIVATIONS[case.op][1] if case.op in ACTIVATIONS else LEAKY)(values)


for name in EVERY:
    alone = Case(name, {"hidden": random(1, 3, 5)})  # nobody knows how it was made
    tried_on(layer(name, 3, 5, 7), layer(name, 5, 2, 3), alone)


tried_on(layer("leaky_relu", 3, 5, 7, slope=0.1), layer("leaky_relu", 5, 2, 3, slope=0.1))


@oracle("relu", "relu-left-out")
@oracle(NOT_RELU, "activation-left-out")
def left_out(case: Case) -> Array:
    return case["hidden"]


@oracle("relu", "relu-on-wrong-side")
def wrong_side(case: Case) -> Array:
    return each(lambda x: x if x < 0 else 0.0)(case["hidden"])


@oracle("relu", "absolute-value")
def absolute(case: Case) -> Array:
    return each(lambda x: x if x > 0 else -x)(case["hidden"])


@oracle("relu", "relu-of-opposite")
def of_opposite(case: Case) -> Array:
    return each(lambda x: -x if x < 0 else 0.0)(case["hidden"])


@oracle("relu", "relu-as-step")
def as_step(case: Case) -> Array:
    return each(lambda x: 1.0 if x > 0 else 0.0)(case["hidden"])


@oracle("relu", "leaky")
def leaky(case: Case) -> Iterator[Expect]:
    for text in ("0.01", "0.1", "0.2"):
        yield Expect(case["hidden"] * np.where(case["hidden"] < 0, float(text), 1.0), f"by {text},")


@oracle(EVERY, "another-activation")
def another(case: Case) -> Iterator[Expect]:
    for op, (name, function) in ACTIVATIONS.items():
        if op != case.op:
            yield Expect(function(case["hidden"]), f"{name} was taken")
    yield Expect(each(sigmoid)(case["hidden"]), "the sigmoid was taken")
    if case.op.startswith("gelu"):
        yield Expect(each(lambda x: x * sigmoid(1.702 * x))(case["hidden"]), "GELU by the sigmoid was taken")


@oracle(WITH_BIAS, "bias-after-activation")
def bias_after(case: Case) -> Iterator[Expect]:
    if "X" in case:
        yield Expect(bent(case, case["X"] @ case["W_1"]) + case["b_1"])


@oracle(WITH_BIAS, "bias-left-out")
def bias_left_out(case: Case) -> Iterator[Expect]:
    if "X" in case:
        yield Expect(bent(case, case["X"] @ case["W_1"]))
