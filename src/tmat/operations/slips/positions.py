"""Slips with positions: scaled embeddings, rotary angles and their rates, pairs of columns, ALiBi's slopes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.elementwise import add
from tmat.operations.operation import Array
from tmat.operations.positions import alibi, alibi_slopes, distances, multiply_by_root, rotary_angles, rotate
from tmat.operations.products import matmul
from tmat.operations.slips.slip import Redo, Variant, slip, way
from tmat.operations.stretching import angles_at, rotary_rates, stretch_by_place, stretch_by_turns


def positions_scaled_too(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    scale = step.maker(0, "multiply_by_root")
    if scale is not None:
        yield way((scale.operands[0] + b) * np.sqrt(scale["d"]), scale=f"√{scale['d']:g}", embeddings=scale.names[0])


def other_start(step: Redo) -> Iterator[Variant]:
    start = step["start"]
    for other in {1 if start == 0 else 0, start - 1}:
        yield way(step.again(start=other)(), other=str(other))


def other_base(step: Redo) -> Iterator[Variant]:
    for other in (10000.0, 500000.0, 1000000.0, 1000.0):
        if other != step["base"]:
            yield way(step.again(base=other)(), other=f"{other:.0f}")


def exponent(step: Redo) -> Iterator[Variant]:
    """Other exponents than 2i/d."""
    count, d, base = step["width"] // 2, step["width"], step["base"]
    places = np.arange(step["start"], step["start"] + step["positions"], dtype=np.float64)[:, None] / step["factor"]
    i = np.arange(count)
    for name, power, said in (
        ("exponent-i", i / d, "the exponent i/d was taken, without the 2"),
        ("columns-from-1", 2 * (i + 1) / d, "the pairs were counted from 1 in the exponent"),
        ("exponent-doubled", 4 * i / d, "the exponent was doubled"),
    ):
        yield way(places / base**power, name, said)


def factor(step: Redo) -> Iterator[Variant]:
    if step["factor"] != 1.0:
        yield way(step.again(factor=1.0)(), said="the positions were not divided by {factor}")
        yield way(step.again(factor=1.0 / step["factor"])(), said="the positions were multiplied by {factor}", rare=1)


TOGETHER = {"adjacent": "columns 1 and 2, 3 and 4, … are", "halves": "column i of the first half and of the second are"}


def other_layout(step: Redo, *_: Array) -> Variant:
    other = "halves" if step["layout"] == "adjacent" else "adjacent"
    taken = {"halves": "a column of the first half and one of the second", "adjacent": "neighbouring columns"}[other]
    return way(step.again(layout=other)(), taken=taken, right=TOGETHER[step["layout"]])


def exchanged(step: Redo, a: Array, angles: Array) -> Array:
    return np.asarray(step.taking(1, np.pi / 2 - angles)())


def other_angles(step: Redo, a: Array, angles: Array) -> Iterator[Variant]:
    """Positions counted from another number in queries or keys alone; in both, the scores are the same."""
    made = step.maker(1, "rotary_angles")
    if made is not None:
        for variant in other_start(made):
            turned = step.taking(1, np.asarray(variant.values))()
            yield way(turned, start=f"{made['start']}", other=variant.details["other"])


def before_the_split(step: Redo, a: Array, angles: Array) -> Iterator[Variant]:
    cut, made = step.maker(0, "columns"), step.maker(1, "rotary_angles")
    if cut is None or made is None or made["width"] != a.shape[1]:
        return
    whole = cut.operands[0]
    wide = made.again(width=whole.shape[1])()
    if wide.shape[1] > angles.shape[1]:
        turned = step.op.evaluate(whole, wide, layout=step["layout"])
        yield way(np.asarray(turned[:, cut["start"] - 1 : cut["stop"]]), whole=cut.names[0])


def turning(step: Redo) -> Redo | None:
    """The first rotation among the steps from which a step was made."""
    for made in step.makers:
        found = made if made is None or made.op is rotate else turning(made)
        if found is not None:
            return found
    return None


def values_turned(step: Redo, weights: Array, v: Array) -> Iterator[Variant]:
    if step.maker(0, "softmax", "softmax_tempered", "softmax_sink", "softmax_based", "renormalize", "dropout") is None:
        return
    turned = turning(step)
    if (
        turned is not None
        and turned.operands[1].shape[0] == v.shape[0]
        and 2 * turned.operands[1].shape[1] <= v.shape[1]
    ):
        yield way(weights @ np.asarray(rotate.evaluate(v, turned.operands[1], layout=turned["layout"])))


def other_head(step: Redo, a: Array, slopes: Array) -> Iterator[Variant]:
    for head in range(1, slopes.shape[1] + 1):
        if head != step["head"]:
            yield way(step.again(head=head)(), other=str(head))


def with_slope(step: Redo, a: Array, slope: Array | float) -> Array:
    return np.asarray(a - slope * distances(a.shape, step["first"]))


def own(step: Redo, slopes: Array) -> Array:
    return slopes[:, step["head"] - 1 : step["head"]]


def signed(step: Redo, a: Array, slopes: Array) -> Array:
    """i − j with its sign: later keys gain."""
    away = np.arange(a.shape[0])[:, None] + (step["first"] - 1) - np.arange(a.shape[1])[None, :]
    return np.asarray(a - own(step, slopes) * away)


def powers(step: Redo, first: int) -> Array:
    """2^(−8h/heads), the heads counted from another number."""
    heads = step["heads"]
    return np.asarray(2.0 ** (-8.0 * np.arange(first, first + heads) / heads))[None, :]


def interpolated_wrongly(step: Redo, a: Array) -> Array:
    """The share that is kept and the share that is divided exchanged."""
    kept = step() / a
    factor = step["factor"]
    share = (kept - 1.0 / factor) / (1.0 - 1.0 / factor)
    return np.asarray(np.where((share > 1e-9) & (share < 1.0 - 1e-9), a * (1.0 - share + share / factor), step()))


def wavelength_for_turns(step: Redo, a: Array) -> Array:
    """2π left out of the number of turns."""
    kept = np.clip((step["length"] * a - step["low"]) / (step["high"] - step["low"]), 0.0, 1.0)
    return np.asarray(a * (kept + (1.0 - kept) / step["factor"]))


# fmt: off

slip(multiply_by_root, "embeddings-not-scaled", lambda _, a: a,
     said="these are the numbers of {0}: not multiplied by √{d}", mend="multiply every cell of {0} by √{d}")
slip(multiply_by_root, "multiplied-by-width", lambda step, a: a * step["d"],
     said="multiplied by {d} itself, not by its root", mend="multiply by √{d}")
slip(multiply_by_root, "divided-by-root", lambda step, a: a / np.sqrt(step["d"]),
     said="divided by √{d}, not multiplied", mend="multiply by √{d}")
slip(add, "positions-scaled-too", positions_scaled_too,
     said="{1} was multiplied by {scale} too", mend="multiply {embeddings} alone by {scale}, then add {1}")
slip(rotary_angles, "positions-counted-from", other_start,
     said="the positions were counted from {other}", mend="the first position is {start}")
slip(rotary_angles, "another-base", other_base, rare=1,
     said="the base {other} was taken", mend="the base is {base}")
slip(rotary_angles, "exponent", exponent,
     said="another exponent was taken", mend="use 2i/{width}, i counted from 0")
slip(rotary_angles, "positions-not-divided", factor,
     said="the positions were not divided by {factor}", mend="divide each position by {factor}")
slip(rotate, "other-pairs", other_layout,
     said="{taken} were turned together", mend="{right} a pair")
slip(rotate, "angle-sign-reversed", lambda step, _, angles: step.taking(1, -angles)(),
     said="turned the wrong way round: by −θ", mend="(x, y) becomes (x·cos θ − y·sin θ, x·sin θ + y·cos θ)")
slip(rotate, "sine-and-cosine-exchanged", exchanged,
     said="sine and cosine were exchanged", mend="(x, y) becomes (x·cos θ − y·sin θ, x·sin θ + y·cos θ)")
slip(rotate, "not-turned", lambda _, a, angles: a,
     said="these are the numbers of {0}: not turned", mend="turn each pair of columns by its angle in {1}")
slip(rotate, "turned-twice", lambda step, *_: step.taking(0, step())(), rare=1,
     said="turned twice", mend="turn {0} once")
slip(rotate, "factor-left-out", lambda step, *_: step.again(times=1.0)() if step.params.get("times", 1.0) != 1.0 else None,
     said="not multiplied by {times}", mend="multiply what is turned by {times}")
slip(rotate, "positions-counted-from", other_angles, rare=1,
     said="{0} was turned as if its positions were counted from {other}", mend="the first position is {start}")
slip(rotate, "turned-before-the-split", before_the_split,
     said="{whole} was turned as a whole and cut into heads afterwards", mend="cut {whole} into heads first: each head has its own angles from θ1 on")
slip(matmul, "values-turned-too", values_turned,
     said="{1} was turned by the angles too", mend="queries and keys are turned, values are not")
slip(alibi, "slope-of-another-head", other_head,
     said="the slope of head {other} was taken", mend="take the slope of head {head}")
slip(alibi, "distance-added", lambda step, a, slopes: with_slope(step, a, -own(step, slopes)),
     said="the distances were added, not taken off", mend="take slope·|i − j| off: what is far away counts less")
slip(alibi, "slope-left-out", lambda step, a, slopes: with_slope(step, a, 1.0),
     said="the distances were taken off without the slope", mend="multiply each distance by the slope of head {head}")
slip(alibi, "distances-left-out", lambda _, a, slopes: a,
     said="these are the numbers of {0}: no distance was taken off", mend="take slope·|i − j| off every cell")
slip(alibi, "distance-with-its-sign", signed, rare=1,
     said="i − j was taken with its sign: later keys gain", mend="take slope·|i − j| off every cell")
slip(alibi_slopes, "heads-from-0", lambda step: powers(step, 0),
     said="the heads were counted from 0", mend="the first head is h = 1: 2^(−8/{heads})")
slip(alibi_slopes, "slopes-in-reverse", lambda step: step()[:, ::-1].copy(),
     said="the slopes stand in reverse", mend="the first head has the steepest slope")
slip(rotary_rates, "rates-turned-over", lambda step: 1.0 / step(),
     said="these are base^(2i/{width}), not 1 over it", mend="divide 1 by base^(2i/{width})")
slip((stretch_by_turns, stretch_by_place), "not-stretched", lambda _, a: a,
     said="these are the numbers of {0}: not stretched", mend="divide the slow ones by {factor}")
slip((stretch_by_turns, stretch_by_place), "all-stretched", lambda step, a: a / step["factor"],
     said="all of them were divided by {factor}", mend="leave the fast ones as they are")
slip((stretch_by_turns, stretch_by_place), "shares-exchanged", interpolated_wrongly, rare=1,
     said="in between, the share that is kept was divided, and the other kept", mend="keep the larger share of the faster one")
slip(stretch_by_turns, "two-pi-left-out", wavelength_for_turns,
     said="2π was left out of how often a pair turns", mend="a pair turns length·rate/2π times")
slip(angles_at, "positions-counted-from-another", lambda step, rates: step.again(start=step["start"] + 1 if step["start"] == 0 else step["start"] - 1)(),
     said="the positions were counted from another number", mend="the first position is {start}")
