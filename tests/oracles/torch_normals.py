"""Makes fixtures/oracles/torch_normals.json: the normal numbers that torch draws under manual_seed, on a processor with AVX2.

For each seed one run of draws in a fixed order (DRAWS), as the SHA-256 of all their float32 bytes, little-endian, row by row;
for a few seeds every draw's own hash too, and the first numbers as they are.

Run: python tests/oracles/torch_normals.py
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import torch
from store import nested, save_document

# Below, at and above the sixteen numbers at which torch changes to its vector code; single ones, of which the second of a
# pair waits for the next small draw; others between them, to see where the generator stands.
DRAWS: list[list[str | int]] = [
    ["randn", 1, 1], ["randn", 4, 4], ["randn", 1, 1], ["randn", 3, 5], ["randn", 17, 1], ["rand", 2, 2], ["randn", 1, 1],
    ["embedding", 6, 4], ["randn", 31, 1], ["randn", 64, 129], ["randn", 2, 3], ["rand", 1, 1],
]  # fmt: skip
SEEDS = [*range(100), 2**31, 2**32 - 1, 2**32 + 5, 2**63, 2**64 - 1]
PLACED = [0, 123, 789]


def main() -> None:
    torch.set_num_threads(1)
    save_document(
        "torch_normals",
        {
            "torch": torch.__version__,
            "capability": torch.backends.cpu.get_cpu_capability(),
            "draws": DRAWS,
            "seeds": {str(seed): hashed(b"".join(run(seed))) for seed in SEEDS},
            "placed": {str(seed): [hashed(draw) for draw in run(seed)] for seed in PLACED},
            "numbers": {str(seed): numbers(seed) for seed in PLACED},
        },
    )


def run(seed: int) -> list[bytes]:
    torch.manual_seed(seed)
    return [draw(*what).numpy().astype("<f4").tobytes() for what in DRAWS]  # type: ignore[arg-type]


def draw(kind: str, rows: int, cols: int) -> torch.Tensor:
    if kind == "embedding":
        return torch.nn.Embedding(rows, cols).weight.detach()
    return torch.randn(rows, cols) if kind == "randn" else torch.rand(rows, cols)


def numbers(seed: int) -> list[list[float]]:
    torch.manual_seed(seed)
    return [*nested(torch.randn(1, 3)), *np.asarray(nested(torch.randn(4, 5))).tolist()]


def hashed(content: bytes) -> str:
    return sha256(content).hexdigest()


if __name__ == "__main__":
    main()
