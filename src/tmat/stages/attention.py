"""Attention: queries against keys, the weights that come of it, and the weighted sum of the values."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from tmat.engine.fields import (
    CONVENTIONS,
    INPUT,
    MASK,
    SHAPE,
    Numbers,
    Seed,
    StageOptions,
    declares,
    given,
    option,
    step,
)
from tmat.engine.staging import stage
from tmat.errors import InputError
from tmat.late import late
from tmat.stages.parts.contradictions import overtaken, refuse, refuse_unused
from tmat.stages.parts.options import DrawnInput, Heads, MaskMeaning, Score, Seen, number, seed_of
from tmat.stages.parts.projections import heads_of, projections, split

if TYPE_CHECKING:
    from tmat import numbers
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.parts import masking
else:
    ops, numbers, masking = late("tmat.operations"), late("tmat.numbers"), late("tmat.stages.parts.masking")


@declares
class AttentionOptions(Heads, DrawnInput, Seen, StageOptions):
    """Every choice of an attention stage, and its matrices."""

    separate: bool = option(False, "A projection a head (W_Q1, W_Q2, …), not one split in columns.", SHAPE)
    d_out: int | None = option(
        None, "The width of the output where W_O is drawn; d_model unless told.", SHAPE, "N", at_least=1
    )
    score: Score = option(
        "scaled", "scaled (Q·Kᵀ/√d_k), dot (Q·Kᵀ), additive (v·tanh(Q·W_A + K·U_A)).", CONVENTIONS, "KIND"
    )
    scale_by: float | None = option(
        None, "Divide the scores by this number in place of √d_k.", CONVENTIONS, "NUMBER",
        fits=lambda by: by == 0.0 or isfinite(by), expected="expected a number other than 0",
    )  # fmt: skip
    scale: bool = option(True, "Do not divide the scores.", CONVENTIONS)
    temperature: float = option(
        1.0,
        "softmax(scores / T).",
        CONVENTIONS,
        "T",
        fits=lambda t: 0.0 < t < inf,
        expected="expected a number above 0",
    )
    window: int | None = option(None, "Only keys at most N places away are seen.", MASK, "N")
    mask_value: float = option(
        -inf, "What stands behind the mask: -inf, or 0 or -1e9 as some articles do.", MASK, "NUMBER",
        fits=lambda value: value < inf, expected="expected a number, or -inf", read=number,
    )  # fmt: skip
    mask_means: MaskMeaning = option(
        "auto",
        "What a given mask's numbers mean: visible (1 may attend), hidden (1 may not), added (to the scores), auto.",
        MASK, "MEANING",
    )  # fmt: skip
    renormalize: bool = option(False, "Mask the weights after softmax and bring each row's sum back to 1.", MASK)
    dropout: float = option(
        0.0, "Drop weights with this probability.", CONVENTIONS, "P",
        fits=lambda p: 0.0 <= p <= 1.0, expected="expected a probability from 0 to 1",
    )  # fmt: skip
    dropout_seed: Seed | None = option(None, "A seed of its own for dropout.", CONVENTIONS, "N", read=seed_of)
    weights: bool = option(True, "No projections: Q = K = V = X.", INPUT)
    project: bool = option(True, "No output projection: the heads side by side are the output.", CONVENTIONS)

    X: Numbers = given("n×d_model", drawn="x")
    context: Numbers = given("m×d")
    W_Q: Numbers = given("d_model×d_k", of_a_head=True)
    W_K: Numbers = given("d_model×d_k", of_a_head=True)
    W_V: Numbers = given("d_model×d_v", of_a_head=True)
    W_O: Numbers = given("(heads·d_v)×d_model")
    b_Q: Numbers = given("1×width")
    b_K: Numbers = given("1×width")
    b_V: Numbers = given("1×width")
    b_O: Numbers = given("1×width")
    W_A: Numbers = given("d_k×d_k")
    U_A: Numbers = given("d_k×d_k")
    v_A: Numbers = given("1×d_k")
    kept: Numbers = given("n×m", name="keep")
    Q: Numbers = step("n×d_k", of_a_head=True)
    K: Numbers = step("m×d_k", of_a_head=True)
    V: Numbers = step("m×d_v", of_a_head=True)
    query_hidden: Numbers = step("n×d_k", of_a_head=True)
    key_hidden: Numbers = step("m×d_k", of_a_head=True)
    scores: Numbers = step("n×m", of_a_head=True)
    scaled: Numbers = step("n×m", of_a_head=True)
    masked: Numbers = step("n×m", of_a_head=True)
    softmax: Numbers = step("n×m", of_a_head=True, name="weights")
    renormalized: Numbers = step("n×m", of_a_head=True)
    dropped: Numbers = step("n×m", of_a_head=True)
    Z: Numbers = step("n×d_v", of_a_head=True)
    concat: Numbers = step("n×(heads·d_v)")
    output: Numbers = step("n×d_model")


def _on_letters(options: Mapping[str, Any], given: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Q, K and V of small sizes that fit what is given; nothing where another step is given, or X."""
    if set(given) & (attention.declared.begins - {"q", "k", "v"}):
        return {}
    q, k, v = given.get("q"), given.get("k"), given.get("v")
    heads = options["heads"] or 1
    n = q[0] if q else options["positions"] or 2
    m = k[0] if k else v[0] if v else n
    width = q[1] if q else k[1] if k else 2 * heads
    return {"Q": (n, width), "K": (m, width), "V": (m, v[1] if v else (options["d_v"] or 3) * heads)}


@stage(
    AttentionOptions,
    summary="softmax(Q·Kᵀ / √d_k)·V, one head or many.",
    formula="softmax(Q·Kᵀ / √d_k)·V, where Q = X·W_Q, K = X·W_K, V = X·W_V: each token gathers from the others what "
    "fits it.",
    about="A head's own are W_Q1, W_K1, …; W_A, U_A and v_A are of additive scores, keep says what dropout keeps.",
    main="X",
    examples=("tmat attention --d-k 6", "tmat attention -m X='1 0; 0 1; 1 1' --heads 2 --d-k 3 --mask causal --seed 1"),
    order=40,
    then="tmat addnorm",
    on_letters=_on_letters,
    prints=("symbols",),
)
def attention(sheet: Sheet, how: AttentionOptions) -> Node:
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
    refuse(how)
    x = sheet.main("X")
    crossing = sheet.has("context")
    context = sheet.given("context") if crossing else x
    heads, separate = heads_of(sheet, how)
    refuse_unused(sheet, how, heads)
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
    masks, kind = masking.masking(sheet, how, triples[0][0], triples[0][1], heads)
    sheet.record(heads=heads, separate=separate or None, score=None if how.score == "scaled" else how.score)
    _note_conventions(sheet, how, triples[0][0], triples[0][1], heads, separate)
    results = []
    for h, (q, k, v) in enumerate(triples, start=1):
        own = str(h) if heads > 1 or separate else ""
        scaled = _scaled(sheet, how, _scores(sheet, how, q, k, own), q, k, own)
        weights = _weights(sheet, how, scaled, masks[h - 1], kind, own)
        nothing_to_sum = not context and not sheet.has("W_V") and not sheet.has("W_V" + own)
        if nothing_to_sum and not v and not sheet.has("Z" + own) and weights:
            if h == 1:
                sheet.note("no V: it stops at the weights")
            results.append(weights)
        else:
            results.append(sheet.step("Z" + own, ops.matmul, weights, v))
    if heads > 1:
        z = sheet.step("concat", ops.concat, *results)
    else:
        z = sheet.given("concat") if sheet.has("concat") else results[0]
    return _project(sheet, how, x, z, biased)


def _scores(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, h: str) -> Node:
    """Each query against each key of head h."""
    if how.score != "additive":
        return sheet.step("scores" + h, ops.matmul_transposed, q, k)
    hidden = how.d_k or k.width
    w_a = sheet.weight("W_A" + h, q.width, hidden, "a")
    u_a = sheet.weight("U_A" + h, k.width, hidden, "a")
    v_a = sheet.bias("v_A" + h, u_a.width, "a", fan_in=hidden)
    queries = sheet.step("query_hidden" + h, ops.matmul, q, w_a)
    keys = sheet.step("key_hidden" + h, ops.matmul, k, u_a)
    return sheet.step("scores" + h, ops.additive_scores, queries, keys, v_a)


def _scaled(sheet: Sheet, how: AttentionOptions, scores: Node, q: Node, k: Node, h: str) -> Node:
    """The scores over √d_k, or over another number, or as they are."""
    if how.score != "scaled" or not how.scale:
        return scores
    if how.scale_by is not None:
        return sheet.step("scaled" + h, ops.divide, scores, by=float(how.scale_by))
    if sheet.has("scaled" + h):
        return sheet.given("scaled" + h)
    d_k = how.d_k or k.width or q.width
    if d_k:
        return sheet.step("scaled" + h, ops.divide_by_root, scores, d=d_k)
    if k:
        why = f"{k.name} has no columns", "d_k would be 0, and nothing is divided by its root"
    else:
        why = (
            "the scores are given, but not what to divide them by",
            "d_k is the width of Q and K, which are not here",
        )
    mend = "say it with ‹d_k N›, or ‹scale_by NUMBER›, or ‹scale False›"
    return sheet.lost("scaled" + h, scores.problem or InputError(*why, mend=mend))


def _weights(sheet: Sheet, how: AttentionOptions, scaled: Node, mask: Node | None, kind: str, h: str) -> Node:
    """The weights of head h: masked, softmax, dropped."""
    seen = scaled
    if sheet.has("masked" + h) and not how.renormalize:
        seen = sheet.given("masked" + h)
    elif mask is not None and not how.renormalize and kind == "added":
        seen = sheet.step("masked" + h, ops.add, scaled, mask)
    elif mask is not None and not how.renormalize:
        seen = sheet.step("masked" + h, ops.mask_fill, scaled, mask, value=how.mask_value)
    if how.temperature == 1.0:
        weights = sheet.step("weights" + h, ops.softmax, seen)
    else:
        weights = sheet.step("weights" + h, ops.softmax_tempered, seen, temperature=how.temperature)
    if mask is not None and how.renormalize:
        thinned = sheet.step("masked" + h, ops.multiply, weights, mask)
        weights = sheet.step("renormalized" + h, ops.renormalize, thinned)
    if how.dropout > 0.0 or sheet.has("keep" + h):
        kept = sheet.keep_mask("keep" + h, weights, how.dropout, how.dropout_seed)
        weights = sheet.step("dropped" + h, ops.dropout, weights, kept, p=how.dropout)
    return weights


def _note_conventions(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int, separate: bool) -> None:  # fmt: skip
    """What is said of the scores and the weights: once, whatever the number of heads."""
    width = k.width if k else q.width
    first = "1" if heads > 1 or separate else ""
    if how.score != "scaled" or not how.scale:
        sheet.note({"additive": "additive scores", "dot": "dot product, not scaled"}.get(how.score, "not scaled"))
        if how.d_k is not None and how.score != "additive" and k and k.width != how.d_k:
            sheet.note(f"d_k = {how.d_k} has no use here: nothing is divided")
        sheet.record(scale=False)
    elif how.scale_by is not None:
        sheet.note(f"scores / {how.scale_by:g}")
        sheet.record(scale_by=how.scale_by)
    elif not sheet.has("scaled" + first) and (how.d_k or width) and not overtaken(sheet, "scaled", heads):
        d_k = how.d_k or width
        sheet.note(f"d_k = {d_k}" + (f" (the paper: {width}, the width of Q)" if width and width != d_k else ""))
        sheet.record(d_k=d_k)
    if how.temperature != 1.0:
        sheet.note(f"temperature {how.temperature:g}")
        sheet.record(temperature=how.temperature)
    if how.dropout > 0.0 or sheet.has("keep" + first):
        sheet.note(f"dropout {numbers.format_number(how.dropout)}")
        sheet.record(dropout=how.dropout)


def _project(sheet: Sheet, how: AttentionOptions, x: Node, z: Node, biased: str) -> Node:
    """The output projection, where there is one."""
    if not sheet.has("W_O") and not sheet.has("output"):
        unasked = not how.project or not how.weights
        if unasked or (not x and how.d_out is None):
            sheet.note("no output projection" if unasked else "no output projection: no W_O given")
            sheet.record(project=False)
            return z
    w_o = sheet.weight("W_O", z.width, how.d_out or x.width, "o")
    if biased in ("output", "all") or sheet.has("b_O"):
        b = sheet.bias("b_O", w_o.width, "o", fan_in=z.width)
        return sheet.step("output", ops.linear, z, w_o, b)
    return sheet.step("output", ops.matmul, z, w_o)
