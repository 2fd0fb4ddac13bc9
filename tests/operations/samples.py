"""Random operands and parameters for every operation, made from its axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tmat.operations import REGISTRY, Operation
from tmat.operations.expression import Operand

SIZES = {"n": 2, "m": 5, "k": 3, "d": 7, "h": 11, "w": 13, "*": 17}
THIN = ({"n": 1}, {"m": 1}, {"k": 1}, {"d": 1}, {"w": 3, "n": 1}, {"h": 1}, {})

PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "mask_fill": [{"value": -np.inf}, {"value": -1000.0}],
    "softmax_tempered": [{"temperature": 0.5}, {"temperature": 3.0}],
    "dropout": [{"p": 0.5}, {"p": 0.0}, {"p": 1.0}],
    "leaky_relu": [{"slope": 0.01}, {"slope": 0.2}],
    "add_number": [{"number": 1.0}, {"number": -0.5}],
    "repetition_penalty": [{"penalty": 1.3}, {"penalty": 0.5}],
    "keep_largest": [{"k": 2}, {"k": 1}, {"k": 40}, {"k": 2, "otherwise": 0.0}],
    "scale_rows": [{"column": 1}],
    "add_scaled": [{"column": 1}],
    "keep_smallest": [{"k": 3}, {"k": 1}],
    "nucleus": [{"p": 0.5}, {"p": 0.9}, {"p": 1.0}],
    "range_of_draw": [{"first": 0}, {"first": 1}],
    "divide": [{"by": 3.0}, {"by": -0.7}],
    "divide_by_root": [{"d": 6}, {"d": 64}],
    "columns": [{"start": 1, "stop": 3}, {"start": 2, "stop": 2}],
    "one_row": [{"row": 1}, {"row": 17}],
    "row_deviation": [{"kind": "population"}, {"kind": "sample"}],
    **{
        name: [{"epsilon": 1e-5}, {"epsilon": 0.0}, {"epsilon": 0.5}]
        for name in ("normalize", "normalize_outside", "normalize_rms", "normalize_rms_outside")
    },
    "token_ids": [{"ids": [3, 1, 20], "words": ["When", "you", "the"]}],
    "lookup": [{"first": 0}, {"first": 1}],
    "sinusoid": [
        {"positions": 5, "d_model": 7, "base": 10000.0, "start": 0, "exponent": "paired"},
        {"positions": 3, "d_model": 6, "base": 100.0, "start": 2, "exponent": "column"},
        {"positions": 4, "d_model": 5, "base": 10000.0, "start": 1, "exponent": "paired", "layout": "halves"},
    ],
    "exponentials": [{"base": None, "temperature": 1.0}, {"base": 3.0, "temperature": 2.0}],
    "row_variance": [{"kind": "population"}, {"kind": "sample"}],
    "multiply_by_root": [{"d": 6}, {"d": 64}],
    "rotary_angles": [
        {"positions": 5, "width": 6, "base": 10000.0, "start": 0, "factor": 1.0},
        {"positions": 3, "width": 8, "base": 500.0, "start": 7, "factor": 2.0},
    ],
    "rotate": [{"layout": "adjacent"}, {"layout": "halves"}],
    "alibi_slopes": [{"heads": 4}, {"heads": 6}],
    "alibi": [{"head": 2, "first": 1}, {"head": 1, "first": 4}],
    "soft_cap": [{"cap": 50.0}, {"cap": 0.7}],
    "softmax_sink": [{"head": 2}, {"head": 1}],
    "softmax_based": [{"base": 3.0}, {"base": 1.5}],
    "largest": [{"first": 0}, {"first": 1}],
}


@dataclass(frozen=True)
class Sample:
    op: Operation
    arrays: list[np.ndarray]
    params: dict[str, Any]

    @property
    def operands(self) -> list[Operand]:
        return [
            Operand(
                name,
                array,
                rows=[f"{name}{n}" for n in range(array.shape[0])],
                cols=[f"c{n}" for n in range(array.shape[1])],
            )
            for name, array in zip("ABCD", self.arrays, strict=False)
        ]


def sample(name: str, rng: np.random.Generator, case: int = 0, **sizes: int) -> Sample:
    """Operands whose sizes are different primes, so that no mix-up of axes goes unseen."""
    op = REGISTRY[name]
    known = {**SIZES, **sizes, "1": 1}
    choices = PARAMETERS.get(name, [{}])
    params = choices[case % len(choices)]
    arrays = []
    for row, col in op.axes * 3 if op.variadic else op.axes:
        height, width = (known[axis] + len(arrays) * (op.variadic and axis == "*") for axis in (row, col))
        arrays.append(rng.integers(-300, 301, (height, width)) / 100)
    if name in ("mask_fill", "dropout"):
        arrays[1] = rng.integers(0, 2, arrays[1].shape).astype(float)
    if name in ("nucleus", "surprise"):
        sizes_of = np.abs(arrays[0]) + 0.5
        arrays[0] = sizes_of / sizes_of.sum(axis=1, keepdims=True)
    if name == "repetition_penalty":
        arrays[1] = rng.integers(0, 2, arrays[1].shape).astype(float)
    if name == "range_of_draw":
        arrays[0] = np.cumsum(np.abs(arrays[0]), axis=1) / 5
        arrays[1] = np.abs(arrays[1]) / 3
    if name == "rotate":
        arrays[1] = arrays[1][:, : known["d"] // 2]
    if name == "lookup":
        arrays[0] = rng.integers(0, known["*"], arrays[0].shape) + float(params["first"])
    if name.startswith("normalize") or name in ("renormalize", "over_rows", "square_root"):
        arrays[-1] = np.abs(arrays[-1]) + 0.1
    return Sample(op, arrays, params)
