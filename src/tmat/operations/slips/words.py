"""Slips with ids, tables of words, and positions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way
from tmat.operations.words import largest, lookup, sinusoid, token_ids


def ids_off_by_one(step: Redo, *_: Array) -> Iterator[Variant]:
    ids = step()
    yield way(ids - 1, start="one too low")
    yield way(ids + 1, start="one too high")


def position_for_id(step: Redo) -> Iterator[Variant]:
    places = np.arange(len(step["ids"]), dtype=np.float64).reshape(-1, 1)
    yield way(places)
    yield way(places + 1)


def row_off_by_one(step: Redo, ids: Array, table: Array) -> Iterator[Variant]:
    rows = ids[:, 0].astype(np.int64) - step["first"]
    for by, where in ((1, "low"), (-1, "high")):
        chosen = rows + by
        inside = (chosen >= 0) & (chosen < table.shape[0])
        values = table[np.clip(chosen, 0, table.shape[0] - 1)].copy()
        values[~inside] = np.nan
        yield way(values, where=where)


def angles(step: Redo, **other: Any) -> Array:
    """The angle of each position in each column, with some parameters changed."""
    how = {**step.params, **other}
    d = int(how["d_model"])
    i = np.arange(d)
    paired = step["exponent"] == "paired"
    powers = {
        "paired": 2 * (i // 2),
        "column": 2 * i,
        "plain": i,
        "pair": i // 2,
        "from one": 2 * ((i + 1) // 2) if paired else 2 * (i + 1),
        "column from one": 2 * (i + 1),
        "plain from one": i + 1,
        "double": 4 * (i // 2) if paired else 4 * i,
    }
    power = powers[str(how["exponent"])] / float(how.get("width", d))
    position = np.arange(int(how["start"]), int(how["start"]) + int(how["positions"]), dtype=np.float64)[:, None]
    return np.asarray(position / np.power(float(how["base"]), power))


def waves(step: Redo, *, trig: str = "right", degrees: bool = False, **other: Any) -> Array:
    """The positional encoding with some of its rules changed."""
    angle = angles(step, **other)
    if degrees:
        angle = np.deg2rad(angle)
    even = np.arange(angle.shape[1]) % 2 == 0
    sine = {"sin for cos": even | True, "cos for sin": even & False, "exchanged": ~even}.get(trig, even)
    table = np.where(sine, np.sin(angle), np.cos(angle))
    apart = (layout(step) == "halves") != (trig == "other layout")
    return np.concatenate([table[:, 0::2], table[:, 1::2]], axis=1) if apart else table


def layout(step: Redo) -> str:
    """The order of sines and cosines on this sheet."""
    return str(step.params.get("layout", "adjacent"))


TRIGONOMETRY = {
    "sin for cos": ("sin-for-cos", "sin was taken where cos is due, in the columns of odd i: p2, p4, …",
                    "take cos in columns p2, p4, …: there i, counted from 0, is odd"),
    "cos for sin": ("cos-for-sin", "cos was taken where sin is due, in the columns of even i: p1, p3, …",
                    "take sin in columns p1, p3, …: there i, counted from 0, is even"),
    "exchanged": ("sin-and-cos-exchanged", "sin and cos were exchanged",
                  "take sin in columns p1, p3, …, cos in p2, p4, …"),
    "other layout": ("sines-before-cosines", "all sines stand first and then all cosines",
                     "let sine and cosine take turns: sin in p1, cos in p2, sin in p3, …"),
}  # fmt: skip
IN_HALVES = {
    "sin for cos": ("sin-for-cos", "sin was taken where cos is due, in the second half", "take cos in the second half"),
    "cos for sin": ("cos-for-sin", "cos was taken where sin is due, in the first half", "take sin in the first half"),
    "exchanged": ("sin-and-cos-exchanged", "sin and cos were exchanged", "take sin in the first half, cos in the second"),
    "other layout": ("sines-and-cosines-in-turn", "sines and cosines stand in turn",
                     "put all sines first and then all cosines, as this sheet does"),
}  # fmt: skip
EXPONENTS = {
    "column": ("exponent-2i", "the exponent 2i/d was taken for column i", "use 2⌊i/2⌋/d: a sine and its cosine share one"),
    "paired": ("exponent-paired", "the exponent 2⌊i/2⌋/d was taken", "use 2i/d, as this sheet does"),
    "plain": ("exponent-i", "the exponent i/d was taken for column i", "use {right}"),
    "pair": ("exponent-not-doubled", "the exponent ⌊i/2⌋/d was taken, without the 2", "use {right}"),
    "from one": ("columns-from-1", "the columns were counted from 1 in the exponent", "the first column is i = 0: use {right}"),
    "column from one": ("exponent-2i+columns-from-1", "the exponent 2i/d was taken, the columns counted from 1", "use {right}"),
    "plain from one": ("exponent-i+columns-from-1", "the exponent i/d was taken, the columns counted from 1", "use {right}"),
    "double": ("exponent-doubled", "the exponent was doubled", "use {right}"),
}  # fmt: skip
SAME = ("column", "column from one")
"""The right exponent and a wrong one that gives the same numbers as another wrong one."""

DEGREES = ("degrees-for-radians", "the angles were taken in degrees", "set the calculator to radians")


def other_rules(step: Redo) -> Iterator[Variant]:
    """One rule changed, or two."""
    right, start = step["exponent"], step["start"]
    starts = {
        n: (f"positions-from-{n}", f"the positions were counted from {n}", f"the first position is {start}")
        for n in (1 if start == 0 else 0, start - 1)
    }
    rules: dict[str, dict[Any, tuple[str, str, str]]] = {
        "exponent": {kind: rule for kind, rule in EXPONENTS.items() if kind != right and (right, kind) != SAME},
        "trig": TRIGONOMETRY if layout(step) == "adjacent" else IN_HALVES,
        "start": starts,
        "degrees": {True: DEGREES},
    }
    for chosen in product(*([None, *rule] for rule in rules.values())):
        changed = {which: value for which, value in zip(rules, chosen, strict=True) if value is not None}
        if not 1 <= len(changed) <= 2 or (changed.get("trig") == "other layout" and "exponent" in changed):
            continue
        names, said, mend = zip(*(rules[which][value] for which, value in changed.items()), strict=True)
        rare = 2 * (len(changed) - 1) + (changed.get("exponent", right) not in ("paired", "column"))
        formula = "2⌊i/2⌋/d" if right == "paired" else "2i/d"
        values = waves(step, **changed)
        yield way(values, "+".join(names), ", and ".join(said), "; ".join(mend), rare, right=formula)


def exchanged(step: Redo) -> Iterator[Variant]:
    if layout(step) != "adjacent":
        return
    n, d = step["positions"], step["d_model"]
    angle = angles(step, positions=d, d_model=n, width=d).T
    for number, rare in ((np.arange(d), 0), (np.arange(n)[:, None], 1)):  # the sines of even columns, or of even rows
        yield way(np.where(number % 2 == 0, np.sin(angle), np.cos(angle)), rare=rare)


def another_base(step: Redo) -> Iterator[Variant]:
    for other in (10000.0, 1000.0, 100.0, 100000.0, 10.0):
        if other != step["base"]:
            yield way(waves(step, base=other), other=f"{other:g}")


def another_width(step: Redo) -> Iterator[Variant]:
    d = step["d_model"]
    for other in dict.fromkeys((512, d // 2, d - 1, d + 1, 2 * d, step["positions"])):
        if other > 0 and other != d:
            yield way(waves(step, width=other), other=str(other))


# fmt: off

slip((token_ids, largest), "ids-off-by-one", ids_off_by_one,
     said="the ids are off by one: counted from {start}", mend="look where this vocabulary begins to count")
slip(token_ids, "position-for-id", position_for_id,
     said="these are the places in the sentence, not in the vocabulary", mend="look each word up in the vocabulary")
slip(largest, "smallest-for-largest",
     lambda step, a: (a.argmin(axis=1) + step["first"]).astype(np.float64).reshape(-1, 1),
     said="this is the least likely word, not the likeliest", mend="take the largest number of the row")
slip(lookup, "ids-off-by-one", row_off_by_one,
     said="each id was looked up one row too {where}", mend="the first row of {1} belongs to id {first}")
slip(lookup, "rows-in-order",
     lambda _, ids, table: table[: ids.shape[0]].copy() if ids.shape[0] <= table.shape[0] else None,
     said="the first rows of {1} were taken in order", mend="take for each token the row of its id")
slip(sinusoid, "positions", other_rules,
     said="the positions were computed by another rule", mend="look at the formula again")
slip(sinusoid, "position-and-dimension-exchanged", exchanged, rare=1,
     said="position and dimension were exchanged in the angle",
     mend="divide the position, the row, by {base} to the power of the column's exponent")
slip(sinusoid, "another-base", another_base, rare=1,
     said="the base {other} was taken", mend="take the base {base}")
slip(sinusoid, "another-width", another_width, rare=1,
     said="the exponent was divided by {other}", mend="divide it by d = {d_model}")
slip(sinusoid, "base-left-out", lambda step: waves(step, base=1.0), rare=1,
     said="the position itself was taken as the angle in every column",
     mend="divide the position by {base} to the power of the column's exponent")
slip(sinusoid, "base-multiplied", lambda step: waves(step, base=1.0 / np.float64(step["base"])), rare=1,
     said="the position was multiplied by the power of {base}, not divided",
     mend="divide the position by {base} to the power of the column's exponent")
