"""PCG64 as NumPy seeds and runs it, a number at a time: for a small matrix, sooner done than ``numpy.random`` is loaded.

Source: O'Neill 2014 (PCG XSL RR 128/64) and 2015 (seed_seq_fe128), in the form that NumPy keeps fixed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise

_32, _64, _128 = 2**32 - 1, 2**64 - 1, 2**128 - 1
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
_POOL = 4


@lru_cache(64)
def raw(seed: int, count: int) -> tuple[int, ...]:
    """The first 64-bit outputs of ``numpy.random.PCG64(seed)``; the last ones asked for are remembered.

    >>> import numpy as np
    >>> list(raw(1, 2)) == np.random.PCG64(1).random_raw(2).tolist()
    True
    """
    first, second, third, fourth = _words(seed)
    increment = ((third << 64 | fourth) << 1 | 1) & _128
    state = ((increment + (first << 64 | second)) * _MULTIPLIER + increment) & _128
    outputs = []
    for _ in range(count):
        state = (state * _MULTIPLIER + increment) & _128
        mixed, turn = (state >> 64 ^ state) & _64, state >> 122
        outputs.append((mixed >> turn | mixed << (64 - turn)) & _64)
    return tuple(outputs)


def _words(seed: int) -> list[int]:
    """Four 64-bit words that a seed of any length is spread over (NumPy's SeedSequence)."""
    entropy = [seed >> shift & _32 for shift in range(0, seed.bit_length(), 32)]
    further = entropy[_POOL:]
    turns = iter(_turns(0x43B0D7E5, 0x931E8875, _POOL * (_POOL + len(further))))

    def hashed(value: int) -> int:
        before, after = next(turns)
        value = (value ^ before) * after & _32
        return value ^ value >> 16

    def mixed(x: int, y: int) -> int:
        value = (0xCA01F9DD * x - 0x4973F715 * y) & _32
        return value ^ value >> 16

    pool = [hashed(word) for word in (entropy + [0] * _POOL)[:_POOL]]
    for source in range(_POOL):
        for n in range(_POOL):
            if n != source:
                pool[n] = mixed(pool[n], hashed(pool[source]))
    for word in further:
        for n in range(_POOL):
            pool[n] = mixed(pool[n], hashed(word))
    turns = iter(_turns(0x8B51F9DD, 0x58F38DED, 2 * _POOL))
    halves = [hashed(word) for word in pool + pool]
    return [low | high << 32 for low, high in zip(halves[::2], halves[1::2], strict=True)]


@cache
def _turns(first: int, factor: int, count: int) -> list[tuple[int, int]]:
    """What the hash is made with each time: a power of the factor before, the next one after."""
    constants = [first]
    for _ in range(count):
        constants.append(constants[-1] * factor & _32)
    return list(pairwise(constants))
