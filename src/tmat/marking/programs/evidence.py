"""How many numbers of a wrong matrix were free to be otherwise, and what it says that a bug makes them all.

What went wrong in a step has passed through every step after it, and no more numbers are free than the narrowest of
them lets through. Of two tokens under a causal mask the weights hold one free number a head: whatever happened to Q
or K moves the whole output along one line, and eight cells of it agree as soon as one does. So evidence is counted
in free numbers, not in cells: the largest flow (Ford & Fulkerson 1956) from the steps that went wrong to the
handed-in one, through steps that let pass as many numbers as they have cells that differ, less ties,
where a row that keeps its sum (a softmax) has one tie, and one that keeps its length too (a norm) two. A change that
another weight would make as well has no more free numbers than the weight: change = X·ΔW leaves rank(X) in a column.
Where what was handed in is the right matrix times one number, or plus one number, that number is all that is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import TypeAlias

import numpy as np

from tmat.marking.key import KeyMatrix
from tmat.marking.programs.chain import Held
from tmat.operations.bounds import CONFIDENCE
from tmat.operations.operation import Array

SURE = log(1000.0)  # a thousand to one
LEAST = 0.2  # deviations that a correct program leaves over at least, by the root of the mean square; up to 0.6
SHARES = ("softmax", "softmax_tempered", "softmax_based", "renormalize")
NORMS = ("normalize", "normalize_outside", "normalize_rms", "normalize_rms_outside")
UNBOUNDED = 1 << 62
Node: TypeAlias = tuple[int, int]
"""Where numbers go into a matrix, and where they come out."""
SOURCE: Node = (-1, 1)
WEIGHTED = ("matmul", "linear")
"""Operations whose second operand is a weight."""


class FreeNumbers:
    """How many numbers each matrix that some bugs changed lets pass."""

    def __init__(self, right: Mapping[int, Held], misfit: float) -> None:
        self.right, self.misfit = right, misfit
        self._passes: dict[int, int] = {}
        self._of: dict[int, tuple[int, ...]] = {}
        self._first: set[int] = set()

    def see(self, matrix: KeyMatrix, made: Held, *, first: bool) -> None:
        """A matrix that was changed; ``first`` where a bug lies in this step itself."""
        right, of = self.right[matrix.index], matrix.of or ()
        changed = tuple(operand for operand in of if operand in self._passes)
        passes = differing(made, right, self.misfit, matrix.op.name if matrix.op else "")
        if first and not changed and matrix.op is not None and matrix.op.name in WEIGHTED:
            passes = min(passes, of_weight(self.right[of[0]].values, made, right, biased=len(of) > 2))
        self._passes[matrix.index], self._of[matrix.index] = passes, changed
        if first:
            self._first.add(matrix.index)

    def at(self, target: int) -> int:
        """The free numbers of one of them."""
        edges: dict[Node, dict[Node, int]] = {}

        def join(tail: Node, head: Node, most: int) -> None:
            edges.setdefault(tail, {})[head] = most
            edges.setdefault(head, {}).setdefault(tail, 0)

        for index, passes in self._passes.items():
            join((index, 0), (index, 1), passes)
            for operand in self._of[index]:
                join((operand, 1), (index, 0), UNBOUNDED)
            if index in self._first:
                join(SOURCE, (index, 0), UNBOUNDED)
        return _flow(edges, (target, 1))


def _flow(edges: dict[Node, dict[Node, int]], sink: Node) -> int:
    """The largest flow from the source; it uses the edges up."""
    total = 0
    while True:
        came: dict[Node, Node] = {SOURCE: SOURCE}
        waiting = [SOURCE]
        for node in waiting:
            for head, left in edges.get(node, {}).items():
                if left and head not in came:
                    came[head] = node
                    waiting.append(head)
        if sink not in came:
            return total
        path = [sink]
        while path[-1] != SOURCE:
            path.append(came[path[-1]])
        steps = list(zip(path[1:], path[:-1], strict=True))
        flow = min(edges[tail][head] for tail, head in steps)
        for tail, head in steps:
            edges[tail][head] -= flow
            edges[head][tail] += flow
        total += flow


def of_weight(x: Array, made: Held, right: Held, *, biased: bool = False) -> int:
    """The free numbers of a change that another weight, and another bias, would make as well; else the cells.

    >>> x = np.array([[1.0], [2.0], [4.0]])
    >>> right, made = (Held(x @ np.array([[w, 1.0]]), np.full((3, 2), 1e-9)) for w in (3.0, 5.0))
    >>> of_weight(x, made, right), of_weight(x, made, right, biased=True)
    (2, 4)
    """
    change = made.values - right.values
    x = np.hstack([x, np.ones((len(x), 1))]) if biased else x
    if (
        x.shape != (len(change), x.shape[1])
        or len(x) <= x.shape[1]
        or not (np.isfinite(x).all() and np.isfinite(change).all())
    ):
        return change.size
    weight, _, rank, _ = np.linalg.lstsq(x, change, rcond=None)
    tied = (np.abs(change - x @ weight) <= CONFIDENCE * made.errors).all()
    return int(rank) * change.shape[1] if tied else change.size


def of_one_number(made: Held, right: Array) -> bool:
    """Whether one factor, or one number added to every cell, would make the change as well.

    >>> right = np.array([[1.0, 2.0, 5.0]])
    >>> [of_one_number(Held(np.array([row]), np.full((1, 3), 1e-9)), right) for row in ([2.0, 4.0, 10.0], [2.0, 3.0, 6.0], [2.0, 3.0, 5.0])]
    [True, True, False]
    """
    with np.errstate(all="ignore"):
        factor = (made.values * right).sum() / np.square(right).sum()
        shift = (made.values - right).mean()
        room = CONFIDENCE * made.errors
        return any(bool((np.abs(made.values - other) <= room).all()) for other in (factor * right, right + shift))


def differing(made: Held, right: Held, misfit: float = 1.0, op: str = "") -> int:
    """The cells in which numbers differ by more than a program errs, less the ties that an operation puts on a row.

    >>> def held(*row):
    ...     return Held(np.array([row]), np.full((1, len(row)), 1e-9))
    >>> differing(held(0.2, 0.3, 0.5), held(0.2, 0.5, 0.3)), differing(held(0.2, 0.3, 0.5), held(0.2, 0.5, 0.3), op="softmax")
    (2, 1)
    """
    with np.errstate(all="ignore"):
        change = made.values - right.values
        known = np.isfinite(change)
        room = CONFIDENCE * misfit * made.errors
        differ = np.where(known, np.abs(change) > room, np.isfinite(made.values) | np.isfinite(right.values))
        ties = np.zeros(len(change))
        if op in SHARES or op in NORMS:
            ties += _kept(np.where(known, change, 0.0), room)
        if op in NORMS:
            grown = np.where(known, np.square(made.values) - np.square(right.values), 0.0)
            ties += _kept(grown, 2.0 * np.abs(made.values) * room)
    return int(np.maximum(differ.sum(axis=1) - ties, 0).sum())


def told(actual: Array, right: Array, made: Held, stored: Array, roundoff: float) -> tuple[Array, float]:
    """What each cell says for a bug that makes it, and the misfit: 0 where bug and right number do not differ.

    A cell says the ln of how many numbers it could have held as near to the right one, in steps of the misfit: the root
    of the mean square of what the bug leaves over, in deviations, no less than LEAST. It says no more than its type holds,
    −ln u: a norm of two numbers is nearly a sign, however exact. Of what is not finite where a number is due, a row says
    ln 2, as NaN spreads along it; where it has spread to all rows it says nothing.
    """
    deviation = np.maximum(np.hypot(made.errors, stored), 1e-300)
    with np.errstate(all="ignore"):
        off, left = np.abs(actual - right), (actual - made.values) / deviation
        known = np.isfinite(off)
        differ = known & (np.abs(made.values - right) > CONFIDENCE * deviation)
        scale = float(np.sqrt(np.mean(np.square(off[known])))) if known.any() else 1.0
        misfit = max(float(np.sqrt(np.mean(np.square(left[differ])))), LEAST) if differ.any() else 1.0
        each = np.where(differ, np.log(np.clip(scale / (deviation * misfit), 1.0, 1.0 / roundoff)), 0.0)
    lost = (~known & np.isfinite(right)).any(axis=1)
    each[lost, 0] = np.maximum(each[lost, 0], 0.0 if lost.all() else log(2.0))
    return np.asarray(each), misfit


def _kept(change: Array, room: Array) -> Array:
    """The rows whose sum did not change."""
    whole = np.sqrt(np.square(np.where(np.isfinite(room), room, 0.0)).sum(axis=1))
    return np.asarray(np.abs(change.sum(axis=1)) <= whole)
