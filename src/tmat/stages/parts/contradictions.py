"""Options of an attention stage that are refused: those that contradict each other, and those without effect."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.stages.parts.options import QK_EPSILON, option_of_base, rules_of, softmax_base

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.stages.attention import AttentionOptions


def refuse(how: AttentionOptions) -> None:
    """Refuse options that contradict each other."""
    scaling, biased = how.scale_by is not None, how.bias not in (None, "none")
    contradictions = (
        (how.scale_by == 0.0, "‹scale_by 0› does not fit", "scores cannot be divided by 0"),
        (scaling and not how.scale, "‹scale_by› and ‹scale False› contradict each other", "one divides, the other does not"),
        (scaling and how.score != "scaled", f"‹scale_by› does not apply to ‹score {how.score}›", "only scaled scores are divided"),
        (biased and not how.weights, f"‹bias {how.bias}› and ‹weights False› contradict each other",
         "without projections there is nothing to bias"),
        (how.bias == "output" and how.project is False, "‹bias output› and ‹project False› contradict each other",
         "without the projection it has no bias"),
        (how.d_out is not None and how.project is False, "‹d_out› and ‹project False› contradict each other",
         "‹d_out› is the width of the output projection"),
        (how.kv_heads is not None and not how.weights, "‹kv_heads› and ‹weights False› contradict each other",
         "K and V are X itself, as wide as Q"),
        (softmax_base(how) is not None and how.temperature != 1.0, f"‹{option_of_base(how)}› and ‹temperature› contradict each other",
         "each says how the scores become weights: a base b is a temperature of 1/ln b"),
        (how.rotary is None and how.base is not None and how.softmax_base is not None,
         "‹base› and ‹softmax_base› contradict each other", "without ‹rotary› both are the base of the softmax"),
        (how.rotary is None and how.base is not None and how.base <= 1.0, f"‹base {how.base or 0:g}› does not fit",
         "expected a number above 1: without ‹rotary› it is the base of the softmax"),
    )  # fmt: skip
    for holds, what, why in contradictions:
        if holds:
            raise InputError(what, why)
    _refuse_alone(how)
    if how.dropout_seed is not None and how.dropout == 0.0:
        mend = "say how much to drop: ‹dropout 0.5›"
        raise InputError("‹dropout_seed› has nothing to draw", "‹dropout› is 0", mend=mend)


def _refuse_alone(how: AttentionOptions) -> None:
    """Refuse options of rotary positions, or of the norm of Q and K, where there is none."""
    set_for_rotary = {
        "start": how.start != 0, "rope_scaling": how.rope_scaling is not None,
        "rotary_width": how.rotary_width is not None,
    }  # fmt: skip
    if how.rotary is None:
        for name, is_set in set_for_rotary.items():
            if is_set:
                mend = "say which columns are a pair: ‹rotary halves› or ‹rotary adjacent›"
                raise InputError(f"‹{name}› has no rotary positions to work with", mend=mend)
    if how.qk_epsilon != QK_EPSILON and how.qk_norm != "rms":
        raise InputError("‹qk_epsilon› has no norm of Q and K to work with", mend="say so: ‹qk_norm rms›")


def refuse_unused(sheet: Sheet, how: AttentionOptions, heads: int) -> None:
    """Refuse options that would change nothing, as a later step is given or there is no mask."""
    _refuse_mask(sheet, how, heads)
    _refuse_late(sheet, how, heads)
    if sheet.has("sinks") and (softmax_base(how) is not None or how.temperature != 1.0):
        other = option_of_base(how) if softmax_base(how) is not None else "temperature"
        raise InputError(f"sinks are given, and ‹{other}› is said", "tmat has no softmax with both")
    if sheet.has("sinks") and how.detail:
        raise InputError("sinks are given, and ‹detail› is said", "a softmax with a sink is one step")
    for option, width, names in (("d_v", how.d_v, ("W_V", "V")), ("d_out", how.d_out, ("W_O", "output"))):
        if width is None:
            continue
        for name in names:
            given = sheet.peek(name) if sheet.has(name) else sheet.peek(name + "1")
            parts = heads if sheet.has(name) and option == "d_v" else 1
            if given is not None and given.width != width * parts:
                raise InputError(
                    f"‹{option} {width}› does not fit {name}",
                    f"{name} is {given.size}" + (f" for {parts} heads" if parts > 1 else ""),
                    mend=f"leave ‹{option}› out: where {name} is given, its own width rules",
                )


def _refuse_late(sheet: Sheet, how: AttentionOptions, heads: int) -> None:
    """Refuse options of a step that is not computed, as a later one is given."""
    options = (
        ("temperature", how.temperature != 1.0, "weights", "the softmax is"),
        ("scale_by", how.scale_by is not None, "scaled", "the scores are"),
        (option_of_base(how), softmax_base(how) is not None, "weights", "the softmax is"),
        ("alibi", how.alibi, "biased", "the scores are"),
        ("soft_cap", how.soft_cap is not None, "capped", "the scores are"),
        ("rotary", how.rotary is not None, "scores", "queries and keys are"),
        ("qk_norm", how.qk_norm is not None, "scores", "queries and keys are"),
    )
    for option, is_set, step, what in options:
        if not is_set:
            continue
        later = sheet.declared.after(step)
        found = sheet.first_given((step, *later[: later.index("dropped")]), heads)
        if found is not None:
            raise InputError(f"{found} is given, and ‹{option}› goes before it", f"{what} not computed")


def _refuse_mask(sheet: Sheet, how: AttentionOptions, heads: int) -> None:
    """Refuse options of a mask where there is none, or where a later step is given."""
    masked = bool(rules_of(how.mask)) or how.valid is not None or how.window is not None or sheet.has("mask")
    for option, is_set in (("mask_value", how.mask_value != -inf), ("renormalize", how.renormalize)):
        if is_set and not masked:
            raise InputError(
                f"‹{option}› has no mask to work with", mend="say which: ‹mask causal›, ‹valid N›, …"
            )  # fmt: skip
    if how.mask_means != "auto" and not sheet.has("mask"):
        raise InputError(
            f"‹mask_means {how.mask_means}› has no mask to explain",
            "it says what the numbers of a given mask mean",
            mend="give one: ‹-m mask›",
        )
    if how.renormalize and how.mask_value != -inf:
        raise InputError(
            "‹mask_value› and ‹renormalize› contradict each other",
            "one masks the scores with a number, the other takes weights out after softmax",
        )
    if not masked or how.renormalize:
        return
    for name, mend in (
        ("weights", "leave out the mask, or mask the weights after softmax: ‹renormalize True›"),
        ("masked", None),
    ):
        if sheet.first_given([name], heads):
            raise InputError(
                f"{name} is given, and the mask goes before it",
                "a mask is put on the scores, which are not computed",
                mend=mend,
            )


def overtaken(sheet: Sheet, name: str, heads: int) -> bool:
    """Whether a step after the named one is given, so that the named one is not used."""
    return sheet.first_given(sheet.declared.after(name), heads) is not None
