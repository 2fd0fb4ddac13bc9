"""Slips in the bend between two layers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.activation import gelu, gelu_tanh, relu, silu, tanh
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip

BENDS = (relu, gelu, gelu_tanh, silu, tanh)


@slip(
    relu,
    "relu-left-out",
    said="ReLU was left out: negative numbers still stand",
    mend="put 0 for every negative number",
)
def relu_left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(
    (gelu, gelu_tanh, silu, tanh),
    "activation-left-out",
    said="the activation was left out: these are the numbers of {0}",
    mend="bend every number of {0}",
)
def left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(
    relu,
    "relu-on-wrong-side",
    said="ReLU was taken on the wrong side: the negative numbers were kept and the positive ones put to 0",
    mend="keep what is positive: max(0, x)",
)
def wrong_side(step: Redo) -> Array:
    return np.minimum(step.operands[0], 0.0)


@slip(relu, "absolute-value", said="the minus signs were dropped", mend="put 0 for a negative number, not its size")
def absolute(step: Redo) -> Array:
    return np.abs(step.operands[0])


@slip(
    relu,
    "relu-of-opposite",
    said="the positive numbers became 0 and the negative ones lost their sign",
    mend="keep what is positive: max(0, x)",
    rare=1,
)
def of_opposite(step: Redo) -> Array:
    return np.maximum(-step.operands[0], 0.0)


@slip(relu, "relu-as-step", said="every positive number became 1", mend="keep a positive number as it is", rare=1)
def as_step(step: Redo) -> Array:
    return (step.operands[0] > 0).astype(np.float64)


@slip(
    relu,
    "leaky",
    said="negative numbers were multiplied by {slope}, not put to 0",
    mend="put 0 for every negative number",
    rare=1,
)
def leaky(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    for slope in (0.01, 0.1, 0.2):
        yield Variant(np.where(a > 0, a, slope * a), {"slope": f"{slope:g}"})


@slip(
    BENDS,
    "another-activation",
    said="{other} was taken",
    mend="take the activation that this sheet names: {formula}",
    rare=1,
)
def another(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    formula = step.op.said(step.names, dict(step.params))
    others = {
        "ReLU": relu, "GELU": gelu, "GELU by tanh": gelu_tanh, "SiLU": silu, "tanh": tanh,
    }  # fmt: skip
    for name, op in others.items():
        if op.name != step.op.name:
            yield Variant(op.evaluate(a), {"other": name, "formula": formula})
    yield Variant(1 / (1 + np.exp(-a)), {"other": "the sigmoid", "formula": formula})
    if step.op.name in ("gelu", "gelu_tanh"):
        yield Variant(a / (1 + np.exp(-1.702 * a)), {"other": "GELU by the sigmoid", "formula": formula})


@slip(
    BENDS,
    "bias-after-activation",
    said="the activation was taken before the bias was added",
    mend="add the bias first, then take the activation",
)
def bias_after(step: Redo) -> Array | None:
    layer = step.maker(0, "linear")
    if layer is None:
        return None
    a, b, bias = layer.operands
    return step.op.evaluate(a @ b) + bias


@slip(
    BENDS,
    "bias-left-out",
    said="the bias was left out before the activation",
    mend="add the bias to the product, then take the activation",
)
def bias_left_out(step: Redo) -> Array | None:
    layer = step.maker(0, "linear")
    if layer is None:
        return None
    a, b, _ = layer.operands
    return step.op.evaluate(a @ b)
