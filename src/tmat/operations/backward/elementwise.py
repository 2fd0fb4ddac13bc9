"""Backward rules of sums, scalings and rearrangements, of positions and of experts."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import add_all, column_dots, column_sums, row_dots, subtract
from tmat.operations.backward.rule import GRADIENT, WITHOUT_GRADIENT, NewStep, backward, step
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
from tmat.operations.positions import alibi, alibi_slopes, multiply_by_root, rotary_angles, rotate, sinusoid
from tmat.operations.stretching import angles_at, rotary_rates, stretch_by_place, stretch_by_turns
from tmat.operations.words import largest, lookup, token_ids

WITHOUT_GRADIENT.update(
    op.name for op in (alibi_slopes, angles_at, rotary_angles, rotary_rates, stretch_by_place, stretch_by_turns)
)
WITHOUT_GRADIENT.update(op.name for op in (largest, sinusoid, token_ids))


@backward(add)
def _(a: Any, b: Any) -> Any:  # both get the gradient of the sum
    return GRADIENT, GRADIENT


@backward(add_all)
def _(*parts: Any) -> Any:
    return [GRADIENT] * len(parts)


@backward(subtract)
def _(a: Any, b: Any) -> Any:
    return GRADIENT, step(divide, GRADIENT, by=-1.0)


@backward(multiply)
def _(a: Any, b: Any) -> Any:
    return step(multiply, GRADIENT, b), step(multiply, GRADIENT, a)


@backward(divide)
def _(a: Any, *, by: float) -> Any:
    return [step(divide, GRADIENT, by=by)]


@backward(divide_by_root)
def _(a: Any, *, d: float) -> Any:
    return [step(divide_by_root, GRADIENT, d=d)]


@backward(scale_and_shift)
def _(a: Any, scale: Any, shift: Any) -> Any:
    return step(scale_columns, GRADIENT, scale), step(column_dots, GRADIENT, a), step(column_sums, GRADIENT)


@backward(scale_columns)
def _(a: Any, scale: Any) -> Any:
    return step(scale_columns, GRADIENT, scale), step(column_dots, GRADIENT, a)


@backward(add_row)
def _(a: Any, row: Any) -> Any:
    return GRADIENT, step(column_sums, GRADIENT)


@backward(columns)
def _(a: Any, *, start: int, stop: int) -> Any:
    return [step(put_columns, GRADIENT, start=start, width=a.width)]


@backward(concat)
def _(*parts: Any) -> Any:
    found, start = [], 1
    for part in parts:
        found.append(step(columns, GRADIENT, start=start, stop=start + part.width - 1))
        start += part.width
    return found


@backward(transpose)
def _(a: Any) -> Any:
    return [step(transpose, GRADIENT)]


@backward(one_row)
def _(a: Any, *, row: int) -> Any:
    return [step(put_row, GRADIENT, row=row, height=a.height)]


@backward(flatten)
def _(a: Any) -> Any:
    return [step(in_rows, GRADIENT, width=a.width)]


@backward(lookup)
def _(ids: Any, table: Any, *, first: int) -> Any:  # a row that was looked up several times gets the sum
    return None, step(gather_rows, ids, GRADIENT, first=first, height=table.height)


@backward(add_number)
def _(a: Any, *, number: float) -> Any:
    return [GRADIENT]


@backward(multiply_by_root)
def _(a: Any, *, d: float) -> Any:
    return [step(multiply_by_root, GRADIENT, d=d)]


@backward(alibi)
def _(a: Any, slopes: Any, **_: Any) -> Any:  # the slopes are fixed by a rule, not learned
    return GRADIENT, None


@backward(rotate)
def _(a: Any, angles: Any, **how: Any) -> Any:  # rotated by the opposite angles
    return step(rotate, GRADIENT, step(divide, angles, by=-1.0, called="turned_back"), **how), None


def _by_share(shares: Any, b: Any, column: int) -> tuple[NewStep, NewStep]:
    """For each row times its share: the gradient times the share, and each row's dot product in the share's column."""
    dots = step(row_dots, GRADIENT, b, called=f"of_{column}")
    return step(scale_rows, GRADIENT, shares, column=column), step(put_columns, dots, start=column, width=shares.width)


@backward(scale_rows)
def _(a: Any, shares: Any, *, column: int) -> Any:
    return _by_share(shares, a, column)


@backward(add_scaled)
def _(a: Any, b: Any, shares: Any, *, column: int) -> Any:
    return GRADIENT, *_by_share(shares, b, column)
