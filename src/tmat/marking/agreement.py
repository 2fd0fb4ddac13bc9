"""Which cells agree: with the key, with the step recomputed from the writer's own right numbers, or from their wrong ones."""

from __future__ import annotations

from collections.abc import Iterator

from tmat.marking.findings import Cells
from tmat.marking.key import KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed
from tmat.operations.operation import Array

MOSTLY = 0.75  # of the cells: a way of rounding that fits so many is the writer's


def right_cells(recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix) -> tuple[Cells, Cells, list[Array]]:
    """The cells that are right, those right by one way of rounding alone, and the unrounded numbers behind."""
    blank = printed.blank
    by_key = printed.fits(due.values)
    if (by_key | blank).all():
        unrounded = due.unrounded if due.unrounded is not None else due.values
        own = next(recomputed.rights(due), None)
        if own is not None and (printed.fits(own) | blank).all():
            return by_key, by_key, [own, unrounded]
        return by_key, by_key, [unrounded]
    right = base = by_key
    for n, way in enumerate(_ways(recomputed, due)):
        fits = printed.fits(way)
        if n == 0:
            right = right | fits
            base = fits if fits.sum() > base.sum() + max(2, base.size // 10) else base
        elif (fits | blank).mean() >= MOSTLY:
            right = right | fits
        if (fits | blank).all():
            return fits | by_key, fits, [way]
        if (right | blank).all():
            return right, right, [way]
    return right, base, []


def _ways(recomputed: Recomputed, due: KeyMatrix) -> Iterator[Array]:
    """The right ways to do a step, the likelier first; looking further back only where they do not do."""
    yield from recomputed.rights(due)
    if due.exact is not None:
        yield due.exact
    if due.unrounded is not None:
        yield due.unrounded
    found = [recomputed.deepen(operand) for operand in recomputed.operands(due)]  # all of them
    if any(found):
        yield from recomputed.rights(due)


def following_cells(recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix, left: Cells) -> Cells | None:
    """The cells that are right given the writer's own wrong numbers; None where those before are right."""
    if not any(operand.off for operand in recomputed.operands(due)):
        return None
    found: Cells | None = None
    for way in recomputed.follows(due):
        fits = printed.fits(way)
        if found is None:
            found = fits
        elif (fits & left).sum() > max((found & left).sum(), MOSTLY * left.sum() - 1):
            found = found | fits
        if (found | ~left).all():
            break
    return found
