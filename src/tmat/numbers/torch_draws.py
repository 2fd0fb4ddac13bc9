"""The numbers that torch draws under manual_seed, without torch.

torch's CPU generator is the Mersenne Twister MT19937, seeded from the low 32 bits of the seed as
numpy.random.RandomState seeds it, a stream that NumPy has frozen. Everything made of its 32-bit draws
here is whole-number arithmetic, or one multiplication and one addition of doubles rounded once to
float32, so it has the same bits on every machine. It was compared with torch 2.13
(CPU): torch.rand, torch.randn, nn.Linear and dropout in any order, seeds 0 to 99 and the largest ones.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.numbers import torch_normals
from tmat.numbers.seeding import refuse_no_probability

Array = NDArray[np.float64]

SEED_LIMIT = 2**64


class TorchGenerator:
    """torch's default generator after manual_seed(seed); each draw continues where the last one ended.

    Raises InputError where the seed is no whole number from 0 to 2⁶⁴ − 1.

    >>> TorchGenerator(123).rand(1, 2)
    array([[0.29611194, 0.51656228]])
    """

    def __init__(self, seed: int | str) -> None:
        self.seed = _whole_seed(seed)
        self._stream = np.random.RandomState(self.seed % 2**32)
        self._next: float | None = None  # the second of a pair of normal numbers, kept for the next small draw

    def rand(self, rows: int, cols: int) -> Array:
        """torch.rand(rows, cols): the low 24 bits of one draw · 2⁻²⁴, the float32 values held as doubles.

        >>> float(TorchGenerator(0).rand(2, 2)[0, 0])
        0.49625658988952637
        """
        return self._unit(rows * cols).reshape(rows, cols)

    def randn(self, rows: int, cols: int) -> Array:
        """torch.randn(rows, cols), as nn.Embedding(rows, cols) is initialized: float32 values held as doubles.

        >>> TorchGenerator(0).randn(1, 2).round(4)
        array([[ 1.541 , -0.2934]])
        """
        count = rows * cols
        if count < torch_normals.BLOCK:
            numbers = [self._normal() for _ in range(count)]
            return np.array(numbers).astype(np.float32).astype(np.float64).reshape(rows, cols)
        numbers32 = self._unit(count).astype(np.float32)
        whole = count - count % torch_normals.BLOCK
        numbers32[:whole] = torch_normals.blocks(numbers32[:whole])
        if whole < count:  # torch draws the last sixteen once more
            numbers32[-torch_normals.BLOCK :] = torch_normals.blocks(self._unit(torch_normals.BLOCK).astype(np.float32))
        return numbers32.astype(np.float64).reshape(rows, cols)

    def _normal(self) -> float:
        """The next normal number in double precision; they come in pairs."""
        if self._next is not None:
            number, self._next = self._next, None
            return number
        u1, u2 = self._doubles(2)
        number, self._next = torch_normals.pair(float(u1), float(u2))
        return number

    def linear(self, d_in: int, d_out: int, bias: bool = True) -> tuple[Array, Array | None]:
        """nn.Linear(d_in, d_out) as initialized: W (d_in × d_out, torch's weight transposed), b or None.

        The weight and then the bias are uniform in ±1/√d_in. torch rounds both ends and their distance to
        float32, multiplies and adds in double, and rounds the result once to float32; W's draws run along
        torch's weight, d_out × d_in.

        >>> W, b = TorchGenerator(789).linear(3, 2, bias=False)
        >>> W.shape, b is None, float(W[0, 0])
        ((3, 2), True, 0.31605908274650574)
        """
        if d_in < 1:
            raise InputError(f"a linear layer of {d_in} inputs cannot be drawn", "it needs 1 or more")
        # The weight's bound is kaiming_uniform's √3·(gain/√d_in) with a = √5, in its own order of roundings.
        gain = math.sqrt(2.0 / (1 + math.sqrt(5) ** 2))
        weight = self._between(d_in * d_out, math.sqrt(3.0) * (gain / math.sqrt(d_in)))
        offsets = self.bias(d_in, d_out) if bias else None
        return np.ascontiguousarray(weight.reshape(d_out, d_in).T), offsets

    def bias(self, d_in: int, d_out: int) -> Array:
        """The bias of an nn.Linear(d_in, d_out) as initialized after its weight: uniform in ±1/√d_in.

        >>> first, second = TorchGenerator(789), TorchGenerator(789)
        >>> W, b = first.linear(3, 2)
        >>> _ = second.linear(3, 2, bias=False)
        >>> bool((second.bias(3, 2) == b).all())
        True
        """
        return self._between(d_out, 1 / math.sqrt(d_in))

    def dropout_keep(self, rows: int, cols: int, p: float) -> Array:
        """Where torch's dropout with probability p keeps an element: 1.0 there, else 0.0.

        An element is kept where a double, the low 53 bits of two draws (the first one high) · 2⁻⁵³, is below
        1 − p. With p = 0 or p = 1 torch draws nothing, and neither does this. A batch is rows × cols with the
        batch's rows under one another. Raises InputError where p is not from 0 to 1.

        >>> TorchGenerator(123).dropout_keep(2, 6, 0.5)
        array([[1., 1., 0., 1., 1., 0.],
               [0., 0., 0., 1., 0., 1.]])
        """
        refuse_no_probability(p)
        if p in (0, 1):
            return np.full((rows, cols), 1.0 - p)
        units = self._doubles(rows * cols)
        return (units < 1 - p).astype(np.float64).reshape(rows, cols)

    def _draws(self, count: int) -> NDArray[np.uint64]:
        """The next 32-bit outputs of the twister."""
        return np.frombuffer(self._stream.bytes(4 * count), dtype="<u4").astype(np.uint64)

    def _doubles(self, count: int) -> Array:
        """Doubles from 0 to 1: the low 53 bits of two draws, the first one high."""
        draws = self._draws(2 * count)
        high, low = draws[0::2] & np.uint64(2**21 - 1), draws[1::2]
        return ((high << np.uint64(32)) | low).astype(np.float64) * 2.0**-53

    def _unit(self, count: int) -> Array:
        return (self._draws(count) & np.uint64(2**24 - 1)).astype(np.float64) * 2.0**-24

    def _between(self, count: int, bound: float) -> Array:
        low, high = np.float32(-bound), np.float32(bound)
        scaled = self._unit(count) * float(high - low) + float(low)
        return np.asarray(scaled.astype(np.float32), dtype=np.float64)


def _whole_seed(seed: int | str) -> int:
    try:
        whole = int(seed)
        if isinstance(seed, float) and whole != seed:
            raise ValueError
    except (ValueError, OverflowError):
        raise InputError(
            f"torch's draws cannot start from the seed '{seed}'",
            "manual_seed takes a whole number",
            mend="try a number, or draws that take any text: uniform, normal, xavier, integers",
        ) from None
    if not 0 <= whole < SEED_LIMIT:
        mend = "try a number from 0 to 18446744073709551615"
        if -SEED_LIMIT // 2 <= whole < 0:
            mend = f"torch takes {whole} as {whole + SEED_LIMIT}: give that"
        raise InputError(f"torch's draws cannot start from the seed {whole}", "it must be from 0 to 2⁶⁴ − 1", mend=mend)
    return whole
