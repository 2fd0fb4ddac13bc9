"""Dropout left on: some numbers are 0, and all others are larger by one factor."""

from __future__ import annotations

from math import log

import numpy as np

from tmat.marking.findings import Cells, Certainty, Extent, Finding, Kind, Mistake, cells_of
from tmat.marking.programs.chain import Held
from tmat.marking.programs.evidence import SURE
from tmat.operations.bounds import CONFIDENCE
from tmat.operations.operation import Array


def dropout_in(name: str, actual: Array, right: Held, stored: Array, wrong: Cells) -> Finding | None:
    """The finding that numbers went through dropout as they were handed in, which no two runs do alike.

    Of each number is asked whether it was kept or not, and of all that were kept one factor, 1/(1 − p).

    >>> exact = Held(np.array([[0.2, 0.3, 0.5]]), np.full((1, 3), 1e-16))
    >>> handed_in = np.array([[0.0, 0.6, 1.0]])
    >>> finding = dropout_in("weights", handed_in, exact, np.full((1, 3), 1e-16), handed_in != exact.values)
    >>> finding.names, finding.mistakes[0].details["p"]
    (('dropout-left-on',), '0.5')
    """
    due = np.isfinite(right.values) & (np.abs(right.values) > CONFIDENCE * right.errors)
    gone = due & (actual == 0.0)
    kept = due & ~gone
    if not gone.any() or kept.sum() < 2 or not np.isfinite(actual[kept]).all():
        return None
    factor = float((actual[kept] * right.values[kept]).sum() / np.square(right.values[kept]).sum())
    if not factor > 1.0:
        return None
    room = np.hypot(factor * right.errors, stored)
    made = np.where(gone, 0.0, factor * right.values)
    if not (np.abs(actual - made) <= CONFIDENCE * room)[due].all():
        return None
    size = float(np.sqrt(np.mean(np.square(actual[kept]))))
    told = np.log(np.maximum(size / np.maximum(room[kept], 1e-300), 1.0)).sum() * (1.0 - 1.0 / kept.sum())
    if told - log(2.0) * due.sum() < SURE:
        return None
    mistake = Mistake(
        "dropout-left-on", "dropout was left on: {gone} numbers are 0, and the others were divided by 1 − {p}",
        "switch dropout off before you compare: model.eval()", name,
        details={"gone": str(int(gone.sum())), "p": f"{1.0 - 1.0 / factor:.2g}"},
    )  # fmt: skip
    return Finding(Kind.SLIP, (mistake,), cells_of(wrong), Certainty.SURE, Extent.MATRIX)
