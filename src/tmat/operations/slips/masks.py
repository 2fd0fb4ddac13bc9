"""Slips with masks and dropout: wrong cells masked, wrong numbers in them, a wrong scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from weakref import finalize

import numpy as np

from tmat.operations.attention import dropout, mask_fill
from tmat.operations.elementwise import multiply
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


class WrongMask(NamedTuple):
    """A mask that people use in place of the right one."""

    name: str
    said: str
    mend: str
    mask: Array


def wrong_masks(mask: Array) -> Iterator[WrongMask]:
    """The masks that are mistaken for this one."""
    n, m = mask.shape
    triangular = np.array_equal(mask, np.tri(n))
    if triangular:
        said = "the wrong triangle is masked: the past is hidden, not the future"
        yield WrongMask("wrong-triangle", said, "hide the cells above the diagonal: row i sees columns 1 to i", mask.T)
    elif n == m:
        mend = "a row of the mask belongs to a query, a column to a key"
        yield WrongMask("wrong-triangle", "the mask is transposed", mend, mask.T)
    yield WrongMask(
        "mask-off-by-one",
        "the mask is off by one: each row sees one column too many",
        "row i sees columns 1 to i, the diagonal and not beyond",
        np.hstack([np.ones((n, 1)), mask[:, :-1]]),
    )
    yield WrongMask(
        "mask-off-by-one",
        "the mask is off by one: the diagonal is hidden too" if triangular else "the mask is off by one column",
        "row i sees columns 1 to i, the diagonal included",
        np.hstack([mask[:, 1:], np.zeros((n, 1))]),
    )
    yield WrongMask(
        "mask-inverted",
        "the mask is the wrong way round: what should be seen is hidden",
        "hide the cells where the mask is 0",
        1.0 - mask,
    )

    shift = int(np.count_nonzero(mask[0])) - 1
    causal = np.tri(n, m, shift)
    if np.array_equal(mask, causal) and not mask.all():
        for by in dict.fromkeys((-shift, 2, -2, 3, -3)):
            if by:
                said = f"the causal mask is shifted: each row sees {abs(by)} columns too {'many' if by > 0 else 'few'}"
                mend = f"row 1 sees {shift + 1} of the columns, each row after it one more"
                yield WrongMask("mask-shifted", said, mend, np.tri(n, m, shift + by))
    seen = np.broadcast_to(mask.any(axis=0), (n, m)).astype(mask.dtype)
    causal = np.tri(n, m, m - n)
    if not seen.all() and np.array_equal(mask, causal * seen) and not np.array_equal(mask, seen):
        yield WrongMask(
            "padding-seen", "the padding is seen: only the future is hidden", "hide the padding too", causal
        )
        yield WrongMask("future-seen", "the future is seen: only the padding is hidden", "hide the future too", seen)


def wrong_windows(mask: Array) -> Iterator[WrongMask]:
    """The masks that are mistaken for this one where it is a sliding window, a band of diagonals."""
    n, m = mask.shape
    away = np.arange(m)[None, :] - np.arange(n)[:, None]
    seen = away[mask != 0.0]
    if not seen.size or seen.min() == away.min():
        return
    first, last = int(seen.min()), int(seen.max())
    if not np.array_equal(mask, (away >= first) & (away <= last)):
        return
    both = last == -first
    mend = f"a key may lie {-first} places back, and not more"
    for by, how in ((1, "one place too far"), (-1, "one place too short")):
        wide = (away >= first - by) & (away <= last + (by if both else 0))
        yield WrongMask("window-off-by-one", f"the window is off by one: it reaches {how}", mend, wide * 1.0)
    if not both:
        said = "the window was left out: only the future is hidden"
        yield WrongMask("window-left-out", said, mend, (away <= last) * 1.0)
        for name, said, end in (
            ("future-seen", "the future is seen: only what lies too far back is hidden", m),
            ("window-on-both-sides", "the window reaches as far into the future as back", -first),
        ):
            yield WrongMask(name, said, "hide the future too", ((away >= first) & (away <= end)) * 1.0)


_MADE: dict[int, tuple[WrongMask, ...]] = {}
"""The wrong masks by the id of the right one, while that exists: all heads share one mask."""


def distinct_masks(step: Redo, n: int = 1) -> Iterator[WrongMask]:
    """The wrong masks, each once, for the right one, operand n of a step; at the rows of the step."""
    mask = step.whole(n)
    if id(mask) not in _MADE:
        _MADE[id(mask)] = tuple(_distinct(mask))
        finalize(mask, _MADE.pop, id(mask), None).atexit = False
    for wrong in _MADE[id(mask)]:
        yield wrong._replace(mask=step.here(wrong.mask))


def _distinct(mask: Array) -> Iterator[WrongMask]:
    seen = [mask]
    for wrong in (*wrong_masks(mask), *wrong_windows(mask)):
        if not any(np.array_equal(wrong.mask, known) for known in seen):
            seen.append(wrong.mask)
            yield wrong


def zero_for_infinity(step: Redo, a: Array, mask: Array) -> Iterator[Variant]:
    if step["value"] != 0.0:
        yield way(np.where(mask != 0.0, a, 0.0), filling=filling(step))
        said = "the masked cells hold 1e-9, which is nearly 0, not {filling}"
        yield way(np.where(mask != 0.0, a, 1e-9), said=said, rare=1, filling=filling(step))


def wrong_mask(step: Redo, a: Array, mask: Array) -> Iterator[Variant]:
    value = step["value"]
    for wrong in distinct_masks(step):
        seen = wrong.mask != 0.0
        yield way(np.where(seen, a, value), wrong.name, wrong.said, wrong.mend)
        if value != 0.0:
            yield way(
                np.where(seen, a, 0.0),
                f"{wrong.name}+zero-for-infinity",
                wrong.said + ", and the masked cells hold 0, not {filling}",
                wrong.mend + "; put {filling} there",
                rare=1,
                filling=filling(step),
            )


def another_number(step: Redo, a: Array, mask: Array) -> Iterator[Variant]:
    value = step["value"]
    for other in (
        -np.inf,
        -1e9,
        -1e10,
        -1e20,
        -1e6,
        -1e5,
        -1e4,
        -1e3,
        -100.0,
        -999.0,
        -9999.0,
        -1.0,
        1.0,
        np.inf,
    ):
        if other != value:
            shown = "−∞" if other == -np.inf else "∞" if other == np.inf else f"{other:g}".replace("-", "−")
            yield way(np.where(mask != 0.0, a, other), other=shown, filling=filling(step))


def cap_after_mask(step: Redo, a: Array, mask: Array) -> Variant | None:
    """Capped after masking: the masked cells hold −cap."""
    cap = step.maker(0, "soft_cap")
    if cap is None:
        return None
    return way(np.where(mask != 0.0, a, -cap["cap"]), cap=f"{cap['cap']:g}", filling=filling(step))


def mask_added(step: Redo, a: Array, mask: Array) -> Iterator[Variant]:
    yield way(a + mask, filling=filling(step))
    yield way(a + (mask == 0.0), filling=filling(step))
    yield way(np.where(mask != 0.0, 1.0, step["value"]), filling=filling(step))


def _is_mask(factor: Array) -> bool:
    return bool(((factor == 0.0) | (factor == 1.0)).all())


def wrong_factor(step: Redo, a: Array, mask: Array) -> Iterator[Variant]:
    for wrong in distinct_masks(step) if _is_mask(mask) else ():
        yield way(a * wrong.mask, wrong.name, wrong.said, wrong.mend)


def dropout_wrong_scale(step: Redo, a: Array, keep: Array) -> Iterator[Variant]:
    p = step["p"]
    if p not in (0.0, 0.5, 1.0):
        yield way(a * keep / p, done="divided by p")
    if p not in (0.0, 1.0):
        yield way(a * keep * (1.0 - p), done="multiplied by 1 − p")


def dropout_inverted(step: Redo, a: Array, keep: Array) -> Array:
    p = step["p"]
    return a * (1.0 - keep) / (1.0 - p if p != 1.0 else 1.0)


def filling(step: Redo) -> str:
    """The number that masked cells should hold, as text."""
    value = step["value"]
    return "−∞" if value == -np.inf else f"{value:g}".replace("-", "−")


# fmt: off

slip(mask_fill, "mask-not-applied", lambda step, a, mask: way(a, filling=filling(step)),
     said="the mask was not applied: these are the numbers of {0}", mend="put {filling} where the mask hides a cell")
slip(mask_fill, "zero-for-infinity", zero_for_infinity,
     said="the masked cells hold 0, not {filling}",
     mend="put {filling}: a score of 0 still gets a weight from softmax, e⁰ = 1")
slip(mask_fill, "wrong-mask", wrong_mask,
     said="another mask was applied", mend="look at the mask again")
slip(mask_fill, "another-number-for-infinity", another_number, rare=1,
     said="the masked cells hold {other}, not {filling}",
     mend="put {filling} there: only −∞ gives a weight of exactly 0")
slip(mask_fill, "cap-after-mask", cap_after_mask, rare=1,
     said="the scores were capped after the mask: the masked cells hold −{cap}, not {filling}",
     mend="cap first, then put {filling} in the masked cells")
slip(mask_fill, "mask-added", mask_added, rare=1,
     said="the mask's ones and zeros were added to {0}",
     mend="leave the cells that are seen as they are, and put {filling} in the others")
slip(multiply, "mask-not-applied", lambda _, a, mask: a if _is_mask(mask) else None,
     said="{1} was not applied: these are the numbers of {0}",
     mend="multiply each cell of {0} by the cell of {1} in the same place")
slip(multiply, "wrong-mask", wrong_factor,
     said="another mask was applied", mend="look at the mask again")
slip(dropout, "dropout-scale-left-out", lambda _, a, keep: a * keep,
     said="the cells that were kept were not scaled up", mend="divide what is kept by 1 − p, here 1 − {p}")
slip(dropout, "dropout-wrong-scale", dropout_wrong_scale, rare=1,
     said="the cells that were kept were {done}", mend="divide what is kept by 1 − p, here 1 − {p}")
slip(dropout, "dropout-inverted", dropout_inverted,
     said="the cells to be kept were dropped, and the others kept", mend="keep a cell where {1} is 1")
slip(dropout, "dropout-not-applied", lambda _, a, keep: a,
     said="nothing was dropped: these are the numbers of {0}",
     mend="put 0 where {1} is 0 and divide the rest by 1 − {p}")
slip(dropout, "dropout-only-scaled", lambda step, a, keep: a / (1.0 - step["p"]), rare=1,
     said="every cell was scaled up and none dropped", mend="put 0 where {1} is 0")
