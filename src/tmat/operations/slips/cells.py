"""Slips of a single cell: a sign, a decimal point, two digits, a neighbour's number, one product of the sum."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from tmat.numbers import format_number, round_half_away
from tmat.numbers.rounding import digits_of
from tmat.operations.attention import renormalize, softmax, softmax_tempered
from tmat.operations.expression import Call, Cell, Expression, Number, Operand, Product, Quotient, Sum
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo

SHARES = (softmax, softmax_tempered, renormalize)
"""Operations whose rows sum to 1."""

TO_ONE = "made-to-sum-to-1"

LONGEST = 48
"""The most terms of a sum that are tried one by one."""


@dataclass(frozen=True, slots=True)
class CellSlip:
    """The number that a slip makes of one cell; ``among`` is how many numbers this kind of slip could have made.

    ``said`` and ``mend`` may name {result}, the operands {0}, {1}, …, and the ``details``.
    """

    name: str
    value: float
    said: str
    mend: str
    among: int = 1
    rare: int = 0
    details: Mapping[str, object] = field(default_factory=dict)


def cell_slips(step: Redo, right: Array, i: int, j: int, decimals: int | None) -> Iterator[CellSlip]:
    """The slips of one cell, the likelier first."""
    value = float(right[i, j])
    if not math.isfinite(value):
        return
    yield from _sign(value)
    yield from _point(value, decimals)
    yield from _digits(value, decimals)
    yield from _neighbours(right, i, j)
    if step.op in SHARES:
        yield from _to_one(right, i, j, decimals)
    yield from one_term(step, i, j)


def _sign(value: float) -> Iterator[CellSlip]:
    if value != 0.0:
        yield CellSlip("sign", -value, "the sign is wrong", "check the sign of this cell")


def _point(value: float, decimals: int | None) -> Iterator[CellSlip]:
    """The decimal point moved, in the exact number or in the one that should be printed."""
    if value == 0.0:
        return
    printed = value if decimals is None else float(round_half_away([value], decimals)[0])
    for power, number in product((1, -1, 2, -2, 3, -3), dict.fromkeys((printed, value))):
        details = {
            "places": f"{abs(power)} place{'s' if abs(power) > 1 else ''}",
            "way": "right" if power > 0 else "left",
        }
        moved = number * 10.0**power if power > 0 else number / 10.0**-power
        yield CellSlip(
            "decimal-point",
            moved,
            "the decimal point is {places} too far {way}",
            "check where the decimal point goes",
            6,
            details=details,
        )


def _digits(value: float, decimals: int | None) -> Iterator[CellSlip]:
    """Two neighbouring digits swapped, in the number that should be printed."""
    text = format_number(abs(value), 4 if decimals is None else decimals)
    printed = digits_of(text)
    if printed is None or not printed.digits:
        return
    digits = printed.digits
    padded = digits if len(digits) > -printed.exponent else digits.rjust(-printed.exponent + 1, "0")
    found = []
    for n in range(len(padded) - 1):
        if padded[n] != padded[n + 1]:
            swapped = padded[:n] + padded[n + 1] + padded[n] + padded[n + 2 :]
            found.append(math.copysign(float(f"{swapped}e{printed.exponent}"), value))
    for number in found:
        yield CellSlip(
            "digits-swapped", number, "two digits are swapped", "compare with your working, digit by digit", len(found)
        )


def _neighbours(right: Array, i: int, j: int) -> Iterator[CellSlip]:
    height, width = right.shape
    places = (
        (0, 1, "to its right"), (0, -1, "to its left"), (1, 0, "below it"), (-1, 0, "above it"),
        (1, 1, "below it to the right"), (-1, -1, "above it to the left"),
        (1, -1, "below it to the left"), (-1, 1, "above it to the right"),
    )  # fmt: skip
    for down, across, where in places:
        row, col = i + down, j + across
        if 0 <= row < height and 0 <= col < width:
            yield CellSlip(
                "neighbours-value",
                float(right[row, col]),
                "this is the number of the cell {where}",
                "check which cell you were copying",
                4 if 0 in (down, across) else 8,
                int(0 not in (down, across)),
                {"where": where},
            )


def _to_one(right: Array, i: int, j: int, decimals: int | None) -> Iterator[CellSlip]:
    """The cell changed so that its rounded row sums to 1."""
    if decimals is not None:
        row = round_half_away(right[i], decimals)
        left_over = round(1.0 - float(row.sum()), decimals)
        if left_over:
            said, mend = (
                "this cell was changed so that its row sums to 1",
                "leave it: rounded weights need not sum to 1",
            )
            yield CellSlip(TO_ONE, float(row[j]) + left_over, said, mend, right.shape[1])


def one_term(step: Redo, i: int, j: int) -> Iterator[CellSlip]:
    """The cell with one term wrong, in the first sum of its working."""
    operands = [Operand(name, values) for name, values in zip(step.names, step.operands, strict=True)]
    try:
        working = step.op.at(i, j, *operands, **step.params)
    except (AssertionError, IndexError):
        return
    top = _sum_of(working)
    if top is None or not 2 <= len(top.terms) <= LONGEST:
        return
    # in a plain sum the other terms become numbers, so that each is evaluated once
    others = [Number(term.value) for term in top.terms] if working is top else top.terms
    for n, term in enumerate(top.terms):
        kind = "product" if isinstance(term, Product) else "term"
        among = len(top.terms)
        for name, said, new, rare, more in _changed(term, kind):
            value = _with(working, top, Sum((*others[:n], new, *others[n + 1 :]))).value
            if math.isfinite(value):
                details = {"kind": kind, "which": n + 1, "terms": among, **more}
                mend = "work out the {kind}s of this sum one by one"
                yield CellSlip(name, value, said, mend, among * (1 + 2 * rare), rare, details)


def _changed(term: Expression, kind: str) -> Iterator[tuple[str, str, Expression, int, dict[str, str]]]:
    """Ways to get a term wrong: the slip's name, its sentence, the wrong term, how rare it is, and further details."""
    which = "{kind} {which} of {terms}"
    name = "one-product" if kind == "product" else "one-term"
    value = term.value
    yield f"{name}-left-out", f"{which} was left out of the sum", Number(0.0), 0, {}
    yield f"{name}-twice", f"{which} was added twice", Number(2 * value), 0, {}
    yield f"{name}-wrong-sign", f"{which} has the wrong sign", Number(-value), 0, {}
    if isinstance(term, Product) and len(term.factors) == 2:
        first, second = term.factors
        yield f"{name}-added", f"in {which} the two numbers were added, not multiplied", first + second, 1, {}
        for power in (10.0, 0.1):
            yield (
                f"{name}-decimal-point",
                f"{which} has its decimal point in the wrong place",
                Number(value * power),
                1,
                {},
            )
        for left, right in ((first, second), (second, first)):
            if not (isinstance(left, Cell) and isinstance(right, Cell)):
                continue
            for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                row, col = left.i + down, left.j + across
                if 0 <= row < left.operand.height and 0 <= col < left.operand.width:
                    said = f"in {which} a number next to the right one was taken from {{matrix}}"
                    yield f"{name}-wrong-factor", said, left.operand[row, col] * right, 2, {"matrix": left.operand.name}


def _sum_of(expression: Expression) -> Sum | None:
    """The first sum in the working."""
    if isinstance(expression, Sum):
        return expression
    if isinstance(expression, Quotient | Call):
        for part in expression.parts:
            found = _sum_of(part)
            if found is not None:
                return found
    return None


def _with(expression: Expression, target: Sum, new: Sum) -> Expression:
    """The working with another sum in place of ``target``."""
    if expression is target:
        return new
    if isinstance(expression, Quotient):
        return Quotient(_with(expression.top, target, new), _with(expression.bottom, target, new))
    if isinstance(expression, Call):
        return Call(expression.function, _with(expression.argument, target, new))
    return expression
