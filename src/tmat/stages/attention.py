"""Attention: the dot product of each query with each key, made weights by a softmax, and the values summed by these weights."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from tmat.engine.declaration import (
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
from tmat.stages.parts import cache, head
from tmat.stages.parts.contradictions import refuse, refuse_unused
from tmat.stages.parts.lazy import masks, ops
from tmat.stages.parts.options import (
    Detail,
    DrawnInput,
    Heads,
    MaskMeaning,
    MaskRules,
    Rotation,
    Score,
    Scoring,
    number,
    seed_of,
)
from tmat.stages.parts.projections import Projected, Sources, heads_of, projected, projected_out
from tmat.stages.parts.rotary import rotated

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


@declares
class AttentionOptions(Heads, DrawnInput, Rotation, Scoring, MaskRules, Detail, StageOptions):
    """The options of an attention stage, and its matrices."""

    separate: bool = option(False, "A projection for each head (W_Q1, W_Q2, …), not one split by columns.", SHAPE)
    d_out: int | None = option(
        None, "The width of the output where W_O is drawn; default: d_model.", SHAPE, "N", at_least=1
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
    first_query: int | None = option(
        None,
        "The position of the first query among the keys, default 1; where keys of earlier tokens come first, it moves the causal "
        "mask, the window and the positions.",
        MASK, "N", at_least=1,
    )  # fmt: skip
    mask_value: float = option(
        -inf, "The value of a masked score: -inf, or 0 or -1e9 as in some articles.", MASK, "NUMBER",
        fits=lambda value: value < inf, expected="expected a number, or -inf", read=number,
    )  # fmt: skip
    mask_means: MaskMeaning = option(
        "auto",
        "What a given mask's numbers mean: visible (1 may attend), hidden (1 may not), added (to the scores), auto.",
        MASK, "MEANING",
    )  # fmt: skip
    renormalize: bool = option(False, "Mask the weights after softmax, and divide each row by its sum.", MASK)
    dropout: float = option(
        0.0, "Drop weights with this probability.", CONVENTIONS, "P",
        fits=lambda p: 0.0 <= p <= 1.0, expected="expected a probability from 0 to 1",
    )  # fmt: skip
    dropout_seed: Seed | None = option(None, "A separate seed for dropout.", CONVENTIONS, "N", read=seed_of)
    weights: bool = option(True, "No projections: Q = K = V = X.", INPUT)
    cache: bool = option(
        False,
        "Take the keys and values of earlier tokens, and the weights, from the last attention of the worksheet; X is the new "
        "token alone.",
        INPUT,
    )  # fmt: skip
    project: bool | None = option(
        None,
        "Multiply the heads by W_O, or leave them side by side; by default W_O is drawn only where other weights are.",
        CONVENTIONS,
    )

    X: Numbers = given("n×d_model", drawn="x")
    context: Numbers = given("m×d")
    key_input: Numbers = given("m×d")
    value_input: Numbers = given("m×d")
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
    gamma_Q: Numbers = given("1×d_k")
    gamma_K: Numbers = given("1×d_k")
    sinks: Numbers = given("1×heads")
    slopes: Numbers = given("1×heads")
    K_cached: Numbers = given("m×d_k", of_a_head=True)
    V_cached: Numbers = given("m×d_v", of_a_head=True)
    kept: Numbers = given("n×m", name="keep")
    Q: Numbers = step("n×d_k", of_a_head=True)
    K: Numbers = step("m×d_k", of_a_head=True)
    V: Numbers = step("m×d_v", of_a_head=True)
    Q_rms: Numbers = step("n×1", of_a_head=True)
    Q_length: Numbers = step("n×1", of_a_head=True)
    Q_unit: Numbers = step("n×d_k", of_a_head=True)
    Q_normed: Numbers = step("n×d_k", of_a_head=True)
    K_rms: Numbers = step("m×1", of_a_head=True)
    K_length: Numbers = step("m×1", of_a_head=True)
    K_unit: Numbers = step("m×d_k", of_a_head=True)
    K_normed: Numbers = step("m×d_k", of_a_head=True)
    rates: Numbers = step("1×(d_k/2)")
    stretched_rates: Numbers = step("1×(d_k/2)")
    angles: Numbers = step("n×(d_k/2)")
    key_angles: Numbers = step("m×(d_k/2)")
    Q_rotated: Numbers = step("n×d_k", of_a_head=True)
    K_rotated: Numbers = step("m×d_k", of_a_head=True)
    K_all: Numbers = step("m×d_k", of_a_head=True)
    V_all: Numbers = step("m×d_v", of_a_head=True)
    query_hidden: Numbers = step("n×d_k", of_a_head=True)
    key_hidden: Numbers = step("m×d_k", of_a_head=True)
    scores: Numbers = step("n×m", of_a_head=True)
    scaled: Numbers = step("n×m", of_a_head=True)
    capped: Numbers = step("n×m", of_a_head=True)
    biased: Numbers = step("n×m", of_a_head=True)
    masked: Numbers = step("n×m", of_a_head=True)
    exponentials: Numbers = step("n×m", of_a_head=True, called="exps exponents powers")
    row_sums: Numbers = step("n×1", of_a_head=True, called="denominators denominator sum_of_exponentials")
    softmax: Numbers = step("n×m", of_a_head=True, name="weights")
    renormalized: Numbers = step("n×m", of_a_head=True)
    dropped: Numbers = step("n×m", of_a_head=True)
    Z: Numbers = step("n×d_v", of_a_head=True)
    concat: Numbers = step("n×(heads·d_v)")
    output: Numbers = step("n×d_model")


def _on_letters(options: Mapping[str, Any], given: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Small sizes of Q, K and V that fit what is given; none where X or another step is given."""
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
    formula="softmax(Q·Kᵀ / √d_k)·V, where Q = X·W_Q, K = X·W_K, V = X·W_V: the output of a "
    "token is a mean of the values, each weighted by how well its key fits the token's query.",
    about="A head's own are W_Q1, W_K1, …; W_A, U_A and v_A are of additive scores, keep says what dropout keeps. "
    "sinks has one number per head, which takes part in the sum of the softmax (and in no output), slopes one per head for ‹alibi›. "
    "key and value are the inputs of K and V where these are not X (key_input, value_input), or K and V themselves; their widths decide.",
    main="X",
    examples=("tmat attention --d-k 6", "tmat attention -m X='1 0; 0 1; 1 1' --heads 2 --d-k 3 --mask causal --seed 1"),
    order=40,
    opens=("heads", "d_k"),
    then="tmat addnorm",
    on_letters=_on_letters,
    prints=("symbols",),
)
def attention(sheet: Sheet, how: AttentionOptions) -> Node:
    """Scaled dot-product attention, one head or many: Z = softmax(Q·Kᵀ/√d_k)·V, output = [Z1, Z2, …]·W_O.

    Shapes: X n×d_model, W_Q and W_K d_model×d_k a head, W_V d_model×d_v a head, W_O (heads·d_v)×d_model;
    with ``context`` (m×d) the keys and values come from it (from ``key_input`` and ``value_input`` where these are given) and
    the scores are n×m. ``x`` is a worksheet, whose last output is X, or the numbers of X themselves. Matrices not given are
    drawn; a step that is given (Q, K, V, scores, …) is not computed. With ``kv_heads`` adjacent heads share keys and
    values (Ainslie et al. 2023); ``rotary`` rotates Q and K by their positions (Su et al. 2021).

    Errors: shapes that do not fit, heads that do not divide d_model, a name it does not know.
    Source: Vaswani et al. 2017, §3.2.

    >>> sheet = attention([[1.0, 0.0], [0.0, 1.0]], weights=False, project=False, d_k=1)
    >>> sheet["attention"]["weights"].values.round(4).tolist()
    [[0.7311, 0.2689], [0.2689, 0.7311]]
    """
    before = cache.cached_stage(sheet, how) if how.cache else None
    refuse(how)
    x = sheet.main("X")
    heads, separate = heads_of(sheet, how)
    sources = Sources.of(sheet, how, x, heads)
    refuse_unused(sheet, how, heads)
    found = projected(sheet, how, x, sources, heads, separate)
    head.normed(sheet, how, found)
    cached = 0 if before is None else cache.rows(before, found)
    if before is not None and how.first_query is None:  # the first query stands after the cached tokens
        how.first_query = cached + 1
    first = how.first_query or 1
    if how.rotary is not None:
        rotated(sheet, how, found, how.start + first - 1, how.start + cached)
    if before is not None:
        cache.prepend(sheet, found, before, x)
    head_masks, kind = masks.masks_of(sheet, how, found.queries[0], found.keys[0], heads)
    _record(sheet, how, found, separate)
    slopes, sinks = head.slopes(sheet, how, heads), head.sinks(sheet, heads)
    results = []
    for n, (h, q, k, v) in enumerate(found.each(), start=1):
        scores = head.scores(sheet, how, q, k, h)  # [n, d_k] · [d_k, m] -> [n, m]
        scaled = head.scaled(sheet, how, scores, q, k, h)
        capped = head.capped(sheet, how, scaled, h)
        biased = head.biased(sheet, capped, slopes, n, first, h)
        weights = head.weighed(sheet, how, biased, head_masks[n - 1], kind, sinks, n, h)  # each row sums to 1
        weights = head.dropped(sheet, how, weights, h)
        results.append(_summed(sheet, weights, v, h, sources, found))  # [n, m] · [m, d_v] -> [n, d_v]
    if heads > 1:
        z = sheet.step("concat", ops.concat, *results)
    else:
        z = sheet.given("concat") if sheet.has("concat") else results[0]
    return projected_out(sheet, how, x, z)


def _summed(sheet: Sheet, weights: Node, v: Node, h: str, sources: Sources, found: Projected) -> Node:
    """Z = weights·V of head h; the weights themselves where there is no V."""
    shared = found.key_numbers[found.group(found.numbers.index(h))]
    no_values = not sources.values and not sheet.has("W_V") and not sheet.has("W_V" + shared) and not sheet.has("Z" + h)
    if v or not no_values or not weights:
        return sheet.step("Z" + h, ops.matmul, weights, v)
    sheet.note("no V: it stops at the weights" if h == found.numbers[0] else "")
    return weights


def _record(sheet: Sheet, how: AttentionOptions, found: Projected, separate: bool) -> None:
    """Note and record the conventions that hold for all heads."""
    sheet.record(
        heads=len(found.numbers), separate=separate or None, score=None if how.score == "scaled" else how.score
    )
    sheet.record(kv_heads=how.kv_heads)
    first = "1" if len(found.numbers) > 1 or separate else ""
    head.note_scores(sheet, how, found.queries[0], found.keys[0], len(found.numbers), first)
    head.note_weights(sheet, how, first)
