"""What a matrix cannot be, whatever it is: weights that turn the order of their scores around, or do not sum to 1."""

from __future__ import annotations

import numpy as np

from tmat.marking.key import Planned
from tmat.marking.printed import Cells, Printed
from tmat.marking.recomputed import Sources
from tmat.marking.verdicts import Finding
from tmat.operations.operation import Array

SOFTMAX = ("softmax", "softmax_tempered")


def property_of(planned: Planned, sources: Sources, printed: Printed, left: Cells) -> Finding | None:
    """The property that unexplained numbers break, where the step has one."""
    if planned.op is None or planned.of is None or planned.op.name not in SOFTMAX:
        return None
    line = sources.operands(planned)[0]
    scores = line.theirs[0] if line.theirs else line.planned.values
    return no_softmax(scores, printed, left, line.planned.name)


def no_softmax(scores: Array, printed: Printed, left: Cells, name: str) -> Finding | None:
    """Shares that no softmax of these scores can be: a larger score with a smaller share, equal ones with two."""
    if scores.shape != printed.shape:
        return None
    shares, unit = printed.values, printed.step()
    broken = np.zeros(shares.shape, dtype=bool)
    turned = unequal = outside = False
    for i in np.nonzero(left.any(axis=1))[0]:
        row, own, last = scores[i], shares[i], unit[i]
        room = (last[:, None] + last[None, :]) * (0.5 + 1e-9)
        more = row[:, None] > row[None, :]
        less = own[:, None] < own[None, :] - room
        same = (row[:, None] == row[None, :]) & (np.abs(own[:, None] - own[None, :]) > room)
        wrong = (own < -last) | (own > 1 + last)
        turned |= bool((more & less).any())
        unequal |= bool(same.any())
        outside |= bool(wrong.any())
        if (more & less).any() or same.any() or wrong.any():
            broken[i] = left[i]
    if not broken.any():
        return None
    said = []
    if outside:
        said.append("a share is below 0 or above 1")
    if turned:
        said.append("a larger number has a smaller share")
    if unequal:
        said.append("equal numbers have different shares")
    cells = tuple((int(i), int(j)) for i, j in np.argwhere(broken))
    return Finding(
        "property",
        ("no-softmax",),
        f"this is no softmax of {name}: {', and '.join(said)}",
        "raise e to each number, then divide by the row's sum: the larger number has the larger share",
        cells,
    )
