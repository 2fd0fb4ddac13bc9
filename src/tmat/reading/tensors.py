"""Tensors in files, read lazily: the shape is known before the numbers are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from tmat.engine.limits import LABEL
from tmat.errors import InputError, LimitError, fold, nearest
from tmat.sheet.worksheet import Batch, Matrix
from tmat.visible import visible


def choose(name: str, known: Collection[str], origin: str) -> str:
    """The key that a name means, ignoring case and underscores; an error that lists the names where none fits."""
    if name in known:
        return name
    same = [key for key in known if fold(key) == fold(name)]
    if len(same) == 1:
        return same[0]
    names = ", ".join(visible(key, 40) for key in list(known)[:20]) + (", …" if len(known) > 20 else "")
    if same:
        raise InputError(f"'{visible(name, 60)}' could be any of {', '.join(map(visible, same))}", f"in {origin}")
    near = nearest(name, known, 1)
    mend = f"did you mean {visible(near[0])}?" if near else None
    raise InputError(f"no matrix '{visible(name, 60)}' in {origin}", f"it has {names}", mend=mend)


LARGEST = 2**31
"""Bytes of float64, with labels, that one file may hold."""

BFLOAT16 = "bfloat16"
"""The type that NumPy lacks: the upper half of a float32."""

_DIMENSIONS = 32


@dataclass(frozen=True, slots=True)
class Tensor:
    """A lazy tensor: ``load`` reads its numbers as float64; where its file is mapped, ``some`` reads some rows."""

    shape: tuple[int, ...]
    origin: str
    load: Callable[[], NDArray[Any]]
    some: Callable[[Sequence[int]], NDArray[Any]] | None = None

    def values(self) -> NDArray[Any]:
        refuse_large(self.shape, self.origin)
        return self.load()

    def rows(self, numbers: Sequence[int]) -> NDArray[Any]:
        """The rows of these numbers, counted from 0; of a mapped file nothing else is read."""
        return self.values()[list(numbers)] if self.some is None else self.some(numbers)


def chosen(tensors: Mapping[str, Tensor], name: str | None, origin: str) -> dict[str, Matrix]:
    """The tensors as matrices, or the one that is asked for: nothing else is read."""
    if name is not None:
        key = choose(name, tensors, origin)
        tensors = {key: tensors[key]}
    needed = sum(map(_needed, (each.shape for each in tensors.values())))
    if needed > LARGEST and len(tensors) > 1:
        raise LimitError(
            f"{origin} holds {len(tensors)} tensors, {gigabytes(needed)}",
            f"at most {gigabytes(LARGEST)} are read", mend=f"choose one: {origin}:NAME",
        )  # fmt: skip
    return {key: Matrix.of(key, each.values(), origin=each.origin) for key, each in tensors.items()}


def as_tensor(matrix: Matrix) -> Tensor:
    """A matrix as a tensor; a single row has one dimension, as it had."""
    if isinstance(matrix, Batch):
        return Tensor(matrix.arrays.shape, matrix.origin, lambda: matrix.arrays)
    values = matrix.values[0] if matrix.height == 1 else matrix.values
    return Tensor(values.shape, matrix.origin, lambda: values)


def refuse_large(shape: tuple[int, ...], origin: str) -> None:
    """Refuse a tensor that, with its labels, would take more memory than one file may."""
    if _needed(shape) > LARGEST:
        what = f"{origin} claims {sized(shape)} numbers, {gigabytes(_needed(shape))}"
        raise LimitError(what, f"at most {gigabytes(LARGEST)} are read")


def _needed(shape: tuple[int, ...]) -> int:
    return 8 * math.prod(shape) + LABEL * sum(shape)  # rows without a cell still have labels


def sizes(said: Sequence[object]) -> tuple[int, ...]:
    """Checked sizes of a file that may hold anything; ValueError for what is no whole number from 0."""
    found = tuple(n for n in said if type(n) is int and 0 <= n < 2**63)
    if len(found) != len(said) or len(found) > _DIMENSIONS:
        raise ValueError("a size is no whole number, or there are too many")
    return found


def decoded(data: bytes, kind: str) -> NDArray[np.float64]:
    """The numbers of little-endian bytes: of a type of NumPy's, or bfloat16."""
    return widened(np.frombuffer(data, "<u2" if kind == BFLOAT16 else kind), kind)


def widened(stored: NDArray[Any], kind: str) -> NDArray[np.float64]:
    """Numbers as they are stored, a bfloat16 as its two bytes, as float64."""
    if kind == BFLOAT16:
        stored = (stored.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # of a long double beyond float64, of a signalling NaN
        return stored.astype(np.float64)


def refuse_type(kind: str, where: str) -> NoReturn:
    """Refuse a tensor of an unknown type when it is loaded: the others of its file can be read."""
    raise InputError(
        f"{where} holds numbers of a type that is not read: {visible(kind, 40)}",
        "expected floats of 16 to 64 bits, whole numbers, or True and False",
        mend="save it as float32",
    )


def sized(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def gigabytes(size: int) -> str:
    return f"{size / 2**30:.3g} GiB" if size >= 2**20 else f"{size} bytes"
