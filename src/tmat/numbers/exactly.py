"""Decorators that make functions of matrices exact where the matrices hold short decimals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from tmat.numbers.exact import Array, Exact, Irrational, TooLong
from tmat.numbers.steady import quick

P = ParamSpec("P")

LONGEST = {np.dtype(np.float64): 15, np.dtype(np.float32): 7}  # the most digits of a short decimal
FINEST = 22  # the most decimals: a double holds no larger power of ten exactly
SAMPLE = 8  # numbers looked at first, to reject a matrix of long numbers at once
SMALL = 1 << 13  # the most bytes of a matrix whose decimals are cached
KNOWN = 256  # how many matrices are cached
MIXED = 1 << 12  # the most cells of a matrix that is worked on cell by cell
PIECE = 1 << 14  # numbers worked on at once, so that they stay in the processor's cache


def exact(array: Array) -> Exact | None:
    """A matrix as exact decimals; None where a number has too many digits or is not finite.

    >>> exact(np.array([[0.1, 2.25]])).bottom, exact(np.array([[1 / 3]]))
    (100, None)
    """
    kind = array.dtype
    if kind not in LONGEST:
        return None
    if array.nbytes <= SMALL:
        return _known(np.ascontiguousarray(array).tobytes(), kind, array.shape)
    return _found(array)


@lru_cache(maxsize=KNOWN)
def _known(content: bytes, kind: np.dtype[Any], shape: tuple[int, ...]) -> Exact | None:
    """The decimals of a small matrix, cached by its numbers, as marking uses the same operands again and again."""
    found = _found(np.frombuffer(content, kind).reshape(shape))
    if found is not None:
        found.top.flags.writeable = False
    return found


def _found(array: Array) -> Exact | None:
    kind = array.dtype
    places = _places(array[:SAMPLE, :1]) if array.size else 0
    while places is not None:
        top, most, wrong = _counted(array, 10.0**places)
        if not most <= 10.0 ** LONGEST[kind]:
            return None
        if wrong is None:
            return Exact(top, 10**places, most)
        more = _places(wrong)
        places = more if more is not None and more > places else None
    return None


def _counted(array: Array, power: float) -> tuple[Array, float, Array | None]:
    """Each number in units of 1/power, the largest count, and some numbers that are no whole number of units."""
    top = np.empty(array.shape)
    most = 0.0
    rows = max(1, PIECE // max(1, array.shape[1]))
    for start in range(0, len(array) if array.size else 0, rows):
        given, own = array[start : start + rows], top[start : start + rows]
        np.multiply(given, power, out=own)
        np.rint(own, out=own)
        wrong = (own / power).astype(array.dtype, copy=False) != given
        if wrong.any():
            return top, most, given[wrong][:SAMPLE, None]
        most = max(most, float(np.abs(own).max()))
    return top, most, None


def _places(numbers: Array) -> int | None:
    """The most decimals with which these numbers print; None where one has too many digits."""
    places = 0
    for number in numbers.ravel().tolist() if numbers.dtype == np.float64 else numbers.ravel():
        mantissa, _, power = str(number).partition("e")
        whole, _, part = mantissa.partition(".")
        part = part.rstrip("0")
        if len((whole + part).lstrip("-0")) > LONGEST[numbers.dtype]:
            return None
        places = max(places, len(part) - int(power or 0))
    return places if places <= FINEST else None


def exactly(evaluate: Callable[P, Array]) -> Callable[P, Array]:
    """Make a function of matrices exact where all of them hold short decimals; otherwise it gets floats.

    The function must work on ``Exact`` matrices and on arrays.
    """
    floats: Callable[..., Array] = evaluate
    return _made(evaluate, lambda arrays, params: floats(*arrays, **params))


def exactly_by_cell(evaluate: Callable[P, Array]) -> Callable[P, Array]:
    """The same for a function that works cell by cell: a −∞ or a long number leaves the other cells exact."""
    plain: Callable[..., Array] = evaluate

    def mixed(arrays: Sequence[Array], params: dict[str, Any]) -> Array:
        floats = plain(*arrays, **params)
        if any(not 0 < array.size <= MIXED for array in arrays):
            return floats
        short = [_short(array) for array in arrays]
        cells = np.logical_and.reduce(np.broadcast_arrays(*short))
        if not cells.any():
            return floats
        filled = [np.where(own, array, array.dtype.type(0)) for own, array in zip(short, arrays, strict=True)]
        found = _worked(evaluate, filled, params)
        return floats if found is None else np.where(cells, found, floats)

    return _made(evaluate, mixed)


def _made(evaluate: Callable[P, Array], otherwise: Callable[..., Array]) -> Callable[P, Array]:
    """The function applied to decimals where all operands have them, else ``otherwise``."""

    @wraps(evaluate)
    def evaluated(*arrays: Any, **params: Any) -> Any:
        if quick() or any(isinstance(array, Exact) for array in arrays):  # Exact, where another such function calls it
            return evaluate(*arrays, **params)
        with np.errstate(all="ignore"):
            found = _worked(evaluate, arrays, params)
            return otherwise(arrays, params) if found is None else found

    return evaluated


def _worked(evaluate: Any, arrays: Sequence[Array], params: dict[str, Any]) -> Array | None:
    """The function applied to the matrices' decimals; None where it cannot be computed exactly."""
    decimals: list[Exact] = []
    for array in arrays:
        own = exact(array)
        if own is None:
            return None
        decimals.append(own)
    for numbers in (decimals, map(Exact.unlimited, decimals)):
        try:
            result = evaluate(*numbers, **params)
            result = result.floats() if isinstance(result, Exact) else result
            return np.asarray(result.astype(np.result_type(*arrays), copy=False))
        except (TooLong, OverflowError):
            continue
        except Irrational:
            break
    return None


def _short(array: Array) -> NDArray[np.bool_]:
    """Which cells are short decimals."""
    most = LONGEST.get(array.dtype, 0)
    size = np.abs(array.astype(np.float64))
    place = np.clip(np.nan_to_num(np.floor(np.log10(size))), most - 1 - FINEST, most - 1)
    power = 10.0 ** (most - 1 - place)
    units = np.rint(size * power)
    own = (units / power).astype(array.dtype) == np.abs(array)
    return np.asarray(np.isfinite(array) & (units <= 10.0**most) & own)
