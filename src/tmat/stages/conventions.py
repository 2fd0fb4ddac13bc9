"""What an attention stage can be told besides its matrices, and what it says no to: contradictions, and options without effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from tmat.engine.builder import Sheet
from tmat.engine.draws import Seed
from tmat.errors import InputError
from tmat.stages.masks import MEANINGS

SCORES = ("scaled", "dot", "additive")
BIASES = ("none", "qkv", "output", "all")
MASKS = ("none", "causal", "padding")
LATER = ("scores", "scaled", "masked", "weights", "dropped", "Z", "concat", "output")


@dataclass(eq=False, repr=False)
class Conventions:
    """Every choice of an attention stage that is not a matrix."""

    heads: int | None = None
    separate: bool = False
    d_k: int | None = None
    d_v: int | None = None
    d_out: int | None = None
    score: str = "scaled"
    scale: bool = True
    scale_by: float | None = None
    mask: tuple[str, ...] = ()
    valid: int | None = None
    window: int | None = None
    mask_value: float = float("-inf")
    mask_means: str = "auto"
    renormalize: bool = False
    bias: str | None = None
    dropout: float = 0.0
    dropout_seed: Seed | None = None
    temperature: float = 1.0
    weights: bool = True
    project: bool = True


def refuse(how: Conventions) -> None:
    """Conventions that contradict each other or are none."""
    for name, value, legal in (
        ("--score", how.score, SCORES),
        ("--bias", how.bias or "none", BIASES),
        ("--mask-means", how.mask_means, MEANINGS),
        *(("--mask", rule, MASKS) for rule in how.mask),
    ):
        if value not in legal:
            raise InputError(f"{name} {value} is not known", f"expected one of {', '.join(legal)}")
    for name, number in (("--heads", how.heads), ("--d-k", how.d_k), ("--d-v", how.d_v), ("--d-out", how.d_out)):
        if number is not None and number < 1:
            raise InputError(f"{name} {number} does not fit", "expected a whole number from 1")
    if not 0.0 <= how.dropout <= 1.0:
        raise InputError(f"--dropout {how.dropout:g} does not fit", "expected a probability from 0 to 1")
    if not 0.0 < how.temperature < float("inf"):
        raise InputError(f"--temperature {how.temperature:g} does not fit", "expected a number above 0")
    if how.scale_by is not None and how.scale_by == 0.0:
        raise InputError("--scale-by 0 does not fit", "scores cannot be divided by 0")
    if how.scale_by is not None and not isfinite(how.scale_by):
        raise InputError(f"--scale-by {how.scale_by:g} does not fit", "expected a number other than 0")
    if not how.mask_value < inf:  # NaN is not, either
        raise InputError(f"--mask-value {how.mask_value:g} does not fit", "expected a number, or -inf")
    if how.scale_by is not None and not how.scale:
        raise InputError("--scale-by and --no-scale contradict each other", "one divides, the other does not")
    if how.score != "scaled" and how.scale_by is not None:
        raise InputError(f"--scale-by does not apply to --score {how.score}", "only scaled scores are divided")
    if not how.weights and how.bias not in (None, "none"):
        raise InputError(
            f"--bias {how.bias} and --no-weights contradict each other", "without projections there is nothing to bias"
        )
    if not how.project and how.bias == "output":
        raise InputError(
            "--bias output and --no-project contradict each other", "without the projection it has no bias"
        )
    if not how.project and how.d_out is not None:
        raise InputError(
            "--d-out and --no-project contradict each other", "--d-out is the width of the output projection"
        )
    if how.dropout_seed is not None and how.dropout == 0.0:
        raise InputError(
            "--dropout-seed has nothing to draw", "--dropout is 0", mend="say how much to drop: --dropout 0.5"
        )


def refuse_unused(sheet: Sheet, how: Conventions, heads: int) -> None:
    """What was said but would change nothing, as a later step is given or there is no mask."""
    masked = bool(how.mask) or how.valid is not None or how.window is not None or sheet.has("mask")
    if not masked:
        for option, said in (
            ("--mask-value", how.mask_value != float("-inf")),
            ("--renormalize", how.renormalize),
        ):
            if said:
                raise InputError(f"{option} has no mask to work with", mend="say which: --mask causal, --valid N, …")
    if how.mask_means != "auto" and not sheet.has("mask"):
        raise InputError(
            f"--mask-means {how.mask_means} has no mask to explain",
            "it says what the numbers of a given mask mean",
            mend="give one: -m mask=…",
        )
    if how.renormalize and how.mask_value != float("-inf"):
        raise InputError(
            "--mask-value and --renormalize contradict each other",
            "one masks the scores with a number, the other takes weights out after softmax",
        )
    for name, before in (("weights", ("masked", "scaled", "scores")), ("masked", ("scaled", "scores"))):
        if masked and not how.renormalize and _given(sheet, name, heads):
            raise InputError(
                f"{name} is given, and the mask goes before it",
                f"a mask is put on the {before[-1]}, which are not computed",
                mend="leave out the mask, or mask the weights after softmax: --renormalize"
                if name == "weights"
                else None,
            )
    if how.temperature != 1.0 and _given(sheet, "weights", heads):
        raise InputError("weights is given, and --temperature goes before it", "the softmax is not computed")
    _refuse_scale(sheet, how, heads)
    widths = (("--d-v", how.d_v, ("W_V", "V")), ("--d-out", how.d_out, ("W_O", "output")))
    for option, said_width, names in widths:
        for name in names:
            given = sheet.peek(name) or sheet.peek(name + "1")
            parts = heads if sheet.has(name) and option == "--d-v" else 1
            if said_width is not None and given is not None and given.width != said_width * parts:
                raise InputError(
                    f"{option} {said_width} does not fit {name}",
                    f"{name} is {given.size}" + (f" for {parts} heads" if parts > 1 else ""),
                    mend=f"leave {option} out: where {name} is given, its own width rules",
                )


def _refuse_scale(sheet: Sheet, how: Conventions, heads: int) -> None:
    """--scale-by where the scaled scores, or what comes of them, are given."""
    later = next((name for name in ("scaled", "masked", "weights") if _given(sheet, name, heads)), None)
    if how.scale_by is not None and later is not None:
        raise InputError(f"{later} is given, and --scale-by goes before it", "the scores are not computed")


def overtaken(sheet: Sheet, name: str, heads: int) -> bool:
    """Whether a step after the named one is given, so that nothing becomes of that one."""
    return any(_given(sheet, later, heads) for later in LATER[LATER.index(name) + 1 :])


def _given(sheet: Sheet, name: str, heads: int) -> bool:
    """Whether a step is given, for the one head or for every one."""
    return sheet.has(name) or all(sheet.has(f"{name}{h}") for h in range(1, heads + 1))
