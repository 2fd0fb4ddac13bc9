"""What an attention stage says no to: options that contradict each other, and options without effect."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.stages.parts.options import rules_of

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.stages.attention import AttentionOptions


def refuse(how: AttentionOptions) -> None:
    """Options that contradict each other."""
    scaling, biased = how.scale_by is not None, how.bias not in (None, "none")
    contradictions = (
        (how.scale_by == 0.0, "‹scale_by 0› does not fit", "scores cannot be divided by 0"),
        (
            scaling and not how.scale,
            "‹scale_by› and ‹scale False› contradict each other",
            "one divides, the other does not",
        ),
        (
            scaling and how.score != "scaled",
            f"‹scale_by› does not apply to ‹score {how.score}›",
            "only scaled scores are divided",
        ),
        (
            biased and not how.weights,
            f"‹bias {how.bias}› and ‹weights False› contradict each other",
            "without projections there is nothing to bias",
        ),
        (
            how.bias == "output" and how.project is False,
            "‹bias output› and ‹project False› contradict each other",
            "without the projection it has no bias",
        ),
        (
            how.d_out is not None and how.project is False,
            "‹d_out› and ‹project False› contradict each other",
            "‹d_out› is the width of the output projection",
        ),
    )
    for holds, what, why in contradictions:
        if holds:
            raise InputError(what, why)
    if how.dropout_seed is not None and how.dropout == 0.0:
        mend = "say how much to drop: ‹dropout 0.5›"
        raise InputError("‹dropout_seed› has nothing to draw", "‹dropout› is 0", mend=mend)


def refuse_unused(sheet: Sheet, how: AttentionOptions, heads: int) -> None:
    """What was said but would change nothing, as a later step is given or there is no mask."""
    _refuse_mask(sheet, how, heads)
    if how.temperature != 1.0 and _given(sheet, "weights", heads):
        raise InputError("weights is given, and ‹temperature› goes before it", "the softmax is not computed")
    later = next((name for name in ("scaled", "masked", "weights") if _given(sheet, name, heads)), None)
    if how.scale_by is not None and later is not None:
        raise InputError(f"{later} is given, and ‹scale_by› goes before it", "the scores are not computed")
    for option, width, names in (("d_v", how.d_v, ("W_V", "V")), ("d_out", how.d_out, ("W_O", "output"))):
        for name in names:
            given = sheet.peek(name) or sheet.peek(name + "1")
            parts = heads if sheet.has(name) and option == "d_v" else 1
            if width is not None and given is not None and given.width != width * parts:
                raise InputError(
                    f"‹{option} {width}› does not fit {name}",
                    f"{name} is {given.size}" + (f" for {parts} heads" if parts > 1 else ""),
                    mend=f"leave ‹{option}› out: where {name} is given, its own width rules",
                )


def _refuse_mask(sheet: Sheet, how: AttentionOptions, heads: int) -> None:
    """What is said of a mask that is not there, or comes too late."""
    masked = bool(rules_of(how.mask)) or how.valid is not None or how.window is not None or sheet.has("mask")
    for option, said in (("mask_value", how.mask_value != -inf), ("renormalize", how.renormalize)):
        if said and not masked:
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
        if _given(sheet, name, heads):
            raise InputError(
                f"{name} is given, and the mask goes before it",
                "a mask is put on the scores, which are not computed",
                mend=mend,
            )


def overtaken(sheet: Sheet, name: str, heads: int) -> bool:
    """Whether a step after the named one is given, so that nothing becomes of that one."""
    return any(_given(sheet, later, heads) for later in sheet.declared.after(name))


def _given(sheet: Sheet, name: str, heads: int) -> bool:
    """Whether a step is given, for the one head or for every one."""
    return sheet.has(name) or all(sheet.has(f"{name}{h}") for h in range(1, heads + 1))
