"""A number of an operand misread, in a product: a row or column is off by a multiple of one line of the other operand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tmat.marking.candidates import Candidate, mistake
from tmat.marking.findings import Cells
from tmat.marking.likelihood import MECHANISMS
from tmat.marking.printed import PrintedMatrix
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.products import linear, matmul, matmul_transposed
from tmat.operations.slips import Redo

LEAST = 3
"""Cells of a line that must agree: with one unknown number, two agree with something by chance."""

SHORT = 4
"""Decimals of numbers that are read off a page; longer ones are carried on in a machine."""

MISREAD = "number-misread"


def misread(step: Redo, printed: PrintedMatrix, claimed: Sequence[int | None]) -> Iterator[Candidate]:
    """The product with one number of an operand read as another, where that explains a row or a column.

    ``claimed``: the decimals of each operand that was made in a step. One last place more or less is rounding there.
    """
    if step.op not in (matmul, linear, matmul_transposed):
        return
    first, second = step.operands[:2]
    turned = step.op is matmul_transposed
    right = step()
    if right.shape != printed.shape:
        return
    unit = printed.step()
    off = np.where(printed.blank, 0.0, printed.values - right)
    factors = second.T if turned else second
    for row, column, readings, change in _in_lines(first, factors, off, unit, printed.blank, claimed[0]):
        values = right.copy()
        values[row] += change
        yield _candidate(step, 0, (row, column), readings, values, f"row {row + 1}")
    other = second if turned else second.T  # a row of it makes a column of the product
    for column, row, readings, change in _in_lines(other, first.T, off.T, unit.T, printed.blank.T, claimed[1]):
        values = right.copy()
        values[:, column] += change
        yield _candidate(step, 1, (column, row) if turned else (row, column), readings, values, f"column {column + 1}")


def _in_lines(
    read: Array, factors: Array, off: Array, unit: Array, blank: Cells, claimed: int | None
) -> Iterator[tuple[int, int, list[float], Array]]:
    """Of a product read·factors, the lines that one misread number explains: its place, its readings, what the first changes."""
    size = np.abs(off)
    told = (size > 0.49 * unit).sum(axis=1) >= LEAST  # where so many cells can move by a unit
    lines = np.nonzero((size > unit / 2).any(axis=1) & told)[0]
    decimals = _decimals(read) if lines.size else None
    if decimals is None or not np.isfinite(factors).all() or not np.isfinite(read).all():
        return
    least = 0.0 if claimed is None else 1.5 * 10.0**-claimed
    for line in map(int, lines):
        seen = ~blank[line] & np.isfinite(off[line])
        known = factors[:, seen]
        squares = (known * known).sum(axis=1)
        by = np.where(squares > 0.0, known @ off[line, seen] / np.where(squares > 0.0, squares, 1.0), 0.0)
        values = round_half_away(read[line] + by, decimals)
        values = np.where(np.abs(values - read[line]) > least, values, read[line])
        changes = (values - read[line])[:, None] * factors
        room = 0.51 * unit[line, seen]
        fits = np.abs(changes - off[line])[:, seen] <= room
        telling = (np.abs(changes[:, seen]) > unit[line, seen]).sum(axis=1) >= LEAST
        places = np.nonzero(fits.all(axis=1) & telling)[0]
        if len(places) == 1:  # else nothing says which it was
            k, place = int(places[0]), 10.0**-decimals
            near = [float(round_half_away(values[k] + n * place, decimals)) for n in (0, -1, 1, -2, 2)]
            off_by = np.outer(np.subtract(near, read[line, k]), factors[k]) - off[line]
            all_fit = (np.abs(off_by)[:, seen] <= room).all(axis=1)
            yield line, k, [one for one, fit in zip(near, all_fit, strict=True) if fit], changes[k]


def _decimals(a: Array) -> int | None:
    """The decimals that the numbers of a matrix have; None where they are no short decimals."""
    return next((n for n in range(SHORT + 1) if (np.abs(round_half_away(a, n) - a) <= 1e-9).all()), None)


def _candidate(
    step: Redo, n: int, place: tuple[int, int], readings: list[float], values: Array, line: str
) -> Candidate:
    """``readings``: what the number may have been read as, the likeliest first; rounding may leave some.

    ``among``: any of the numbers that make a cell, read as any that its matrix could hold, or with the other sign.

    What is charged for looking elsewhere whatever the candidate is (MECHANISMS) is a part of these, not more.
    """
    operand = step.operands[n]
    decimals = _decimals(operand) or 0
    value, about = readings[0], "about " if len(readings) > 1 else ""
    said = "one number of {operand}, {due} in row {row}, column {column}, was read as {read}: all of {line} is off"
    made = mistake(
        step, MISREAD, said, "compare {operand} with the sheet, number by number",
        operand=step.names[n], due=_shown(float(operand[place]), decimals), read=about + _shown(value, decimals),
        row=place[0] + 1, column=place[1] + 1, line=line, readings=tuple(readings),
    )  # fmt: skip
    possible = 1 if value == -operand[place] else max(int(np.ptp(operand) * 10**decimals), 10)
    among = step.operands[0].shape[1] * possible
    return Candidate(values, made, 1, max(among // MECHANISMS, 1))


def _shown(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")
