"""A weight of a model as a matrix whose numbers are read from the file at each use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.models.family import Slot
from tmat.reading.tensors import Tensor, sized
from tmat.sheet.worksheet import Matrix


class Weight(Matrix):
    """A matrix backed by a tensor; ``done`` says how it is made of the tensor, and so does its origin."""

    def __init__(self, name: str, tensor: Tensor, slot: Slot) -> None:
        self.name, self.tensor, self.slot = name, tensor, slot
        if len(tensor.shape) not in (1, 2) or (slot.part and tensor.shape[-1] % 3):
            kind = "three matrices side by side" if slot.part else "a matrix"
            raise InputError(f"{tensor.origin} is no {name}", f"expected {kind}, it is {sized(tensor.shape)}")
        shape = tensor.shape if len(tensor.shape) == 2 else (1, *tensor.shape)
        height, width = reversed(shape) if slot.transposed else shape
        self.cut = slice(None)
        self.done = "transposed" if slot.transposed else ""
        if slot.part:
            width //= 3
            self.cut = slice((slot.part - 1) * width, slot.part * width)
            self.done = f"{'columns' if len(tensor.shape) == 2 else 'numbers'} {self.cut.start + 1}–{self.cut.stop}"
        self._size = (height, width)
        self.origin = ", ".join(filter(None, (tensor.origin, self.done)))

    @property
    def values(self) -> NDArray[np.float64]:  # type: ignore[override]
        found = np.atleast_2d(self.tensor.values())[:, self.cut]
        return np.ascontiguousarray(found.T if self.slot.transposed else found)

    @property
    def rows(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(map(str, range(1, self.height + 1)))

    @property
    def cols(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(map(str, range(1, self.width + 1)))

    @property
    def height(self) -> int:
        return self._size[0]

    @property
    def width(self) -> int:
        return self._size[1]

    def renamed(self, name: str) -> Matrix:
        return Weight(name, self.tensor, self.slot)
