"""Matrices out of parsed JSON: checked in bulk, and searched cell by cell only when a check fails."""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, fold
from tmat.reading.no_matrix import are_settings
from tmat.reading.number_text import counted, number
from tmat.reading.place import Place, shown
from tmat.sheet.worksheet import Batch, Matrix

SPECIAL = {"-Infinity": -math.inf, "Infinity": math.inf, "NaN": math.nan}
"""The names of what JSON has no numbers for."""

_CELL = 'a number, or one of "-Infinity", "Infinity", "NaN"'
_ROWS = "an array of rows, each an array of numbers"
_NUMERIC: set[type] = {float, int}


def cells(value: object, place: Place, *, truths: bool = False) -> NDArray[np.float64]:
    """The numbers of an array of rows, every row as long as the first; with ``truths``, nothing but
    true (1) and false (0) is a matrix too.

    >>> cells([[1, 2.5], ["-Infinity", 0]], Place("a test"))
    array([[ 1. ,  2.5],
           [-inf,  0. ]])
    """
    if not isinstance(value, list):
        raise place.error(f"is {shown(value)}", _ROWS)
    if not value:
        return np.empty((0, 0))
    if set(map(type, value)) != {list} or len(set(map(len, value))) > 1:
        raise _complaint(value, place, truths)
    flat = list(chain.from_iterable(value))
    kinds = set(map(type, flat))
    if str in kinds and kinds <= {*_NUMERIC, str}:
        flat = [cell if type(cell) is float else SPECIAL.get(cell, cell) for cell in flat]
        kinds = set(map(type, flat))
    if not (kinds <= _NUMERIC or (truths and kinds == {bool})):
        raise _complaint(value, place, truths)
    return np.fromiter(flat, np.float64, len(flat)).reshape(len(value), -1 if flat else 0)


def _complaint(rows: list[Any], place: Place, truths: bool) -> InputError:
    """Find the first row or cell that keeps an array of rows from being a matrix."""
    truths = truths and all(isinstance(cell, bool) for row in rows if isinstance(row, list) for cell in row)
    for i, row in enumerate(rows):
        if not isinstance(row, list):
            return place[i].error(f"is {shown(row)}", f"a row: an array of numbers, as in {place.path}")
        for j, cell in enumerate(row):
            if not truths:
                check_cell(cell, place[i][j])
        if len(row) != len(rows[0]):
            expected = f"{len(rows[0])}, as many as {place.path}[0] has: rows of one length"
            return place[i].error(f"has {counted(len(row), 'number')}", expected)
    return place.error("is no matrix", _ROWS)


def check_cell(cell: object, place: Place) -> None:
    """Raise what is wrong with a cell, unless it is a number or one of the three names."""
    if type(cell) in _NUMERIC or (type(cell) is str and cell in SPECIAL):
        return
    mend = None
    if isinstance(cell, str) and number(cell) is not None:
        mend = "write the number without quotes"
    elif cell is None:
        mend = 'a missing number is "NaN"'
    elif isinstance(cell, list):
        mend = "a matrix has two dimensions: rows and columns"
    raise place.error(f"is {shown(cell)}", _CELL, mend)


def labels(value: object, count: int, what: str, place: Place) -> tuple[str, ...] | None:
    """Row or column labels, as many as there are rows or columns; whole numbers are taken as words."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise place.error(f"is {shown(value)}", f"an array of {count} words, one a {what}")
    for n, label in enumerate(value):
        if type(label) not in (str, int):
            raise place[n].error(f"is {shown(label)}", "a word")
    if len(value) != count:
        raise place.error(f"has {counted(len(value), 'label')}", f"{count}, one a {what}")
    return tuple(map(str, value))


def matrix(value: dict[str, Any], name: str, origin: str, place: Place) -> Matrix:
    """A matrix from an object of values, rows and cols; the values are freed as they are converted."""
    array = cells(value.pop("values"), place["values"])
    given = value.get("cols")
    if array.shape == (0, 0) and isinstance(given, list):
        array = np.empty((0, len(given)))
    kind = value.get("dtype")
    if kind not in (None, "float64", "float32"):
        raise place["dtype"].error(f"is {shown(kind)}", '"float64" or "float32"')
    numbers: NDArray[Any] = _single(array, place["values"]) if kind == "float32" else array
    rows = labels(value.get("rows"), array.shape[0], "row", place["rows"])
    cols = labels(given, array.shape[1], "column", place["cols"])
    return Matrix.of(name, numbers, rows, cols, origin)


def _single(array: NDArray[np.float64], place: Place) -> NDArray[np.float32]:
    """The numbers as float32. Errors: a number beyond its range."""
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float32)
    for i, j in np.argwhere(np.isinf(numbers) & np.isfinite(array))[:1].tolist():
        raise place[i][j].error(f"is {array[i, j]!s}", "a number that float32 holds")
    return numbers


def loose_matrix(value: object, name: str, origin: str, place: Place) -> Matrix:
    """A matrix as people write one: rows, one row, one number, or an object of values, rows and cols."""
    if isinstance(value, dict):
        if "values" not in value:
            raise place.error("is an object without values", '{"values": [[…], …]}, or an array of rows')
        inner = value["values"]
        value["values"] = _as_rows(inner, place["values"])
        return _not_empty(matrix(value, name, origin, place), place)
    return _not_empty(Matrix.of(name, _array(value, place), origin=origin), place)


def records(value: object, place: Place) -> Matrix | None:
    """A list of objects with the same fields as a table: a row each, the fields as column labels, a field of words as row labels.

    >>> table = records([{"token": "cat", "a": 1, "b": 2}, {"token": "sat", "a": 3, "b": 4}], Place("a test"))
    >>> table.values.tolist(), table.rows, table.cols
    ([[1.0, 2.0], [3.0, 4.0]], ('cat', 'sat'), ('a', 'b'))
    """
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) and row for row in value):
        return None
    fields = list(value[0])
    if any(list(row) != fields for row in value):
        raise place.error("is objects with different fields", "the same fields in each, in one order")
    words = [field for field in fields if all(type(row[field]) is str and row[field] not in SPECIAL for row in value)]
    if len(words) > 1 or len(words) == len(fields):
        raise place.error("is objects of words", "fields that are numbers, and one at most of words")
    numbers = [field for field in fields if field not in words]
    found = cells([[row[field] for field in numbers] for row in value], place)
    names = [row[words[0]] for row in value] if words else None
    return Matrix.of("", found, names, numbers, place.origin)


def _array(value: object, place: Place) -> NDArray[np.float64]:
    """The numbers of rows, or of an array of more dimensions."""
    if not _is_deep(value):
        return cells(_as_rows(value, place), place, truths=True)
    assert isinstance(value, list)
    parts = [_array(part, place[n]) for n, part in enumerate(value)]
    for n, part in enumerate(parts):
        if part.shape != parts[0].shape:
            raise place[n].error(f"is {_size(part)}", f"{_size(parts[0])}, as {place.path}[0] is: matrices of one size")
    return np.stack(parts)


def _is_deep(value: object) -> bool:
    """Whether an array has more than two dimensions."""
    rows = value if isinstance(value, list) else []
    return bool(rows) and all(type(row) is list and row and type(row[0]) is list for row in rows)


def _size(array: NDArray[np.float64]) -> str:
    return "×".join(map(str, array.shape))


def _as_rows(value: object, place: Place) -> object:
    if type(value) in _NUMERIC or (isinstance(value, str) and value in SPECIAL):
        return [[value]]
    if isinstance(value, list) and value and list not in set(map(type, value)):
        if set(map(type, value)) != {bool}:
            for n, cell in enumerate(value):
                check_cell(cell, place[n])
        return [value]
    return value


def _not_empty(found: Matrix, place: Place) -> Matrix:
    if not isinstance(found, Batch) and not found.values.size:
        raise place.error("holds no numbers", "at least one row with one number")
    return found


def named_matrices(value: dict[str, Any], place: Place) -> dict[str, Matrix]:
    """An object of named arrays as matrices."""
    if not value:
        raise place.error("is an empty object", "a worksheet, or an object of named arrays")
    if len(value) > 1 and all(type(each) in _NUMERIC for each in value.values()) and are_settings(value):
        raise place.error("is an object of settings", "matrices: arrays of rows of numbers")
    found: dict[str, Matrix] = {}
    seen: dict[str, str] = {}
    for name, array in value.items():
        if array is None and len(value) > 1:
            continue  # "mask": null is no mask
        twin = seen.setdefault(fold(name), name)
        if twin != name:
            raise place[name].error(f"and {place[twin].path} are one name", "each matrix once: case and _ do not count")
        found[name] = loose_matrix(array, name, f"{place.origin}:{name}" if name else place.origin, place[name])
    return found
