"""Seeded matrices: the same numbers on every machine.

Each matrix has a stream of its own, PCG64 seeded with the SHA-256 of (seed, stage, name), so that
giving one matrix does not change the others. Only the generator's raw 64-bit outputs are used, which
NumPy keeps fixed; NumPy's distributions may change with its version.

Bit for bit the same everywhere: `uniform53`, `keep_mask`, and `draw` with uniform, xavier and integers,
which need only whole numbers, +, −, ×, ÷ and √ (IEEE 754 rounds each of them correctly). `normal` takes
a logarithm for its tails (|x| > 1.44), whose last bit may differ between math libraries; `draw` rounds
normal numbers to two decimals, which hides it. torch's draws (`torch_draws`) have the same bits, too.
"""

from __future__ import annotations

from hashlib import sha256
from unicodedata import normalize

import numpy as np
from numpy.random import PCG64
from numpy.typing import NDArray

from tmat.errors import InputError, meant
from tmat.numbers.normal import inverse_normal
from tmat.numbers.rounding import round_half_away

__all__ = ["INITS", "draw", "keep_mask", "normal", "uniform53"]

Array = NDArray[np.float64]

INITS = ("uniform", "normal", "xavier", "integers", "torch-rand", "torch-randn", "torch-linear")

CHUNK = 1 << 15  # numbers worked on at once, so that they stay in the processor's cache


def draw(init: str, shape: tuple[int, int], *, seed: int | str, stage: str, name: str) -> Array:
    """A rows × cols matrix drawn from its own stream.

    uniform: 0.00 to 0.99, two decimals, exactly as printed. normal: mean 0, deviation 1, two decimals.
    xavier: uniform in ±√(6/(rows + cols)), four decimals (Glorot and Bengio 2010, eq. 16). integers: 0 to 9.
    The seed is a number or any text. Raises InputError for another init; `TorchGenerator` draws torch's.

    >>> draw("uniform", (2, 3), seed=1, stage="attention", name="W_Q")
    array([[0.05, 0.11, 0.45],
           [0.54, 0.05, 0.2 ]])
    """
    rows, cols = shape
    if init == "normal":
        numbers = normal(seed, stage, name, rows * cols).reshape(shape)
        return round_half_away(numbers, 2).astype(np.float64, copy=False)
    if init not in ("uniform", "xavier", "integers"):
        raise _unknown(init)
    units = uniform53(seed, stage, name, rows * cols).reshape(shape)
    if init == "uniform":
        return np.asarray(np.floor(units * 100) / 100)
    if init == "integers":
        return np.asarray(np.floor(units * 10))
    bound = np.sqrt(6.0 / max(rows + cols, 1))
    return round_half_away((2 * units - 1) * bound, 4).astype(np.float64, copy=False)


def keep_mask(shape: tuple[int, ...], p: float, *, seed: int | str, stage: str, name: str, skip: int = 0) -> Array:
    """Where dropout with probability p keeps an element: 1.0 where u < 1 − p, else 0.0.

    ``skip`` leaves out so many elements at the beginning, for a large mask drawn a few rows at a time.

    Raises InputError where p is not from 0 to 1.

    >>> keep_mask((2, 4), 0.5, seed=1, stage="attention", name="dropout")
    array([[1., 0., 1., 0.],
           [0., 0., 0., 1.]])
    """
    refuse_no_probability(p)
    units = uniform53(seed, stage, name, int(np.prod(shape)), skip)
    return (units < 1 - p).astype(np.float64).reshape(shape)


def refuse_no_probability(p: float) -> None:
    """Raise InputError where dropout's p is not from 0 to 1."""
    if not 0 <= p <= 1:
        raise InputError(
            f"dropout {p} is no probability", "it must be from 0 to 1", mend="try 0.1 (a tenth is dropped)"
        )


def uniform53(seed: int | str, stage: str, name: str, count: int, skip: int = 0) -> Array:
    """The first numbers of a stream (after ``skip`` others), doubles in [0, 1): the top 53 bits of each output · 2⁻⁵³.

    >>> uniform53(1, "attention", "W_Q", 2)
    array([0.05973356, 0.11960546])
    """
    raw = _raw(seed, stage, name, count, skip)
    raw >>= np.uint64(11)
    return raw.astype(np.float64) * 2.0**-53


def normal(seed: int | str, stage: str, name: str, count: int) -> Array:
    """The first standard normal numbers of a stream, Φ⁻¹(u) of its uniform ones, not rounded.

    u is the middle of one of 2⁵² equal parts of (0, 1), hence neither 0 nor 1.

    >>> normal(1, "scaling", "q", 3).round(4)
    array([0.0299, 0.6565, 1.5071])
    """
    raw = _raw(seed, stage, name, count)
    raw >>= np.uint64(12)
    numbers = np.empty(count)
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        numbers[part] = inverse_normal((raw[part].astype(np.float64) + 0.5) * 2.0**-52)
    return numbers


def _raw(seed: int | str, stage: str, name: str, count: int, skip: int = 0) -> NDArray[np.uint64]:
    key = f"{seed}\x1f{stage}\x1f{name}"
    key = normalize("NFC", key)  # some systems write é as one character, others as two
    entropy = int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest(), "big")
    stream = PCG64(entropy)
    if skip:
        stream.advance(skip)
    return np.asarray(stream.random_raw(count), dtype=np.uint64)


def _unknown(init: str) -> InputError:
    if init in INITS:
        return InputError(f"'{init}' draws in torch's order, not a stream a matrix", "TorchGenerator draws it")
    return InputError(f"no init '{init}'", f"there are {', '.join(INITS)}", mend=meant(init, INITS))
