"""Slips in scaling the scores."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tmat.numbers import round_half_away
from tmat.operations.elementwise import divide, divide_by_root
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def other_width(step: Redo, a: Array) -> Iterator[Variant]:
    d = step["d"]
    seen = {d, 1.0}
    for n, width in enumerate([*step.widths, *range(2, 13)]):
        if float(width) not in seen and width > 0:
            seen.add(float(width))
            rare = 0 if n < len(step.widths) else 1
            yield way(a / math.sqrt(width), rare=rare, other=str(width), which=which(step, width))


def other_width_without_root(step: Redo, a: Array) -> Iterator[Variant]:
    d = step["d"]
    for width in dict.fromkeys(step.widths):
        if width > 1 and float(width) != d:
            yield way(a / width, other=str(width), which=which(step, width))


def which(step: Redo, width: int) -> str:
    """The name of a width on the page, in brackets."""
    return f" ({step.widths[width]})" if width in step.widths else ""


def by_another(step: Redo, a: Array) -> Iterator[Variant]:
    by = step["by"]
    if by > 0:
        yield way(a / math.sqrt(by), other=f"√{by:g}")
    for width in dict.fromkeys(step.widths):
        for other, said in ((math.sqrt(width), f"√{width}"), (float(width), str(width))):
            if other not in (1.0, by):
                yield way(a / other, other=said)


def root_rounded(step: Redo, a: Array) -> Iterator[Variant]:
    root = number(step)
    for decimals in (2, 1, 3, 0):
        rounded = float(round_half_away([root], decimals)[0])
        if math.isfinite(rounded) and rounded not in (0.0, 1.0, root):  # to divide by 1 is to leave the scale out
            yield way(a / rounded, rounded=f"{rounded:g}")


def number(step: Redo) -> float:
    """The number that the step divides by; NaN for the root of a negative one."""
    return step["by"] if "by" in step.params else float(np.sqrt(step["d"]))


def divisor(step: Redo) -> str:
    """The divisor as text."""
    return f"{step['by']:g}" if "by" in step.params else f"√{step['d']:g}"


# fmt: off

slip((divide, divide_by_root), "scale-left-out", lambda step, a: way(a, divisor=divisor(step)),
     said="the scale was left out: these are the numbers of {0}", mend="divide every cell of {0} by {divisor}")
slip(divide_by_root, "divided-by-d-k", lambda step, a: a / step["d"],
     said="divided by {d} itself, not by its root (or by √{d} twice)", mend="divide by √{d}")
slip((divide, divide_by_root), "multiplied-by-scale",
     lambda step, a: way(a * number(step), divisor=divisor(step)),
     said="multiplied by {divisor}, not divided", mend="divide by {divisor}")
slip(divide_by_root, "root-of-another-width", other_width,
     said="scores divided by √{other}{which}, not by √{d} (d_k)", mend="divide by √{d}: {d} is the d_k of this sheet")
slip(divide_by_root, "divided-by-another-width", other_width_without_root, rare=1,
     said="scores divided by {other}{which}: another width, and no root", mend="divide by √{d}")
slip(divide_by_root, "multiplied-by-d-k", lambda step, a: a * step["d"], rare=1,
     said="multiplied by {d}", mend="divide by √{d}")
slip(divide, "scale-twice", lambda step, a: a / step["by"] ** 2, rare=1,
     said="divided by {by} twice", mend="divide by {by} once")
slip(divide, "divided-by-another", by_another, rare=1,
     said="divided by {other}", mend="divide by {by}")
slip(divide_by_root, "root-rounded-early", root_rounded,
     said="√{d} was rounded to {rounded} before it was divided by",
     mend="keep more decimals of √{d} than the answer shows")
