"""Random operands and parameters for every operation, made from its axes.

Parameters, and operands that are not just any numbers, stand in the files beside this one, in PARAMETERS and OPERANDS; they
are found by listing the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from tests.operations.samples._operands import Change

from tmat.modules import modules_in
from tmat.operations import REGISTRY, Operation
from tmat.operations.expression import Operand

SIZES = {"n": 2, "m": 5, "k": 3, "d": 7, "h": 11, "w": 13, "*": 17}
THIN = ({"n": 1}, {"m": 1}, {"k": 1}, {"d": 1}, {"w": 3, "n": 1}, {"h": 1}, {})

PARAMETERS: dict[str, list[dict[str, Any]]] = {}
OPERANDS: dict[str, Change] = {}
for _module in modules_in(__file__):
    _file = import_module(f"{__name__}.{_module}")
    PARAMETERS |= getattr(_file, "PARAMETERS", {})
    OPERANDS |= getattr(_file, "OPERANDS", {})


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
    if name in OPERANDS:
        OPERANDS[name](arrays, params, rng)
    return Sample(op, arrays, params)
