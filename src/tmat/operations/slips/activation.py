"""Slips in activation functions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.activation import gelu, gelu_tanh, leaky_relu, relu, silu, tanh
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way

WITHOUT_SLOPE = (relu, gelu, gelu_tanh, silu, tanh)
EVERY = (*WITHOUT_SLOPE, leaky_relu)


def leaky(step: Redo, a: Array) -> Iterator[Variant]:
    for slope in (0.01, 0.1, 0.2):
        yield way(np.where(a > 0, a, slope * a), slope=f"{slope:g}")


def another(step: Redo, a: Array) -> Iterator[Variant]:
    formula = step.op.formula_text(step.names, dict(step.params))
    others = {
        "ReLU": relu, "GELU": gelu, "GELU by tanh": gelu_tanh, "SiLU": silu, "tanh": tanh,
    }  # fmt: skip
    for name, op in others.items():
        if op.name != step.op.name:
            yield way(op.evaluate(a), other=name, formula=formula)
    yield way(1 / (1 + np.exp(-a)), other="the sigmoid", formula=formula)
    if step.op.name in ("gelu", "gelu_tanh"):
        yield way(a / (1 + np.exp(-1.702 * a)), other="GELU by the sigmoid", formula=formula)


def bias_after(step: Redo, a: Array) -> Array | None:
    layer = step.maker(0, "linear")
    if layer is None:
        return None
    a, b, bias = layer.operands
    return np.asarray(step.op.evaluate(a @ b, **step.params) + bias)


def bias_left_out(step: Redo, a: Array) -> Array | None:
    layer = step.maker(0, "linear")
    if layer is None:
        return None
    a, b, _ = layer.operands
    return step.op.evaluate(a @ b, **step.params)


# fmt: off

slip(relu, "relu-left-out", lambda _, a: a,
     said="ReLU was left out: negative numbers still stand", mend="put 0 for every negative number")
slip((gelu, gelu_tanh, silu, tanh), "activation-left-out", lambda _, a: a,
     said="the activation was left out: these are the numbers of {0}", mend="apply the activation to every number of {0}")
slip(relu, "relu-on-wrong-side", lambda _, a: np.minimum(a, 0.0),
     said="ReLU was taken on the wrong side: the negative numbers were kept and the positive ones put to 0",
     mend="keep what is positive: max(0, x)")
slip(relu, "absolute-value", lambda _, a: np.abs(a),
     said="the minus signs were dropped", mend="put 0 for a negative number, not its size")
slip(relu, "relu-of-opposite", lambda _, a: np.maximum(-a, 0.0), rare=1,
     said="the positive numbers became 0 and the negative ones lost their sign",
     mend="keep what is positive: max(0, x)")
slip(relu, "relu-as-step", lambda _, a: (a > 0).astype(np.float64), rare=1,
     said="every positive number became 1", mend="keep a positive number as it is")
slip(relu, "leaky", leaky, rare=1,
     said="negative numbers were multiplied by {slope}, not put to 0", mend="put 0 for every negative number")
slip(WITHOUT_SLOPE, "another-activation", another, rare=1,
     said="{other} was taken", mend="take the activation that this sheet names: {formula}")
slip(EVERY, "bias-after-activation", bias_after,
     said="the activation was taken before the bias was added", mend="add the bias first, then take the activation")
slip(EVERY, "bias-left-out", bias_left_out,
     said="the bias was left out before the activation", mend="add the bias to the product, then take the activation")
