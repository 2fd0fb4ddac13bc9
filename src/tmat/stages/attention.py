"""Attention: queries against keys, the weights that come of it, and the weighted sum of the values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tmat.engine.builder import Sheet, arriving
from tmat.engine.draws import Seed
from tmat.engine.limits import MOST_HEADS, refuse_count
from tmat.engine.node import Node
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.numbers import format_number
from tmat.operations import (
    add,
    additive_scores,
    concat,
    divide,
    divide_by_root,
    dropout,
    linear,
    mask_fill,
    matmul,
    matmul_transposed,
    multiply,
    renormalize,
    softmax,
    softmax_tempered,
)
from tmat.sheet.worksheet import Worksheet
from tmat.stages.conventions import BIASES, MASKS, SCORES, Conventions, overtaken, refuse, refuse_unused
from tmat.stages.masking import masking
from tmat.stages.projections import heads_of, projections, split


def attention(
    x: Worksheet | object = None,
    *,
    context: object = None,
    heads: int | None = None,
    separate: bool = False,
    d_k: int | None = None,
    d_v: int | None = None,
    d_out: int | None = None,
    score: str = "scaled",
    scale: bool = True,
    scale_by: float | None = None,
    mask: str | Iterable[str] | object = (),
    valid: int | None = None,
    window: int | None = None,
    mask_value: float = float("-inf"),
    mask_means: str = "auto",
    renormalize: bool = False,
    bias: str | None = None,
    dropout: float = 0.0,
    dropout_seed: Seed | None = None,
    temperature: float = 1.0,
    weights: bool = True,
    project: bool = True,
    seed: Seed = 0,
    init: str = "uniform",
    round: str | int | Rounding | None = None,
    keep: Iterable[str] | None = None,
    dtype: str = "float64",
    id: str | None = None,
    stream: str | None = None,
    ordinal: int | None = None,
    matrices: Mapping[str, object] | None = None,
    **named: object,
) -> Worksheet:
    """Scaled dot-product attention, one head or many: Z = softmax(Q·Kᵀ/√d_k)·V, output = [Z1, Z2, …]·W_O.

    Shapes: X n×d_model, W_Q and W_K d_model×d_k a head, W_V d_model×d_v a head, W_O (heads·d_v)×d_model;
    with ``context`` (m×d) the keys and values come from it and the scores are n×m. ``x`` is a
    worksheet, whose last output is X, or the numbers of X themselves. Matrices not given are
    drawn; a step that is given (Q, K, V, scores, …) is not computed.

    Errors: shapes that do not fit, heads that do not divide d_model, a name it does not know.
    Source: Vaswani et al. 2017, §3.2.

    >>> sheet = attention([[1.0, 0.0], [0.0, 1.0]], weights=False, project=False, d_k=1)
    >>> sheet["attention"]["weights"].values.round(4).tolist()
    [[0.7311, 0.2689], [0.2689, 0.7311]]
    """
    before = x if isinstance(x, Worksheet) else None
    everything: dict[str, object] = {**(matrices or {}), **named}
    if x is not None and before is None:
        everything["X"] = x
    if context is not None:
        everything["context"] = context
    rules: tuple[str, ...] = ()
    if isinstance(mask, str):
        rules = tuple(part for part in re.split(r"[,+ ]+", mask) if part and part != "none")
    elif isinstance(mask, tuple | list) and all(isinstance(part, str) for part in mask):
        rules = tuple(part for part in mask if part != "none")
    else:
        everything["mask"] = mask
    how = Conventions(
        heads, separate, d_k, d_v, d_out, score, scale, scale_by, rules, valid, window, mask_value, mask_means,
        renormalize, bias, dropout, dropout_seed, temperature, weights, project,
    )  # fmt: skip
    refuse(how)
    sheet = Sheet(
        "attention", before, everything,
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    return _attention(sheet, how)


def _attention(sheet: Sheet, how: Conventions) -> Worksheet:
    x = sheet.given("X", arriving(sheet.before))
    crossing = sheet.has("context")
    context = sheet.given("context") if crossing else x
    heads, separate = heads_of(sheet, how)
    refuse_count("--heads", heads, MOST_HEADS)
    refuse_unused(sheet, how, heads)
    how = replace(how, heads=heads)
    biased = how.bias or ("output" if sheet.init == "torch-linear" else "none")
    if separate:
        triples = [projections(sheet, how, x, context, 1, str(h), biased) for h in range(1, heads + 1)]
    else:
        q, k, v = projections(sheet, how, x, context, heads, "", biased)
        triples = [(q, k, v)] if heads == 1 else split(sheet, q, k, v, heads)
    how_split = ", separate" if separate else ", split" if triples[0][0] and triples[0][0].op is not None else ""
    sheet.note("one head" if heads == 1 else f"{heads} heads{how_split}")
    if crossing:
        sheet.note("keys and values from the context")
    if not how.weights:
        sheet.note("no weights: Q = X, K = V = " + ("context" if crossing else "X"))
    mask, kind = masking(sheet, how, triples[0][0], triples[0][1])
    sheet.record(heads=heads, separate=separate or None, score=None if how.score == "scaled" else how.score)
    results = []
    for h, (q, k, v) in enumerate(triples, start=1):
        number = str(h) if heads > 1 or separate else ""
        missing = not context and not sheet.has("W_V") and not sheet.has("W_V" + number)
        results.append(_head(sheet, how, q, k, v, mask, kind, number, first=h == 1, valueless=missing))
    if heads > 1:
        output = sheet.step("concat", concat, *results)
    else:
        output = sheet.given("concat") if sheet.has("concat") else results[0]
    return sheet.finish(_project(sheet, how, x, output, biased))


def _head(
    sheet: Sheet,
    how: Conventions,
    q: Node,
    k: Node,
    v: Node,
    mask: Node | None,
    kind: str,
    h: str,
    *,
    first: bool,
    valueless: bool,
) -> Node:
    """One head: scores, scaled, masked, weights, dropped, Z; ``valueless`` where there is nothing to make V of."""
    if how.score == "additive":
        hidden = how.d_k or k.width
        w_a = sheet.weight("W_A" + h, q.width, hidden, "a")
        u_a = sheet.weight("U_A" + h, k.width, hidden, "a")
        v_a = sheet.bias("v_A" + h, u_a.width, "a", fan_in=hidden)
        queries = sheet.step("query_hidden" + h, matmul, q, w_a)
        keys = sheet.step("key_hidden" + h, matmul, k, u_a)
        scores = sheet.step("scores" + h, additive_scores, queries, keys, v_a)
    else:
        scores = sheet.step("scores" + h, matmul_transposed, q, k)
    scaled = _scaled(sheet, how, scores, q, k, h, first=first)
    if sheet.has("masked" + h) and not how.renormalize:
        seen = sheet.given("masked" + h)
    elif mask is None or how.renormalize:
        seen = scaled
    elif kind == "added":
        seen = sheet.step("masked" + h, add, scaled, mask)
    else:
        seen = sheet.step("masked" + h, mask_fill, scaled, mask, value=how.mask_value)
    if how.temperature == 1.0:
        weights = sheet.step("weights" + h, softmax, seen)
    else:
        weights = sheet.step("weights" + h, softmax_tempered, seen, temperature=how.temperature)
        if first:
            sheet.note(f"temperature {how.temperature:g}")
            sheet.record(temperature=how.temperature)
    if mask is not None and how.renormalize:
        thinned = sheet.step("masked" + h, multiply, weights, mask)
        weights = sheet.step("renormalized" + h, renormalize, thinned)
    if how.dropout > 0.0 or sheet.has("keep" + h):
        kept = sheet.keep_mask("keep" + h, weights, how.dropout, how.dropout_seed)
        weights = sheet.step("dropped" + h, dropout, weights, kept, p=how.dropout)
        if first:
            sheet.note(f"dropout {format_number(how.dropout)}")
            sheet.record(dropout=how.dropout)
    if valueless and not v and not sheet.has("Z" + h) and weights:
        if first:
            sheet.note("no V: it stops at the weights")
        return weights
    return sheet.step("Z" + h, matmul, weights, v)


def _scaled(sheet: Sheet, how: Conventions, scores: Node, q: Node, k: Node, h: str, *, first: bool) -> Node:
    """The scores over √d_k, or over another number, or as they are."""
    if how.score != "scaled" or not how.scale:
        if first:
            sheet.note({"additive": "additive scores", "dot": "dot product, not scaled"}.get(how.score, "not scaled"))
            if how.d_k is not None and how.score != "additive" and k and k.width != how.d_k:
                sheet.note(f"d_k = {how.d_k} has no use here: nothing is divided")
            sheet.record(scale=False)
        return scores
    if how.scale_by is not None:
        if first:
            sheet.note(f"scores / {how.scale_by:g}")
            sheet.record(scale_by=how.scale_by)
        return sheet.step("scaled" + h, divide, scores, by=float(how.scale_by))
    if sheet.has("scaled" + h):
        return sheet.given("scaled" + h)
    width = k.width if k else q.width
    d_k = how.d_k or width
    if not d_k:
        why = (
            (f"{k.name} has no columns", "d_k would be 0, and nothing is divided by its root")
            if k
            else (
                "the scores are given, but not what to divide them by",
                "d_k is the width of Q and K, which are not here",
            )
        )
        problem = scores.problem or InputError(*why, mend="say it with --d-k N, or --scale-by NUMBER, or --no-scale")
        sheet.ask("scaled" + h)
        return sheet.place(Node("scaled" + h, problem=problem))
    if first and not overtaken(sheet, "scaled", how.heads or 1):
        paper = f" (the paper: {width}, the width of Q)" if width and width != d_k else ""
        sheet.note(f"d_k = {d_k}{paper}")
        sheet.record(d_k=d_k)
    return sheet.step("scaled" + h, divide_by_root, scores, d=d_k)


def _project(sheet: Sheet, how: Conventions, x: Node, z: Node, biased: str) -> Node:
    """The output projection, where there is one."""
    given = sheet.has("W_O") or sheet.has("output")
    if not given and (not how.project or not how.weights):
        sheet.note("no output projection")
        sheet.record(project=False)
        return z
    if not given and not x and how.d_out is None:
        sheet.note("no output projection: no W_O given")
        sheet.record(project=False)
        return z
    w_o = sheet.weight("W_O", z.width, how.d_out or x.width, "o")
    if biased in ("output", "all") or sheet.has("b_O"):
        b = sheet.bias("b_O", w_o.width, "o", fan_in=z.width)
        return sheet.step("output", linear, z, w_o, b)
    return sheet.step("output", matmul, z, w_o)


__all__ = ["BIASES", "MASKS", "SCORES", "attention"]
