"""Makes fixtures/oracles/activations.npz: activations and softmax of torch in float64, extremes included.

Run: python tests/oracles/activations.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from torch.nn import functional

HUGE = 1e308
SMALL = (5e-324, 1e-310, 2.2250738585072014e-308, 1e-200, 1e-30, 1e-16, 1e-8, 1e-3)
LARGE = (5.5, 6.0, 8.0, 8.3, 10.0, 20.0, 37.0, 40.0, 709.0, 710.0, 745.0, 746.0, 1000.0, 1e10, 1e154, HUGE)
ACTIVATIONS = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "tanh": torch.tanh,
    "silu": functional.silu,
}
SOFTMAX = {
    "thousands": [[1000.0, 1001.0, 1002.0], [-1000.0, -1001.0, -1002.0], [5000.0, -5000.0, 4999.5]],
    "masked": [[1.0, -np.inf, -np.inf], [0.5, 0.25, -np.inf], [-np.inf, -np.inf, -3.0], [2.0, 2.0, 2.0]],
    "masked thousands": [[-1000.0, -np.inf], [-np.inf, 1e308], [-1e308, -np.inf]],
    "huge": [[HUGE, HUGE, -HUGE], [HUGE, 0.0, -HUGE], [-HUGE, -HUGE, -HUGE], [HUGE, 0.999 * HUGE, 0.0]],
    "one column": [[0.0], [1e308], [-1e308], [-745.0]],
    "underflow": [[0.0, -700.0, -744.0, -746.0], [0.0, -37.0, -40.0, -1.0]],
    "equal": [[0.1] * 7, [1e-320] * 7, [-40.0] * 7],
}


def main() -> None:
    rng = np.random.default_rng(20160627)
    edges = np.array([0.0, -0.0, *SMALL, *LARGE])
    x = np.concatenate([edges, -edges, rounded(rng, 60, low=-6.0, high=6.0)])
    found: list[dict[str, Any]] = [
        {"kind": name, "X": x, "output": function(torch.from_numpy(x))} for name, function in ACTIVATIONS.items()
    ]
    rows = {name: np.array(values) for name, values in SOFTMAX.items()}
    for n in range(20):
        shape = rng.integers(1, 8, 2)
        rows[f"random {n + 1}"] = rounded(rng, *shape, low=-30.0, high=30.0)
    for name, values in rows.items():
        output = torch.softmax(torch.from_numpy(values), dim=-1)
        found.append({"kind": "softmax", "about": name, "X": values, "output": output})
    save_cases("activations", found)


if __name__ == "__main__":
    main()
