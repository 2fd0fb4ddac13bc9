"""Backward rules of sums, scalings and rearrangements, of positions and of experts."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import add_all, column_dots, column_sums, row_dots, subtract
from tmat.operations.backward.rule import FLAT, SLOPE, Made, backward, made
from tmat.operations.elementwise import (
    add,
    add_number,
    add_row,
    add_scaled,
    columns,
    concat,
    divide,
    divide_by_root,
    flatten,
    multiply,
    one_row,
    scale_and_shift,
    scale_columns,
    scale_rows,
)
from tmat.operations.placing import gather_rows, in_rows, put_columns, put_row, transpose
from tmat.operations.positions import alibi, alibi_slopes, multiply_by_root, rotary_angles, rotate
from tmat.operations.stretching import angles_at, rotary_rates, stretch_by_place, stretch_by_turns
from tmat.operations.words import largest, lookup, sinusoid, token_ids

FLAT.update(
    op.name for op in (alibi_slopes, angles_at, rotary_angles, rotary_rates, stretch_by_place, stretch_by_turns)
)
FLAT.update(op.name for op in (largest, sinusoid, token_ids))


@backward(add)
def _(a: Any, b: Any) -> Any:  # both get the gradient of the sum
    return SLOPE, SLOPE


@backward(add_all)
def _(*parts: Any) -> Any:
    return [SLOPE] * len(parts)


@backward(subtract)
def _(a: Any, b: Any) -> Any:
    return SLOPE, made(divide, SLOPE, by=-1.0)


@backward(multiply)
def _(a: Any, b: Any) -> Any:
    return made(multiply, SLOPE, b), made(multiply, SLOPE, a)


@backward(divide)
def _(a: Any, *, by: float) -> Any:
    return [made(divide, SLOPE, by=by)]


@backward(divide_by_root)
def _(a: Any, *, d: float) -> Any:
    return [made(divide_by_root, SLOPE, d=d)]


@backward(scale_and_shift)
def _(a: Any, scale: Any, shift: Any) -> Any:
    return made(scale_columns, SLOPE, scale), made(column_dots, SLOPE, a), made(column_sums, SLOPE)


@backward(scale_columns)
def _(a: Any, scale: Any) -> Any:
    return made(scale_columns, SLOPE, scale), made(column_dots, SLOPE, a)


@backward(add_row)
def _(a: Any, row: Any) -> Any:
    return SLOPE, made(column_sums, SLOPE)


@backward(columns)
def _(a: Any, *, start: int, stop: int) -> Any:
    return [made(put_columns, SLOPE, start=start, width=a.width)]


@backward(concat)
def _(*parts: Any) -> Any:
    found, start = [], 1
    for part in parts:
        found.append(made(columns, SLOPE, start=start, stop=start + part.width - 1))
        start += part.width
    return found


@backward(transpose)
def _(a: Any) -> Any:
    return [made(transpose, SLOPE)]


@backward(one_row)
def _(a: Any, *, row: int) -> Any:
    return [made(put_row, SLOPE, row=row, height=a.height)]


@backward(flatten)
def _(a: Any) -> Any:
    return [made(in_rows, SLOPE, width=a.width)]


@backward(lookup)
def _(ids: Any, table: Any, *, first: int) -> Any:  # a row that was looked up several times gets the sum
    return None, made(gather_rows, ids, SLOPE, first=first, height=table.height)


@backward(add_number)
def _(a: Any, *, number: float) -> Any:
    return [SLOPE]


@backward(multiply_by_root)
def _(a: Any, *, d: float) -> Any:
    return [made(multiply_by_root, SLOPE, d=d)]


@backward(alibi)
def _(a: Any, slopes: Any, **_: Any) -> Any:  # the slopes are fixed by a rule, not learned
    return SLOPE, None


@backward(rotate)
def _(a: Any, angles: Any, **how: Any) -> Any:  # rotated by the opposite angles
    return made(rotate, SLOPE, made(divide, angles, by=-1.0, called="turned_back"), **how), None


def _by_share(shares: Any, b: Any, column: int) -> tuple[Made, Made]:
    """For each row times its share: the gradient times the share, and each row's dot product in the share's column."""
    dots = made(row_dots, SLOPE, b, called=f"of_{column}")
    return made(scale_rows, SLOPE, shares, column=column), made(put_columns, dots, start=column, width=shares.width)


@backward(scale_rows)
def _(a: Any, shares: Any, *, column: int) -> Any:
    return _by_share(shares, a, column)


@backward(add_scaled)
def _(a: Any, b: Any, shares: Any, *, column: int) -> Any:
    return SLOPE, *_by_share(shares, b, column)
