"""Properties that a right matrix must have, and a wrong one breaks: softmax keeps the order of its scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tmat.marking.findings import Cells, Extent, Finding, Kind, Mistake, Numbers, cells_of
from tmat.marking.key import KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed
from tmat.operations.operation import Array

SOFTMAX = ("softmax", "softmax_tempered")

NO_SOFTMAX = Mistake(
    "no-softmax",
    "this is no softmax of {0}: {reasons:, and }",
    "raise e to each number, then divide by the row's sum: the larger number has the larger share",
)
REASONS = (
    "a share is below 0 or above 1",
    "a larger number has a smaller share",
    "equal numbers have different shares",
)


def property_of(due: KeyMatrix, recomputed: Recomputed, printed: PrintedMatrix, left: Cells) -> Finding | None:
    """The property that unexplained numbers break, where the step has one."""
    if due.op is None or due.of is None or due.op.name not in SOFTMAX:
        return None
    operand = recomputed.operands(due)[0]
    found = no_softmax(operand.theirs.first, printed, left, operand.due.name)
    if found is not None:
        found.made_from = recomputed.sources(due, Numbers.OWN if operand.off else Numbers.RIGHT)
    return found


def no_softmax(scores: Array, printed: PrintedMatrix, left: Cells, name: str) -> Finding | None:
    """Shares that no softmax of these scores can be: a larger score with a smaller share, equal ones with two."""
    if scores.shape != printed.shape:
        return None
    shares, unit = printed.values, printed.step()
    broken = np.zeros(shares.shape, dtype=bool)
    found = np.zeros(len(REASONS), dtype=bool)
    for i in np.nonzero(left.any(axis=1))[0]:
        row, own, last = scores[i], shares[i], unit[i]
        room = (last[:, None] + last[None, :]) * (0.5 + 1e-9)
        more = row[:, None] > row[None, :]
        less = own[:, None] < own[None, :] - room
        same = (row[:, None] == row[None, :]) & (np.abs(own[:, None] - own[None, :]) > room)
        wrong = (own < -last) | (own > 1 + last)
        holds = np.array([wrong.any(), (more & less).any(), same.any()])
        found |= holds
        if holds.any():
            broken[i] = left[i]
    if not broken.any():
        return None
    reasons = tuple(reason for reason, holds in zip(REASONS, found, strict=True) if holds)
    mistake = replace(NO_SOFTMAX, operands=(name,), details={"reasons": reasons})
    return Finding(Kind.PROPERTY, (mistake,), cells_of(broken), extent=Extent.ROWS)
