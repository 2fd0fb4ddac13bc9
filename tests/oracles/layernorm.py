"""Makes fixtures/oracles/layernorm.npz from torch.nn.functional.layer_norm and rms_norm in float64.

Run: python tests/oracles/layernorm.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from torch.nn import functional

COUNT = 100
EPSILONS = (1e-5, 1e-6, 0.0)


def main() -> None:
    rng = np.random.default_rng(20160721)
    pick = random.Random(20160721)
    save_cases("layernorm", [case(n, rng, pick) for n in range(COUNT)])


def case(n: int, rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    """One norm of a few rows; even cases are LayerNorm, odd ones RMSNorm."""
    kind = "rms" if n % 2 else "layer"
    eps = EPSILONS[n // 2 % 3]
    # A row without deviation divided by its deviation is 0/0 when ε is 0: undefined, so no oracle.
    undefined = eps == 0.0 and kind == "layer"
    width = pick.randint(2 if undefined else 1, 9)
    x = spread(rng, pick.randint(1, 5), width) if undefined else rounded(rng, pick.randint(1, 5), width)
    constant = n % 5 == 0 and not undefined
    if constant:
        x[pick.randrange(len(x))] = pick.choice((0.7, -1.25, 3.0))

    gamma = rounded(rng, width) if pick.random() < 0.6 else None
    beta = rounded(rng, width) if kind == "layer" and gamma is not None and pick.random() < 0.7 else None
    scale, shift = (None if v is None else torch.from_numpy(v) for v in (gamma, beta))
    tensor = torch.from_numpy(x)
    if kind == "layer":
        output = functional.layer_norm(tensor, (width,), scale, shift, eps)
    else:
        output = functional.rms_norm(tensor, (width,), scale, eps)
    return {
        "kind": kind,
        "eps": eps,
        "constant_row": constant or (kind == "layer" and width == 1),
        "X": x,
        **({} if gamma is None else {"gamma": gamma}),
        **({} if beta is None else {"beta": beta}),
        "output": output,
    }


def spread(rng: np.random.Generator, rows: int, width: int) -> np.ndarray:
    """Rows whose deviation is far from 0, so that dividing by it loses no digits."""
    while True:
        x = rounded(rng, rows, width)
        if x.std(axis=1).min() > 0.1:
            return x


if __name__ == "__main__":
    main()
