"""Makes fixtures/oracles/positional.json: sinusoidal encodings from torch in float64.

Column i of position p is sin(p / base^e) where i is even and cos of the same where it is odd; the
exponent e is 2⌊i/2⌋/d when "paired" (Vaswani et al. 2017, section 3.5), 2·i/d when "column".

Run: python tests/oracles/positional.py
"""

from __future__ import annotations

import math

import torch
from store import nested, save_document

# positions, first position, d_model, base
SHAPES = (
    (6, 0, 6, 10000.0),
    (1, 0, 1, 10000.0),
    (7, 0, 5, 10000.0),
    (4, 3, 8, 10000.0),
    (10, 0, 3, 10000.0),
    (5, 0, 4, 100.0),
    (12, 0, 16, 1000.0),
    (3, 100, 7, 10000.0),
    (5, 1, 6, 2.5),
    (2, 0, 2, 10000.0),
    (4, 5000, 12, 10000.0),
)


def main() -> None:
    document = {
        "cases": [
            {
                "positions": positions,
                "start": start,
                "d_model": d_model,
                "base": base,
                "exponent": exponent,
                "values": nested(encode(positions, start, d_model, base, exponent)),
            }
            for exponent in ("paired", "column")
            for positions, start, d_model, base in SHAPES
        ]
    }
    save_document("positional", document)


def encode(positions: int, start: int, d_model: int, base: float, exponent: str) -> torch.Tensor:
    """Frequencies as exp(−e·ln base), sines in even columns and cosines in odd ones."""
    position = torch.arange(start, start + positions, dtype=torch.float64)[:, None]
    column = torch.arange(d_model, dtype=torch.float64)
    doubled = 2 * (column // 2) if exponent == "paired" else 2 * column
    angle = position * torch.exp(doubled / d_model * -math.log(base))
    values = torch.empty(positions, d_model, dtype=torch.float64)
    values[:, 0::2] = torch.sin(angle[:, 0::2])
    values[:, 1::2] = torch.cos(angle[:, 1::2])
    return values


if __name__ == "__main__":
    main()
