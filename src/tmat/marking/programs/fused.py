"""Bugs of one projection that makes Q, K and V at once: its thirds taken in another order, or cut by heads first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations

import numpy as np

from tmat.marking.findings import Mistake
from tmat.marking.programs.bugs import Bug, Bugs
from tmat.marking.programs.chain import Held
from tmat.marking.programs.layers import with_given
from tmat.operations.operation import Array

PARTS = "QKV"
MEND = "Q, K and V have a projection each; where one product holds all three, cut it in three, then each into heads"


def of_fused(bugs: Bugs) -> Iterator[Bug]:
    """The ways to cut Q, K and V wrongly out of one product; none where they have different widths."""
    heads = _heads(bugs)
    for order in permutations(range(3)):
        if order != (0, 1, 2):
            taken = ", ".join(PARTS[order.index(n)] for n in range(3))
            said = f"Q, K, V were taken for {taken}"
            yield from _cut(bugs, "thirds-in-wrong-order", said, partial(_in_order, order))
    said = "each of Q, K and V took every third column of the projection"
    yield from _cut(bugs, "thirds-dealt-out", said, lambda parts: _by_heads(parts, parts[0].shape[1]))
    if heads > 1:
        said = "Q, K and V of each head were taken side by side: the projection was cut by heads first"
        yield from _cut(bugs, "heads-cut-before-thirds", said, lambda parts: _by_heads(parts, heads))


def _heads(bugs: Bugs) -> int:
    """How many heads a projection is cut into."""
    counts: dict[int, int] = {}
    for index in bugs.steps:
        matrix = bugs.chain.key.matrices[index]
        if matrix.op is not None and matrix.op.name == "columns" and matrix.of:
            counts[matrix.of[0]] = counts.get(matrix.of[0], 0) + 1
    return max(counts.values(), default=1)


def _cut(bugs: Bugs, name: str, said: str, cut: Callable[[list[Array]], list[Array]]) -> Iterator[Bug]:
    """The bug that every projection and its bias is cut in one way."""
    given = {(matrix.stage, matrix.name): matrix.index for matrix in bugs.chain.key.matrices if matrix.given}
    others: dict[int, Held] = {}
    for stage in {stage for stage, _ in given}:
        for kind in ("W", "b"):
            own = [given[stage, f"{kind}_{part}"] for part in PARTS if (stage, f"{kind}_{part}") in given]
            held = [bugs.chain.fixed[index] for index in own]
            if len(held) == len(PARTS) and len({each.values.shape for each in held}) == 1:
                values, errors = cut([each.values for each in held]), cut([each.errors for each in held])
                others |= {index: Held(cells, room) for index, cells, room in zip(own, values, errors, strict=True)}
    yield from with_given(bugs, others, Mistake(name, said, MEND), 1)


def _in_order(order: Sequence[int], parts: list[Array]) -> list[Array]:
    return [parts[n] for n in order]


def _by_heads(parts: list[Array], heads: int) -> list[Array]:
    """Each part where the columns are taken as [heads, 3, width]."""
    whole = np.concatenate(parts, axis=1)
    cells = whole.reshape(len(whole), heads, len(parts), -1)
    return [cells[:, :, n].reshape(len(whole), -1) for n in range(len(parts))]
