"""Which cells agree: with the key, with the step recomputed from the writer's own right numbers, or from their wrong ones."""

from __future__ import annotations

from collections.abc import Iterator

from tmat.marking.findings import Cells
from tmat.marking.key import KeyMatrix
from tmat.marking.mixed_rounding import mixed
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed
from tmat.marking.rounding_room import by_guard_digits, within_reach
from tmat.marking.states import Side, as_right, as_theirs
from tmat.operations.operation import Array

MOSTLY = 0.75  # of the cells: a way of rounding that fits so many is the writer's
ALIKE = 24  # ways that are tried before mixtures, in which each matrix may be rounded in a way of its own
FEW = 4  # ways that are tried before it is asked whether more could help


def right_cells(recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix) -> tuple[Cells, Cells, Array | None]:
    """The cells that are right, those right by one way of rounding alone, and the unrounded numbers of that way."""
    blank = printed.blank
    by_key = printed.fits(due.values)
    if (by_key | blank).all():
        return by_key, by_key, None
    right = base = by_key
    mostly: list[Array] = []  # the ways that most cells agree with
    operands = recomputed.operands(due)
    off, seen = any(operand.off for operand in operands), not any(operand.unseen for operand in operands)
    for n, way in enumerate(_ways(recomputed, due, as_right, printed, ~blank)):
        fits = printed.fits(way)
        count = int((fits | blank).sum())
        if count >= MOSTLY * fits.size:
            mostly.append(way)
            right = right | fits
        if n == 0:
            right = right | fits
            base = fits if fits.sum() > base.sum() + max(2, base.size // 10) else base
        if count == fits.size:
            return fits | by_key, fits, way
        if (right | blank).all():
            return right, right, way
        left = ~right & ~blank
        if n == 0:
            if off and (printed.fits(next(recomputed.all(due, as_theirs), way)) | ~left).all():
                break  # it follows
            near = within_reach(due, recomputed, printed, as_right, way) | fits
            if seen and ((near | blank).sum() < MOSTLY * fits.size or not (near & left).any()):
                break  # no other way can be the writer's
        if n == FEW and 2 * int((near & left).sum()) < int(left.sum()):
            break
        if n == FEW and off:
            own_alike = recomputed.all(due, as_theirs, ALIKE)  # from the writer's own numbers, all carried on alike
            if any((printed.fits(own) | ~left).all() for own in own_alike):
                break  # it follows
    guarded = right | by_guard_digits(due, recomputed, printed, as_right, mostly)
    if (guarded | blank).all():
        return guarded, guarded, None
    return right, base, None


def _ways(recomputed: Recomputed, due: KeyMatrix, side: Side, printed: PrintedMatrix, cells: Cells) -> Iterator[Array]:
    """The ways to do a step, the likelier first; the mixture of them that most cells agree with is the last."""
    yield from recomputed.all(due, side, ALIKE)
    if side is as_right:
        yield from (way for way in (due.exact, due.unrounded) if way is not None)
        if any(operand.off for operand in recomputed.operands(due)):
            own = mixed(recomputed, recomputed.states[due.index], as_theirs, printed, cells)
            if own is not None and (printed.fits(own) | ~cells).all():
                return  # it follows
    way = mixed(recomputed, recomputed.states[due.index], side, printed, cells)
    if way is not None:
        yield way


def following_cells(recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix, left: Cells) -> Cells | None:
    """The cells that are right given the writer's own wrong numbers; None where those before are right."""
    operands = recomputed.operands(due)
    if not any(operand.off for operand in operands):
        return None
    seen = not any(operand.unseen for operand in operands)
    found: Cells = ~left & left
    mostly: list[Array] = []
    wanted = int(left.sum())
    for n, way in enumerate(_ways(recomputed, due, as_theirs, printed, left)):
        fits = printed.fits(way)
        count = int((fits & left).sum())
        if count >= MOSTLY * wanted:
            mostly.append(way)
            found = found | fits
        if n == 0:
            found = found | fits
        if (found | ~left).all():
            return found
        if n == 0:
            near = (within_reach(due, recomputed, printed, as_theirs, way) | fits) & left
            if seen and (near.sum() < MOSTLY * wanted or not (near & ~found).any()):
                break  # no other way can be the writer's
        if n == FEW and 2 * int((near & ~found).sum()) < int((left & ~found).sum()):
            break
    guarded = found | by_guard_digits(due, recomputed, printed, as_theirs, mostly)
    return guarded if (guarded | ~left).all() else found
