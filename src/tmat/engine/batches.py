"""One matrix of each batch, and one a head of what is of heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tmat.errors import fold
from tmat.sheet.names import HEADS, stem
from tmat.sheet.worksheet import Batch, Matrix

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration


def one_each(
    matrices: Mapping[str, Any], declared: Declaration, batch: int | None, *heads: int | None
) -> dict[str, Any]:
    """The matrices with the one of each batch that is asked for; what is of heads, h×n×m, is one a head: mask1, mask2, …

    ``heads`` are the numbers of heads that there may be: of queries, and of keys.
    """
    found: dict[str, Any] = {}
    named = {**declared.inputs, **declared.steps}
    for name, value in matrices.items():
        single = isinstance(value, (bool, int, float, str))  # an option that was misspelt: it is refused by its name
        if value is None or single or (isinstance(value, Matrix) and not isinstance(value, Batch)):
            found[name] = value
            continue
        one = value if isinstance(value, Matrix) else Matrix.of(name, value)
        own = stem(name)
        masked = own in map(fold, declared.masks)
        if isinstance(one, Batch) and batch is not None and not (masked and _fits(one, heads)):
            one = one.nth(batch)
        of_a_head = masked or any(each.of_a_head and fold(known) == own for known, each in named.items())
        if isinstance(one, Batch) and of_a_head and _fits(one, heads):
            found |= {f"{name}{h}": one.nth(h).renamed(f"{name}{h}") for h in range(1, len(one) + 1)}
        else:
            found[name] = one
    return found


def _fits(batch: Batch, heads: tuple[int | None, ...]) -> bool:
    return batch.arrays.ndim == 3 and len(batch) in heads and len(batch) in HEADS.values()
