"""The mask of an attention stage: rules and a given matrix brought together, and how it comes to bear."""

from __future__ import annotations

from tmat.engine.builder import Sheet
from tmat.engine.node import Node
from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix
from tmat.stages.conventions import Conventions, overtaken
from tmat.stages.masks import meant, said, visibility

SCORED = ("scores", "scaled", "masked", "weights", "scores1", "scaled1", "masked1", "weights1")
"""Steps of which one that is given tells the size of the mask."""


def masking(sheet: Sheet, how: Conventions, q: Node, k: Node) -> tuple[Node | None, str]:
    """The mask and how it is applied: by filling, by adding, or none."""
    rules = {
        "causal": "causal" in how.mask,
        "padding": "padding" in how.mask,
        "valid": how.valid,
        "window": how.window,
    }
    scores = next((m for m in map(sheet.peek, SCORED) if m is not None), None)
    queries, keys = (scores.rows, scores.cols) if scores is not None else (q.rows, k.rows)
    given = sheet.peek("mask")
    kind = meant(given.values, how.mask_means) if given is not None else "visible"
    own = None
    if given is not None and kind != "added":
        if given.height == 1 and given.width == len(keys):
            given = Matrix("mask", given.values.repeat(len(queries), axis=0), tuple(queries), given.cols, given.origin)
        if given.values.shape != (len(queries), len(keys)) and queries and keys:
            raise InputError(
                "the mask does not fit the scores",
                f"mask is {given.size}{' from ' + given.origin if given.origin else ''}, "
                f"the scores are {len(queries)}×{len(keys)}",
                mend=f"try a mask of {len(queries)}×{len(keys)}",
            )
        own = given.values if kind == "visible" else 1.0 - (given.values != 0.0)
    node = visibility(queries, keys, given=own, **rules)  # type: ignore[arg-type]
    if given is not None or any(rules.values()) or not overtaken(sheet, "scaled", how.heads or 1):
        sheet.note(said(given=given is not None, **rules))  # type: ignore[arg-type]
    sheet.record(mask=list(how.mask) or None, valid=how.valid, window=how.window)
    if kind == "added":
        if node is not None:
            raise InputError(
                "a mask to be added cannot be combined with the other masks",
                "the mask given has numbers other than 0 and 1",
                mend="give a mask of ones and zeros, or put all of it into the one given",
            )
        if how.renormalize:
            raise InputError(
                "--renormalize needs a mask of ones and zeros",
                "the mask given has other numbers, to be added to the scores",
                mend="give a mask of ones and zeros, or leave --renormalize out",
            )
        sheet.note("mask added to the scores")
        return sheet.given("mask"), kind
    if node is None:
        return None, kind
    if own is not None:
        sheet.take("mask")
        node = sheet.place(node)
    else:
        node = sheet.write(node)
    if how.renormalize:
        sheet.note("weights masked and renormalised")
        sheet.record(renormalize=True)
    else:
        sheet.record(mask_value=how.mask_value)
        sheet.note(f"{'−∞' if how.mask_value == float('-inf') else f'{how.mask_value:g}'} behind the mask")
    return node, kind
