"""The way back of sums, scalings and rearrangements."""

from __future__ import annotations

from typing import Any

from tmat.operations.activation import identity
from tmat.operations.adding import add_all, column_dots, column_sums, subtract
from tmat.operations.backward.rule import SLOPE, backward, made
from tmat.operations.elementwise import (
    add,
    add_row,
    columns,
    concat,
    divide,
    divide_by_root,
    flatten,
    multiply,
    one_row,
    scale_and_shift,
    scale_columns,
)
from tmat.operations.placing import in_rows, put_columns, put_row, transpose


@backward(add)
def _(a: Any, b: Any) -> Any:  # a sum hands its gradient on to both
    return SLOPE, SLOPE


@backward(add_all)
def _(*parts: Any) -> Any:
    return [SLOPE] * len(parts)


@backward(identity)
def _(a: Any) -> Any:
    return [SLOPE]


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
