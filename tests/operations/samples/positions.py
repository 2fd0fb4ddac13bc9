"""Samples for positions."""

from __future__ import annotations

from typing import Any

import numpy as np


def rotate(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
    arrays[1] = arrays[1][:, : arrays[0].shape[1] // 2]


PARAMETERS = {
    "multiply_by_root": [{"d": 6}, {"d": 64}],
    "rotary_angles": [
        {"positions": 5, "width": 6, "base": 10000.0, "start": 0, "factor": 1.0},
        {"positions": 3, "width": 8, "base": 500.0, "start": 7, "factor": 2.0},
    ],
    "rotate": [{"layout": "adjacent"}, {"layout": "halves"}, {"layout": "halves", "times": 1.25}],
    "alibi_slopes": [{"heads": 4}, {"heads": 6}],
    "alibi": [{"head": 2, "first": 1}, {"head": 1, "first": 4}],
}
OPERANDS = {"rotate": rotate}
