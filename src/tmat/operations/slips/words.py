"""Slips with ids, tables of words, and positions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip
from tmat.operations.words import largest, lookup, sinusoid, token_ids


@slip(
    (token_ids, largest),
    "ids-off-by-one",
    said="the ids are off by one: counted from {start}",
    mend="look where this vocabulary begins to count",
)
def ids_off_by_one(step: Redo) -> Iterator[Variant]:
    ids = step()
    yield Variant(ids - 1, {"start": "one too low"})
    yield Variant(ids + 1, {"start": "one too high"})


@slip(
    token_ids,
    "position-for-id",
    said="these are the places in the sentence, not in the vocabulary",
    mend="look each word up in the vocabulary",
)
def position_for_id(step: Redo) -> Iterator[Variant]:
    places = np.arange(len(step.params["ids"]), dtype=np.float64).reshape(-1, 1)
    yield Variant(places)
    yield Variant(places + 1)


@slip(
    largest,
    "smallest-for-largest",
    said="this is the least likely word, not the likeliest",
    mend="take the largest number of the row",
)
def smallest(step: Redo) -> Array:
    a = step.operands[0]
    return np.asarray((a.argmin(axis=1) + int(step.params["first"])).astype(np.float64).reshape(-1, 1))


@slip(
    lookup,
    "ids-off-by-one",
    said="each id was looked up one row too {where}",
    mend="the first row of {1} belongs to id {first}",
)
def row_off_by_one(step: Redo) -> Iterator[Variant]:
    ids, table = step.operands
    rows = ids[:, 0].astype(np.int64) - int(step.params["first"])
    for by, where in ((1, "low"), (-1, "high")):
        chosen = rows + by
        inside = (chosen >= 0) & (chosen < table.shape[0])
        values = table[np.clip(chosen, 0, table.shape[0] - 1)].copy()
        values[~inside] = np.nan
        yield Variant(values, {"where": where})


@slip(
    lookup,
    "rows-in-order",
    said="the first rows of {1} were taken in order",
    mend="take for each token the row of its id",
)
def rows_in_order(step: Redo) -> Array | None:
    ids, table = step.operands
    return table[: ids.shape[0]].copy() if ids.shape[0] <= table.shape[0] else None


TRIGONOMETRY = ("right", "sin for cos", "cos for sin", "exchanged", "halves")


def waves(step: Redo, *, trig: str = "right", degrees: bool = False, **other: object) -> Array:
    """The table of positions with some of its rules changed."""
    how = {**step.params, **other}
    n, d = int(how["positions"]), int(how["d_model"])
    i = np.arange(d)
    paired = step.params["exponent"] == "paired"
    powers = {
        "paired": 2 * (i // 2),
        "column": 2 * i,
        "plain": i,
        "pair": i // 2,
        "from one": 2 * ((i + 1) // 2) if paired else 2 * (i + 1),
        "double": 4 * (i // 2) if paired else 4 * i,
    }
    power = powers[str(how["exponent"])] / float(how.get("width", d))
    position = np.arange(int(how["start"]), int(how["start"]) + n, dtype=np.float64)[:, None]
    angle = position / np.power(float(how["base"]), power)
    if degrees:
        angle = np.deg2rad(angle)
    if trig == "halves":
        return np.concatenate([np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2])], axis=1)
    even = i % 2 == 0
    sine = {"right": even, "sin for cos": even | True, "cos for sin": even & False, "exchanged": ~even}[trig]
    return np.where(sine, np.sin(angle), np.cos(angle))


SAID = {
    "sin for cos": ("sin-for-cos", "sin was taken where cos is due, in the odd columns", "take cos in odd columns i"),
    "cos for sin": ("cos-for-sin", "cos was taken where sin is due, in the even columns", "take sin in even columns i"),
    "exchanged": (
        "sin-and-cos-exchanged",
        "sin and cos were exchanged",
        "take sin in even columns, cos in odd ones, the first column being i = 0",
    ),
    "halves": (
        "sines-before-cosines",
        "all sines stand first and then all cosines",
        "let sine and cosine take turns: sin in even columns, cos in odd ones",
    ),
}
EXPONENTS = {
    "column": (
        "exponent-2i",
        "the exponent 2i/d was taken for column i",
        "use 2⌊i/2⌋/d: a sine and its cosine share one",
    ),
    "paired": ("exponent-paired", "the exponent 2⌊i/2⌋/d was taken", "use 2i/d, as this sheet does"),
    "plain": ("exponent-i", "the exponent i/d was taken for column i", "use {exponent_right}"),
    "pair": ("exponent-not-doubled", "the exponent ⌊i/2⌋/d was taken, without the 2", "use {exponent_right}"),
    "from one": (
        "columns-from-1",
        "the columns were counted from 1 in the exponent",
        "the first column is i = 0: use {exponent_right}",
    ),
    "double": ("exponent-doubled", "the exponent was doubled", "use {exponent_right}"),
}


@slip(sinusoid, "positions", said="the positions were computed by another rule", mend="look at the formula again")
def other_rules(step: Redo) -> Iterator[Variant]:
    """Each rule changed alone, and two of the common ones together."""
    right = str(step.params["exponent"])
    start = int(step.params["start"])
    formula = "2⌊i/2⌋/d" if right == "paired" else "2i/d"
    exponents = [right, *(kind for kind in EXPONENTS if kind != right)]
    shifted = 1 if start == 0 else 0
    starts = [start, shifted] + ([start - 1] if start - 1 not in (start, shifted) else [])
    for exponent, trig, begin, degrees in product(exponents, TRIGONOMETRY, starts, (False, True)):
        changed = (exponent != right) + (trig != "right") + (begin != start) + degrees
        if not 1 <= changed <= 2 or (trig == "halves" and exponent != right):
            continue
        names, said, mend = [], [], []
        for on, (name, what, do) in (
            (exponent != right, EXPONENTS[exponent]),
            (trig != "right", SAID.get(trig, ("", "", ""))),
            (
                begin != start,
                (
                    f"positions-from-{begin}",
                    f"the positions were counted from {begin}",
                    f"the first position is {start}",
                ),
            ),
            (degrees, ("degrees-for-radians", "the angles were taken in degrees", "set the calculator to radians")),
        ):
            if on:
                names.append(name)
                said.append(what)
                mend.append(do)
        yield Variant(
            waves(step, trig=trig, degrees=degrees, exponent=exponent, start=begin),
            {"exponent_right": formula},
            "+".join(names),
            ", and ".join(said),
            "; ".join(mend),
            rare=2 * (changed - 1) + (exponent not in ("paired", "column")),
        )


@slip(sinusoid, "another-base", said="the base {other} was taken", mend="take the base {base}", rare=1)
def another_base(step: Redo) -> Iterator[Variant]:
    for other in (10000.0, 1000.0, 100.0, 100000.0, 10.0):
        if other != float(step.params["base"]):
            yield Variant(waves(step, base=other), {"other": f"{other:g}"})


@slip(sinusoid, "another-width", said="the exponent was divided by {other}", mend="divide it by d = {d_model}", rare=1)
def another_width(step: Redo) -> Iterator[Variant]:
    d = int(step.params["d_model"])
    for other in dict.fromkeys((512, d // 2, d - 1, d + 1, 2 * d, int(step.params["positions"]))):
        if other > 0 and other != d:
            yield Variant(waves(step, width=other), {"other": str(other)})


@slip(
    sinusoid,
    "base-left-out",
    said="the position itself was taken as the angle in every column",
    mend="divide the position by {base} to the power of the column's exponent",
    rare=1,
)
def base_left_out(step: Redo) -> Array:
    return waves(step, base=1.0)


@slip(
    sinusoid,
    "base-multiplied",
    said="the position was multiplied by the power of {base}, not divided",
    mend="divide the position by {base} to the power of the column's exponent",
    rare=1,
)
def base_multiplied(step: Redo) -> Array:
    return waves(step, base=1.0 / np.float64(step.params["base"]))
