"""Detects pages with a token in each column, on which every matrix is transposed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.marking.printed import PrintedMatrix
from tmat.operations.operation import Array

LEAST = 2
"""Matrices that a page has at least: one alone on its side is a slip."""

BETTER = 3
"""Times as many cells that must agree on the other side, where the shapes leave it open."""


def on_its_side(pairs: Sequence[tuple[Array, PrintedMatrix]]) -> bool:
    """Whether all matrices of a page are plainly transposed; ``pairs`` are what is due and what was written.

    Either the shapes say so, of two matrices at least and of none the contrary; or all are square, and most
    numbers fit transposed, three times as many as fit as they stand.
    """
    oblong = [(due, printed) for due, printed in pairs if due.shape[0] != due.shape[1] and 1 not in due.shape]
    turned = sum(printed.shape == due.shape[::-1] for due, printed in oblong)
    if turned < len(oblong):
        return False
    if turned >= LEAST:
        return True
    square = [(due, printed) for due, printed in pairs if due.shape[0] == due.shape[1] == printed.shape[0]]
    square = [(due, printed) for due, printed in square if printed.shape == due.shape]
    if turned + len(square) < LEAST:
        return False
    as_it_stands = sum(int(printed.fits(due).sum()) for due, printed in square)
    on_other_side = sum(int(printed.fits(np.asarray(due.T)).sum()) for due, printed in square)
    cells = sum(due.size for due, _ in square)
    return 2 * on_other_side > cells and on_other_side >= BETTER * as_it_stands
