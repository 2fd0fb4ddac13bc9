"""Samples for stretched rotary rates."""

from __future__ import annotations

from typing import Any

import numpy as np


def rates(arrays: list[np.ndarray], params: dict[str, Any], rng: np.random.Generator) -> None:
    arrays[0] = np.abs(arrays[0]) + 0.01


PARAMETERS = {
    "rotary_rates": [{"width": 6, "base": 10000.0}, {"width": 8, "base": 500.0}],
    "stretch_by_turns": [
        {"factor": 8.0, "low": 1.0, "high": 4.0, "length": 8.0},
        {"factor": 2.0, "low": 0.5, "high": 2.0, "length": 3.0},
    ],
    "stretch_by_place": [{"factor": 4.0, "first": 0.0, "last": 3.0}, {"factor": 2.0, "first": 0.0, "last": 0.001}],
    "angles_at": [{"positions": 5, "start": 0}, {"positions": 3, "start": 7}],
}
OPERANDS = {"stretch_by_turns": rates, "stretch_by_place": rates}
