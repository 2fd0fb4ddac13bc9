"""The backward rule of every operation is the derivative of its cell."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from tests.operations.backward.derivative import slopes
from tests.operations.samples import PARAMETERS, THIN, Sample, sample

from tmat.operations import REGISTRY
from tmat.operations.backward import GRADIENT, RESULT, RULES, WITHOUT_GRADIENT, NewStep

KNOWN = sorted(set(RULES) & set(REGISTRY))
NONE_YET = {
    "append_rows", "lookup_known", "row_variance", "row_mean_square", "square_root", "log_softmax", "surprise", "add_column",
    "repetition_penalty", "running_sums", "picked", "sum_of_all", "product_of_all",
}  # fmt: skip
"""Operations of choosing words, of a cache and of single parts, which a backward says no to."""
OF_GRADIENTS = ("adding", "losses", "learning", "placing", "row_gradients", "activation_gradients")
SMALL = {"n": 2, "m": 3, "k": 2, "d": 3, "h": 2, "w": 4, "*": 5}


class Seen:
    def __init__(self, array: np.ndarray) -> None:
        self.height, self.width = array.shape


def gradients(it: Sample, slope: np.ndarray) -> list[np.ndarray | None]:
    seen = [Seen(array) for array in it.arrays]
    result = it.op(*it.arrays, **it.params)

    def value(part: Any) -> np.ndarray:
        if part is GRADIENT:
            return slope
        if part is RESULT:
            return np.asarray(result)
        if isinstance(part, NewStep):
            return np.asarray(part.op(*map(value, part.of), **part.params))
        return it.arrays[next(n for n, own in enumerate(seen) if own is part)]

    return [None if part is None else value(part) for part in RULES[it.op.name](*seen, **it.params)]


def by_cells(it: Sample, slope: np.ndarray) -> list[np.ndarray]:
    """Σ slope·∂cell/∂operand over all cells of the result, by the derivative of each cell's expression."""
    found = {name: np.zeros(array.shape) for name, array in zip("ABCD", it.arrays, strict=False)}
    for i, j in np.ndindex(*slope.shape):
        for (name, row, col), own in slopes(it.op.at(i, j, *it.operands, **it.params)).items():
            found[name][row, col] += slope[i, j] * own.value
    return list(found.values())


def test_every_operation_of_a_forward_pass_has_a_backward_rule() -> None:
    own = {name for name, op in REGISTRY.items() if op.evaluate.__module__.rpartition(".")[2] not in OF_GRADIENTS}
    assert own - set(RULES) - NONE_YET <= WITHOUT_GRADIENT


@pytest.mark.parametrize("name", KNOWN)
def test_the_backward_rule_is_the_derivative_of_the_cell(name: str) -> None:
    rng = np.random.default_rng(sum(map(ord, name)))
    for case, sizes in itertools.product(range(len(PARAMETERS.get(name, [{}]))), THIN):
        it = sample(name, rng, case, **{**(SMALL if name != "one_row" and name != "lookup" else {}), **sizes})
        slope = rng.integers(-200, 201, it.op(*it.arrays, **it.params).shape) / 100
        due = by_cells(it, slope)
        for n, told in enumerate(gradients(it, slope)):
            if told is not None:
                np.testing.assert_allclose(told, due[n], rtol=1e-10, atol=1e-11, err_msg=f"operand {n}")


@pytest.mark.parametrize("name", KNOWN)
def test_a_difference_says_the_same(name: str) -> None:
    """A little more of each cell moves the result by the slope: no rule of calculus is believed unseen."""
    rng = np.random.default_rng(len(name))
    it = sample(name, rng, 0, **(SMALL if name != "one_row" and name != "lookup" else {}))
    slope = rng.integers(-200, 201, it.op(*it.arrays, **it.params).shape) / 100
    for n, told in enumerate(gradients(it, slope)):
        if told is None:
            continue
        due = np.zeros(it.arrays[n].shape)
        for place in np.ndindex(*due.shape):
            moved = []
            for by in (1e-5, -1e-5):
                arrays = [array.copy() for array in it.arrays]
                arrays[n][place] += by
                moved.append(float((np.nan_to_num(it.op(*arrays, **it.params), neginf=0.0) * slope).sum()))
            due[place] = (moved[0] - moved[1]) / 2e-5
        np.testing.assert_allclose(told, due, rtol=1e-5, atol=1e-6, err_msg=f"operand {n}")
