"""The numbers of a matrix as texts, one form for all of them, so that they align on the point; which cells a mask hid."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import chain

import numpy as np

from tmat.numbers import format_number, round_half_away, round_significant, shown_decimals
from tmat.numbers.rounding import digits_of
from tmat.sheet.remarks import Correction, Mask
from tmat.sheet.worksheet import Array, Matrix, Stage, Step
from tmat.stages.parts.masks import PAD, visibility

MOST = 4  # decimals, where nothing else says how many
ZERO_HIDES = ("multiply", "renormalize", "dropout")  # a 0 of a given operand hides the cell of the result
STAYS_HIDDEN = ("softmax_gradient", "divide_by_root", "divide")  # as in those, a cell hidden in an operand stays hidden
FILLS = ("mask_fill", "keep_largest", "nucleus")  # write a number, it may be 0, where a cell is not kept
DIGITS = 15  # of a float, that are those of the decimal it prints as however many are asked for
LONGEST = 15  # digits of a number beyond which an exponent reads better
SMALLEST = 1e-5  # a matrix with nothing larger is shown with exponents
SAME = "·"  # among the right numbers of a correction: as printed
ODD = {math.inf: "∞", -math.inf: "−∞"}


def texts(values: Array, digits: int | None = None, most: int = 4, hidden: Mask | None = None) -> list[list[str]]:
    """The numbers of a matrix, all with as many decimals as the longest needs, at most ``most``.

    Whole numbers have no point. Very large and very small numbers take an exponent. ``digits`` sets the decimals.
    A cell that a mask hid is a bare 0, and no other 0 of the matrix is bare: that may be a small number rounded.

    >>> texts(np.array([[1.5, 0.25], [-2.0, -np.inf]]))
    [['1.50', '0.25'], ['-2.00', '−∞']]
    >>> texts(np.array([[1.5e-12, 0.0]]))
    [['1.5e-12', '0']]
    >>> texts(np.array([[0.1]]), 17)
    [['0.10000000000000000']]
    >>> texts(np.array([[0.0, 1.0, 0.0]]), hidden=np.array([[False, False, True]]))
    [['0.0', '1.0', '0']]
    >>> texts(np.array([[0.2, 0.8, 0.0]]), 0, hidden=np.array([[False, False, True]]))
    [['0.', '1.', '0']]
    """
    shown = _texts(values, digits, most)
    if hidden is None:
        return shown
    pairs = [list(zip(*pair, strict=True)) for pair in zip(shown, hidden.tolist(), strict=True)]
    if digits is None and ("0", False) in chain.from_iterable(pairs):
        return texts(values, 1, most, hidden)
    point = "." if digits == 0 else ""
    return [["0" if masked else text + point for text, masked in row] for row in pairs]


def _texts(values: Array, digits: int | None, most: int) -> list[list[str]]:
    finite = values[np.isfinite(values)]
    peak = float(np.abs(finite).max(initial=0.0))
    if digits is not None:
        decimals = digits
        vanishes = 0.0 < peak < 0.5 * 10.0**-digits
    else:
        decimals = _decimals(finite, peak, most)
        vanishes = 0.0 < peak < SMALLEST
    if vanishes or (peak >= 1.0 and math.log10(peak) + 1 + decimals > max(LONGEST, decimals + 1)):
        return _with_exponents(values, finite, digits)
    if peak and math.log10(peak) + 1 + decimals > DIGITS:
        return [[format_number(x, decimals) for x in row] for row in values.tolist()]
    rounded = round_half_away(values, decimals) + 0.0  # + 0.0: no -0.00
    if len(finite) == values.size:
        return [[f"{x:.{decimals}f}" for x in row] for row in rounded.tolist()]
    return [[f"{x:.{decimals}f}" if math.isfinite(x) else ODD.get(x, "NaN") for x in row] for row in rounded.tolist()]


def corrected(found: Correction) -> list[list[str]]:
    """The right numbers of a correction, a dot where the printed one is right already."""
    assert found.right is not None
    right = texts(found.right, found.decimals)
    return [
        [text if wrong else SAME for text, wrong in zip(*row, strict=True)]
        for row in zip(right, found.wrong.tolist(), strict=True)
    ]


def _decimals(finite: Array, peak: float, most: int) -> int:
    """Decimals a matrix needs; where all of it is small, enough for three digits of the largest."""
    if 0.0 < peak < 0.01:
        most = max(most, 2 - math.floor(math.log10(peak)))
    if most > 0 and not np.array_equal(round_half_away(finite, most - 1), finite):
        return most  # the usual case, found at once
    return shown_decimals(finite, most)


def _with_exponents(values: Array, finite: Array, digits: int | None) -> list[list[str]]:
    places = digits
    if places is None:
        sample = finite.tolist()
        places = next((n for n in range(3) if all(float(f"{x:.{n}e}") == x for x in sample)), 3)
    return [[_exponent(x, places) for x in row] for row in round_significant(values, places + 1).tolist()]


def _exponent(x: float, places: int) -> str:
    """
    >>> _exponent(-1.25e-7, 2), _exponent(1.1e200, 20)
    ('-1.25e-7', '1.10000000000000000000e200')
    """
    printed = digits_of(repr(x))
    if printed is None:
        return ODD.get(x, "NaN")
    if not printed.digits:
        return "0"
    digits = printed.digits[: places + 1].ljust(places + 1, "0")
    point = "." if places else ""
    power = printed.exponent + len(printed.digits) - 1
    return f"{'-' if printed.negative else ''}{digits[0]}{point}{digits[1:]}e{power}"


def aligned(rows: list[list[str]]) -> list[list[str]]:
    """The columns of these rows of texts, each aligned on the point; other texts are right-aligned.

    >>> aligned([["1.5e-12", "9"], ["0", "10"], ["−∞", "8"]])
    [['1.5e-12', '0      ', '     −∞'], [' 9', '10', ' 8']]
    """
    return [_aligned(column) for column in zip(*rows, strict=True)]


def _aligned(column: Sequence[str]) -> list[str]:
    if "e" not in "".join(column):
        width = max(map(len, column), default=0)
        return [text.rjust(width) for text in column]
    before = max((_head(text) for text in column if text[-1:].isdigit()), default=0)
    after = max((len(text) - _head(text) for text in column if text[-1:].isdigit()), default=0)
    width = max(before + after, *map(len, column))
    placed = []
    for text in column:
        if text[-1:].isdigit():
            text = (" " * (before - _head(text)) + text).ljust(before + after)
        placed.append(text.rjust(width))
    return placed


def _head(text: str) -> int:
    """The characters of a number before its point or exponent."""
    for mark in ".e":
        if mark in text:
            return text.index(mark)
    return len(text)


# -- the numbers of a stage


def hidden(stage: Stage, step: Step) -> Mask | None:
    """Where a step is 0 because of a mask: the weight of a score of −∞, a weight times a given 0."""
    if step.result.name in (stage.remarks.corrections if stage.remarks else ()):
        return None
    out = np.zeros(step.values.shape, dtype=bool)
    for name in step.of:
        matrix, made = operand(stage, name), stage.step(name)
        if matrix is None:  # it was not kept, but the mask may be known
            out |= _behind_the_mask(stage, step) if "softmax" in step.op else False
        elif matrix.values.shape == step.values.shape:
            out |= np.isneginf(matrix.values)
            if step.op in ZERO_HIDES or step.op in STAYS_HIDDEN:
                before = hidden(stage, made) if made is not None else hidden_in_given(stage, name)
                if step.op in ZERO_HIDES and made is None:
                    before = matrix.values == 0.0
                out |= False if before is None else before
    if step.op in FILLS and 0.0 in step.params.values():
        mask = operand(stage, step.of[-1]) if len(step.of) > 1 else step.result
        out |= mask is not None and mask.values == 0.0
    found: Mask = out & (step.values == 0.0)
    return found if found.any() else None


def hidden_in_given(stage: Stage, name: str) -> Mask | None:
    """Where weights of the forward pass, given to a backward pass, are 0 because of the mask given with them."""
    matrix, mask = stage.given.get(name), stage.given.get("mask")
    weights = any(step.op == STAYS_HIDDEN[0] and step.of[0] == name for step in stage.steps)
    if not weights or matrix is None or mask is None or mask.values.shape != matrix.values.shape:
        return None
    found: Mask = mask.values == 0.0
    return found if found.any() and not found.all() and not matrix.values[found].any() else None


def _behind_the_mask(stage: Stage, step: Step) -> Mask | bool:
    """Where the mask of a stage, which was given or goes by rules, hides a key from a query."""
    head = re.sub(r"^\D*", "", step.name)
    given = stage.given.get("mask" + head, stage.given.get("mask"))
    if given is not None:
        hides = given.values == 0.0 if "mask_value" in stage.params else np.isneginf(given.values)
        return hides if hides.shape == step.values.shape else False
    rules, keys = stage.params.get("mask"), step.result.cols
    named = rules if isinstance(rules, list) else ()
    valid, window = (own if isinstance(own := stage.params.get(name), int) else None for name in ("valid", "window"))
    seen = visibility(
        step.result.rows,
        keys,
        causal="causal" in named,
        padding="padding" in named and PAD in keys,
        valid=valid,
        window=window,
    )
    return False if seen is None or seen.make is None else seen.make(0, step.result.height) == 0.0


def as_shown(stage: Stage, name: str, digits: int | None, *, used: bool) -> list[list[str]]:
    """The texts of all cells of a matrix, as its own table has them, or as the step that takes it has."""
    step = stage.step(name)
    matrix = operand(stage, name) if used else stage[name]
    assert matrix is not None, name
    return texts(
        matrix.values,
        digits,
        decimals(stage, name, used=used),
        hidden(stage, step) if step else hidden_in_given(stage, name),
    )


def decimals(stage: Stage, name: str, *, used: bool = False) -> int:
    """The most decimals of a matrix: MOST, or those that it was rounded to where these are more."""
    step = stage.step(name)
    if step is None:
        return MOST
    rounded = step.used if used and step.used is not None else step.decimals
    return MOST if rounded is None else max(rounded, MOST)


def operand(stage: Stage, name: str) -> Matrix | None:
    """A matrix as a step takes it; None where it was not kept."""
    return stage.operand(name) if name in stage else None
