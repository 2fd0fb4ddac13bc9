"""Makes fixtures/oracles/torch_draws.json: what torch draws under manual_seed.

For each seed one run of draws in a fixed order (DRAWS), as the SHA-256 of all their float32 bytes, little-endian,
each matrix row by row, a linear layer's weight transposed to d_in × d_out and then its bias, a dropout as its ones
and zeros. For a few seeds every draw's own hash too, so that a difference can be placed; and the first
numbers of some draws as they are.

Run: python tests/oracles/torch_draws.py
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import torch
from store import nested, save_document

# Small and large, below and above the sixteen numbers at which torch changes to vector code elsewhere; a dropout
# of 0 and one of 1, which draw nothing; then one more number, to see where the generator stands.
DRAWS: list[list[Any]] = [
    ["rand", 3, 2],
    ["linear", 3, 2, False],
    ["dropout", 6, 6, 0.5],
    ["linear", 6, 4, True],
    ["rand", 1, 1],
    ["rand", 64, 64],
    ["linear", 64, 64, False],
    ["linear", 17, 33, True],
    ["dropout", 64, 64, 0.1],
    ["dropout", 5, 7, 0.0],
    ["dropout", 5, 7, 1.0],
    ["linear", 1, 5, True],
    ["linear", 100, 3, True],
    ["dropout", 1, 1, 0.9],
    ["rand", 5, 3],
]
SEEDS = [*range(100), 2**31, 2**32 - 1, 2**32 + 5, 2**63, 2**64 - 1]
PLACED = [0, 123, 789]


def main() -> None:
    save_document(
        "torch_draws",
        {
            "torch": torch.__version__,
            "draws": DRAWS,
            "seeds": {str(seed): hashed(b"".join(run(seed))) for seed in SEEDS},
            "placed": {str(seed): [hashed(draw) for draw in run(seed)] for seed in PLACED},
            "numbers": {str(seed): numbers(seed) for seed in PLACED},
        },
    )


def run(seed: int) -> list[bytes]:
    torch.manual_seed(seed)
    return [b"".join(map(raw, draw(*what))) for what in DRAWS]


def numbers(seed: int) -> dict[str, Any]:
    torch.manual_seed(seed)
    weight, bias = draw("linear", 3, 2, True)
    return {
        "linear": {"W": nested(weight), "b": nested(bias)},
        "dropout": nested(draw("dropout", 2, 6, 0.5)[0]),
        "rand": nested(draw("rand", 2, 3)[0]),
    }


def draw(kind: str, rows: int, cols: int, option: Any = None) -> list[torch.Tensor]:
    if kind == "rand":
        return [torch.rand(rows, cols)]
    if kind == "dropout":
        return [(torch.nn.Dropout(option)(torch.ones(rows, cols)) != 0).float()]
    layer = torch.nn.Linear(rows, cols, bias=option)
    return [layer.weight.detach().T, *([layer.bias.detach()] if option else [])]


def raw(tensor: torch.Tensor) -> bytes:
    return np.ascontiguousarray(tensor.numpy()).astype("<f4").tobytes()


def hashed(content: bytes) -> str:
    return sha256(content).hexdigest()


if __name__ == "__main__":
    main()
