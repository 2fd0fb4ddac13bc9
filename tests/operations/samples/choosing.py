"""Samples for the choice of the next word."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.operations.samples._operands import shares, zeros_and_ones


def range_of_draw(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
    arrays[0] = np.cumsum(np.abs(arrays[0]), axis=1) / 5
    arrays[1] = np.abs(arrays[1]) / 3


PARAMETERS = {
    "repetition_penalty": [{"penalty": 1.3}, {"penalty": 0.5}],
    "keep_largest": [{"k": 2}, {"k": 1}, {"k": 40}, {"k": 2, "otherwise": 0.0}],
    "keep_smallest": [{"k": 3}, {"k": 1}],
    "nucleus": [{"p": 0.5}, {"p": 0.9}, {"p": 1.0}],
    "range_of_draw": [{"first": 0}, {"first": 1}],
}
OPERANDS = {
    "repetition_penalty": zeros_and_ones(1),
    "nucleus": shares(0),
    "surprise": shares(0),
    "range_of_draw": range_of_draw,
}
