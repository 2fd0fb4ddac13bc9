"""Arrays of other libraries as NumPy arrays, with their labels. None of them is imported: their methods tell what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = list[str] | None


def as_array(values: Any) -> tuple[NDArray[Any], Labels, Labels]:
    """The numbers, and the labels of rows and columns, None where there are none or they only count.

    NumPy, torch (with gradients, bfloat16, on any device), jax and others with ``__array__`` or DLPack, pandas, polars.
    Raises ValueError or TypeError for what holds no real numbers.
    """
    if hasattr(values, "filled"):  # numpy.ma: masked cells become NaN
        values = values.astype(np.float64).filled(np.nan)
    if isinstance(values, np.ndarray):
        return _real(values), None, None
    if isinstance(values, list | tuple) and any(hasattr(row, "detach") for row in values):
        values = [as_array(row)[0] for row in values]
    if hasattr(values, "detach") and hasattr(values, "cpu"):
        return _real(_of_torch(values.detach().cpu())), None, None
    if hasattr(values, "to_numpy"):
        return _of_frame(values)
    if hasattr(values, "__array__") or not hasattr(values, "__dlpack__"):
        kept = hasattr(values, "__array__")  # keep the type: a float32 claims fewer digits
        return _real(np.asarray(values) if kept else np.asarray(values, dtype=np.float64)), None, None
    return _real(np.from_dlpack(values)), None, None


def _real(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind in "cmM":
        raise TypeError("no real numbers")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _of_torch(tensor: Any) -> NDArray[Any]:
    try:
        array: NDArray[Any] = tensor.numpy()
    except (TypeError, RuntimeError):  # a type that NumPy lacks, a sparse layout
        dense = tensor.to_dense() if hasattr(tensor, "to_dense") else tensor
        array = dense.float().numpy()
    return array


def _of_frame(frame: Any) -> tuple[NDArray[Any], Labels, Labels]:
    """A table of pandas or polars; a first column of words becomes the row labels. A series is one row."""
    array = np.asarray(frame.to_numpy())
    index = getattr(frame, "index", None)
    if array.ndim == 1:
        return _real(array), None, _telling(index)
    rows, cols = _telling(index), _telling(getattr(frame, "columns", None))
    if array.dtype.kind == "O" and array.shape[1] > 1 and all(isinstance(cell, str) for cell in array[:, 0]):
        rows, array = list(array[:, 0]), array[:, 1:]
        cols = None if cols is None else cols[1:]
    return _real(array), rows, cols


def _telling(labels: Iterable[object] | None) -> Labels:
    """Labels as words; None where they only count: 0, 1, 2 of pandas, column_0 of polars."""
    if labels is None or callable(labels):
        return None
    words = [str(label) for label in labels]
    return None if all(word.removeprefix("column_") == str(n) for n, word in enumerate(words)) else words
