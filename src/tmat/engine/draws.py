"""The draws of a stage: each matrix from its own stream of random numbers, or all from torch's one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tmat.engine.node import Node
from tmat.operations.operation import Array

if TYPE_CHECKING:
    from tmat.numbers.torch_draws import TorchGenerator

Seed = int | str


class Draws:
    """Draws the matrices of one stage. ``stream`` names its random numbers; ``ordinal`` is added to torch's seed."""

    def __init__(self, seed: Seed, init: str, dtype: np.dtype[Any], stream: str, ordinal: int | None) -> None:
        self.seed, self.init, self.dtype, self.stream = seed, init, dtype, stream
        self._ordinal = ordinal
        self._torch: TorchGenerator | None = None

    def __call__(self, node: Node) -> Array:
        from tmat.numbers.seeding import draw

        assert node.shape is not None
        kind, *details = node.draw if isinstance(node.draw, tuple) else (node.draw,)
        if kind == "keep":
            return self._drawn_keep(node, *details)
        if self.init.startswith("torch"):
            values = self._drawn_by_torch(node, details[0] if kind == "bias" else None)
        else:
            values = draw(self.init, node.shape, seed=self.seed, stage=self.stream, name=node.name)
        return values.astype(self.dtype, copy=False)

    def _generator(self) -> TorchGenerator:
        """torch's generator: seeded with the seed for the first stage of a kind, seed + 1 for the second, and so on."""
        from tmat.numbers.torch_draws import TorchGenerator

        if self._torch is None:
            again = self.stream.rpartition("-")[2]
            later = int(again) - 1 if again.isdecimal() else 0
            later = later if self._ordinal is None else self._ordinal
            self._torch = TorchGenerator(self.seed + later if isinstance(self.seed, int) else self.seed)
        return self._torch

    def _drawn_by_torch(self, node: Node, fan_in: int | None) -> Array:
        generator = self._generator()
        if self.init == "torch-rand":
            return generator.rand(node.height, node.width)
        if self.init == "torch-randn":
            return generator.randn(node.height, node.width)
        if fan_in is None:
            return generator.linear(node.height, node.width, bias=False)[0]
        return generator.bias(fan_in, node.width).reshape(1, -1)

    def _drawn_keep(self, node: Node, p: float, seed: Seed | None) -> Array:
        from tmat.numbers.torch_draws import TorchGenerator

        generator = self._generator() if seed is None else TorchGenerator(seed)
        return generator.dropout_keep(node.height, node.width, p).astype(self.dtype, copy=False)

    def kept_rows(self, name: str, width: int, p: float, seed: Seed, start: int, stop: int) -> Array:
        from tmat.numbers.seeding import keep_mask

        shape = (stop - start, width)
        rows = keep_mask(shape, p, seed=seed, stage=self.stream, name=name, skip=start * width)
        return rows.astype(self.dtype, copy=False)
