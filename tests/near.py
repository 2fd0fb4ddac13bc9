"""Texts that are the same but for the last bits of their numbers, which a processor or a mathematics library may turn."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.ASCII)
NEAR = 1e-12


def apart(found: str, expected: str) -> str:
    """Where two texts differ by more than that: empty where they do not.

    >>> apart("Q 0.30000000000000004", "Q 0.3"), apart("Q 0.31", "Q 0.3")
    ('', '0.31 is not 0.3, after: Q ')
    """
    if found == expected:
        return ""
    frames = _NUMBER.split(found), _NUMBER.split(expected)
    for n, (own, due) in enumerate(zip(*frames, strict=False)):
        if own != due:
            return f"part {n}: {own[:80]!r} is not {due[:80]!r}"
    if len(frames[0]) != len(frames[1]):
        return f"{len(frames[0])} parts, not {len(frames[1])}"
    numbers = _NUMBER.findall(found), _NUMBER.findall(expected)
    for n, (own, due) in enumerate(zip(*numbers, strict=True)):
        if not math.isclose(float(own), float(due), rel_tol=NEAR, abs_tol=NEAR):
            return f"{own} is not {due}, after: {frames[0][n][-60:]}"
    return ""
