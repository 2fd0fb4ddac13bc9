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
from tmat.stages.parts import cache
from tmat.stages.parts.contradictions import overtaken, refuse, refuse_unused
from tmat.stages.parts.folded import in_parts
from tmat.stages.parts.options import (
    Detail,
    DrawnInput,
    Heads,
    MaskMeaning,
    Rotation,
    Score,
    Scoring,
    Seen,
    number,
    seed_of,
)
from tmat.stages.parts.projections import heads_of, projected
from tmat.stages.parts.turning import normed, turned

if TYPE_CHECKING:
    from tmat import numbers
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.parts import masking
else:
    ops, numbers, masking = late("tmat.operations"), late("tmat.numbers"), late("tmat.stages.parts.masking")


@declares
class AttentionOptions(Heads, DrawnInput, Rotation, Scoring, Seen, Detail, StageOptions):
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
    first_query: int | None = option(
        None,
        "The first query stands at key N, as where keys of earlier tokens stand before: for the causal mask, the window, "
        "the positions; 1 unless told.",
        MASK, "N", at_least=1,
    )  # fmt: skip
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
    cache: bool = option(
        False,
        "Take keys and values of the tokens before, and the weights, from the last attention of the worksheet; X is the new "
        "token alone.",
        INPUT,
    )  # fmt: skip
    project: bool | None = option(
        None,
        "Bring the heads to the output by W_O, or leave them side by side; told nothing, a W_O alone is not drawn.",
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
    about="A head's own are W_Q1, W_K1, …; W_A, U_A and v_A are of additive scores, keep says what dropout keeps. "
    "sinks has a number a head that takes part in the sum of the softmax (and in no output), slopes one for ‹alibi›.",
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
    with ``context`` (m×d) the keys and values come from it (from ``key_input`` and ``value_input`` where these are given) and the scores are n×m. ``x`` is a
    worksheet, whose last output is X, or the numbers of X themselves. Matrices not given are
    drawn; a step that is given (Q, K, V, scores, …) is not computed. With ``kv_heads`` heads side by side share keys and
    values (Ainslie et al. 2023); ``rotary`` turns Q and K by their positions (Su et al. 2021).

    Errors: shapes that do not fit, heads that do not divide d_model, a name it does not know.
    Source: Vaswani et al. 2017, §3.2.

    >>> sheet = attention([[1.0, 0.0], [0.0, 1.0]], weights=False, project=False, d_k=1)
    >>> sheet["attention"]["weights"].values.round(4).tolist()
    [[0.7311, 0.2689], [0.2689, 0.7311]]
    """
    before = cache.taken_up(sheet, how)
    refuse(how)
    x = sheet.main("X")
    crossing = sheet.has("context")
    context = sheet.given("context") if crossing else x
    sources = [sheet.given(name) if sheet.has(name) else context for name in ("key_input", "value_input")]
    heads, separate = heads_of(sheet, how)
    refuse_unused(sheet, how, heads)
    biased = how.bias or ("output" if sheet.init == "torch-linear" else "none")
    found = projected(sheet, how, x, (sources[0], sources[1]), heads, separate, biased)
    cut = found.queries[0] and found.queries[0].op is not None
    sheet.note(
        "one head" if heads == 1 else f"{heads} heads" + (", separate" if separate else ", split" if cut else "")
    )
    sheet.note(found.said())
    if crossing:
        sheet.note("keys and values from the context")
    sheet.note(
        *(
            f"{kind} from {node.name}"
            for kind, node in zip(("keys", "values"), sources, strict=True)
            if node is not context
        )
    )
    if not how.weights:
        sheet.note("no weights: Q = X, K = V = " + ("context" if crossing else "X"))
        sheet.record(weights=False)
    normed(sheet, how, found)
    old = 0 if before is None else cache.rows_of(before, found)
    if before is not None and how.first_query is None:
        how.first_query = old + 1
    first = how.first_query or 1
    turned(sheet, how, found, how.start + first - 1, how.start + old)
    if before is not None:
        cache.continued(sheet, found, before, x)
    q, k = found.queries[0], found.keys[0]
    masks, kind = masking.masking(sheet, how, q, k, heads)
    sheet.record(heads=heads, separate=separate or None, score=None if how.score == "scaled" else how.score)
    sheet.record(kv_heads=how.kv_heads)
    _note_conventions(sheet, how, q, k, heads, separate)
    slopes, sinks = _slopes(sheet, how, heads), _a_number_a_head(sheet, "sinks", heads)
    results = []
    for h, own in enumerate(found.own):
        q, k, v = found.queries[h], found.keys[found.group(h)], found.values[found.group(h)]
        shared = found.shared[found.group(h)]
        scaled = _scaled(sheet, how, _scores(sheet, how, q, k, own), q, k, own)
        scaled = _less_by_distance(sheet, _capped(sheet, how, scaled, own), slopes, h + 1, first, own)
        weights = _weights(sheet, how, scaled, masks[h], kind, sinks, h + 1, own)
        nothing_to_sum = not sources[1] and not sheet.has("W_V") and not sheet.has("W_V" + shared)
        if nothing_to_sum and not v and not sheet.has("Z" + own) and weights:
            if h == 0:
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


def _capped(sheet: Sheet, how: AttentionOptions, scaled: Node, h: str) -> Node:
    """The scores between −cap and cap, where there is one."""
    if how.soft_cap is None:
        return sheet.given("capped" + h) if sheet.has("capped" + h) else scaled
    return sheet.step("capped" + h, ops.soft_cap, scaled, cap=float(how.soft_cap))


def _slopes(sheet: Sheet, how: AttentionOptions, heads: int) -> Node | None:
    """How much each place of distance takes off a head's scores (Press et al. 2022); None without ALiBi."""
    if not how.alibi and not sheet.has("slopes"):
        sheet.ask("slopes")
        return None
    slopes = _a_number_a_head(sheet, "slopes", heads) or sheet.step("slopes", ops.alibi_slopes, heads=heads)
    sheet.note("ALiBi: slope·|i − j| off the scores" + (", the slopes given" if slopes.op is None else ""))
    sheet.record(alibi=True)
    return slopes


def _a_number_a_head(sheet: Sheet, name: str, heads: int) -> Node | None:
    """A given row of numbers, one for each head."""
    if not sheet.has(name):
        sheet.ask(name)
        return None
    row = sheet.bias(name, 0, fan_in=1)
    if row.shape != (1, heads):
        what = f"{name} is {row.told()}, there {'is one head' if heads == 1 else f'are {heads} heads'}"
        raise InputError(f"{name} does not fit", what, mend=f"try a {name} of 1×{heads}")
    return row


def _less_by_distance(sheet: Sheet, scores: Node, slopes: Node | None, head: int, first: int, h: str) -> Node:
    if slopes is None:
        return sheet.given("biased" + h) if sheet.has("biased" + h) else scores
    return sheet.step("biased" + h, ops.alibi, scores, slopes, head=head, first=first)


def _shares(sheet: Sheet, how: AttentionOptions, seen: Node, sinks: Node | None, head: int, h: str) -> Node:
    """The softmax, as the conventions say it is taken."""
    name = "weights" + h
    if sinks is not None:
        return sheet.step(name, ops.softmax_sink, seen, sinks, head=head)
    if how.softmax_base is not None:
        op, params = ops.softmax_based, {"base": float(how.softmax_base)}
    elif how.temperature != 1.0:
        op, params = ops.softmax_tempered, {"temperature": how.temperature}
    else:
        op, params = ops.softmax, {}
    return in_parts(sheet, name, op, (seen,), params) if how.detail else sheet.step(name, op, seen, **params)


def _weights(
    sheet: Sheet,
    how: AttentionOptions,
    scaled: Node,
    mask: Node | None,
    kind: str,
    sinks: Node | None,
    head: int,
    h: str,
) -> Node:
    """The weights of head h: masked, softmax, dropped."""
    seen = scaled
    if sheet.has("masked" + h) and not how.renormalize:
        seen = sheet.given("masked" + h)
    elif mask is not None and not how.renormalize and kind == "added":
        seen = sheet.step("masked" + h, ops.add, scaled, mask)
    elif mask is not None and not how.renormalize:
        seen = sheet.step("masked" + h, ops.mask_fill, scaled, mask, value=how.mask_value)
    weights = _shares(sheet, how, seen, sinks, head, h)
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
    if how.soft_cap is not None:
        sheet.note(f"soft cap {how.soft_cap:g}")
        sheet.record(soft_cap=how.soft_cap)
    if how.softmax_base is not None:
        sheet.note(f"softmax of powers of {how.softmax_base:g}")
        sheet.record(softmax_base=how.softmax_base)
    if sheet.has("sinks"):
        sheet.note("a sink in each row's sum")
    if how.temperature != 1.0:
        sheet.note(f"temperature {how.temperature:g}")
        sheet.record(temperature=how.temperature)
    if how.dropout > 0.0 or sheet.has("keep" + first):
        sheet.note(f"dropout {numbers.format_number(how.dropout)}")
        sheet.record(dropout=how.dropout)


def _all_given(sheet: Sheet, how: AttentionOptions) -> bool:
    """Whether nothing is drawn for Q, K and V: W_O would be the only matrix that nobody gave."""
    heads, separate = heads_of(sheet, how)
    own = {"Q": [str(h) for h in range(1, heads + 1)] if separate else [""]}
    own |= dict.fromkeys("KV", own["Q"][: how.kv_heads] if how.kv_heads != 1 or heads == 1 else [""])
    return all(sheet.has("W_" + name + h) or sheet.has(name + h) for name, numbers in own.items() for h in numbers)


def _project(sheet: Sheet, how: AttentionOptions, x: Node, z: Node, biased: str) -> Node:
    """The output projection, where there is one."""
    if not sheet.has("W_O") and not sheet.has("output"):
        unasked = how.project is False or not how.weights
        wanted = how.project or how.d_out is not None or how.bias in ("output", "all")
        if unasked or (not wanted and (not x or _all_given(sheet, how))):
            sheet.note("no output projection" if unasked else "no output projection: no W_O given")
            sheet.record(project=False)
            return z
    w_o = sheet.weight("W_O", z.width, how.d_out or x.width, "o")
    if biased in ("output", "all") or sheet.has("b_O"):
        b = sheet.bias("b_O", w_o.width, "o", fan_in=z.width)
        return sheet.step("output", ops.linear, z, w_o, b)
    return sheet.step("output", ops.matmul, z, w_o)
