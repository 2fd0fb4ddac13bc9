"""The slips, a module a family of operations, as the operations are; importing registers them."""

from __future__ import annotations

from tmat.operations.slips import (
    activation,
    anywhere,
    attention,
    deviations,
    elementwise,
    heads,
    masks,
    means,
    normalization,
    products,
    scaling,
    words,
)
from tmat.operations.slips.slip import EVERYWHERE, Redo, Slip, Variant, slip

__all__ = [
    "EVERYWHERE",
    "Redo",
    "Slip",
    "Variant",
    "activation",
    "anywhere",
    "attention",
    "deviations",
    "elementwise",
    "heads",
    "masks",
    "means",
    "normalization",
    "products",
    "scaling",
    "slip",
    "words",
]
