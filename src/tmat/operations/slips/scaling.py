"""Slips in scaling the scores."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tmat.numbers import round_half_away
from tmat.operations.elementwise import divide, divide_by_root
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip


@slip(
    (divide, divide_by_root),
    "scale-left-out",
    said="the scale was left out: these are the numbers of {0}",
    mend="divide every cell of {0} by {divisor}",
)
def left_out(step: Redo) -> Iterator[Variant]:
    yield Variant(step.operands[0], {"divisor": divisor(step)})


@slip(divide_by_root, "divided-by-d-k", said="divided by {d} itself, not by its root", mend="divide by √{d}")
def without_root(step: Redo) -> Array:
    return step.operands[0] / float(step.params["d"])


@slip(
    (divide, divide_by_root),
    "multiplied-by-scale",
    said="multiplied by {divisor}, not divided",
    mend="divide by {divisor}",
)
def multiplied(step: Redo) -> Iterator[Variant]:
    yield Variant(step.operands[0] * number(step), {"divisor": divisor(step)})


@slip(
    divide_by_root,
    "root-of-another-width",
    said="divided by √{other}, not by √{d}",
    mend="divide by √{d}: {d} is the d_k of this sheet",
)
def other_width(step: Redo) -> Iterator[Variant]:
    a, d = step.operands[0], float(step.params["d"])
    seen = {d, 1.0}
    for n, width in enumerate([*step.widths, *range(2, 13)]):
        if float(width) not in seen and width > 0:
            seen.add(float(width))
            yield Variant(a / math.sqrt(width), {"other": str(width)}, rare=0 if n < len(step.widths) else 1)


@slip(
    divide_by_root,
    "divided-by-another-width",
    said="divided by {other}: another width, and no root",
    mend="divide by √{d}",
    rare=1,
)
def other_width_without_root(step: Redo) -> Iterator[Variant]:
    a, d = step.operands[0], float(step.params["d"])
    for width in dict.fromkeys(step.widths):
        if width > 1 and float(width) != d:
            yield Variant(a / width, {"other": str(width)})


@slip(divide_by_root, "multiplied-by-d-k", said="multiplied by {d}", mend="divide by √{d}", rare=1)
def multiplied_by_width(step: Redo) -> Array:
    return step.operands[0] * float(step.params["d"])


@slip(divide, "divided-by-another", said="divided by {other}", mend="divide by {by}", rare=1)
def by_another(step: Redo) -> Iterator[Variant]:
    a, by = step.operands[0], float(step.params["by"])
    if by > 0:
        yield Variant(a / math.sqrt(by), {"other": f"√{by:g}"})
        yield Variant(a / (by * by), {"other": f"{by:g}²"})
    for width in dict.fromkeys(step.widths):
        for other, said in ((math.sqrt(width), f"√{width}"), (float(width), str(width))):
            if other not in (1.0, by):
                yield Variant(a / other, {"other": said})


@slip(
    divide_by_root,
    "root-rounded-early",
    said="√{d} was rounded to {rounded} before it was divided by",
    mend="keep more decimals of √{d} than the answer shows",
)
def root_rounded(step: Redo) -> Iterator[Variant]:
    root = number(step)
    for decimals in (2, 1, 3, 0):
        rounded = float(round_half_away([root], decimals)[0])
        if math.isfinite(rounded) and rounded not in (0.0, root):
            yield Variant(step.operands[0] / rounded, {"rounded": f"{rounded:g}"})


def number(step: Redo) -> float:
    """What the step divides by; no number where it is the root of a negative one."""
    return float(step.params["by"]) if "by" in step.params else float(np.sqrt(step.params["d"]))


def divisor(step: Redo) -> str:
    """The divisor as people write it."""
    return f"{step.params['by']:g}" if "by" in step.params else f"√{step.params['d']:g}"
