"""Add and norm: the residual added, then each row normalised to mean 0 and deviation 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.engine.declaration import INPUT, Numbers, StageOptions, declares, given, option, step
from tmat.engine.staging import stage
from tmat.errors import InputError
from tmat.sheet.names import input_of
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.parts.folded import in_parts
from tmat.stages.parts.lazy import ops
from tmat.stages.parts.options import Detail, DrawnInput, Norm

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


@declares
class AddnormOptions(Norm, DrawnInput, Detail, StageOptions):
    """How the residual is found and the norm computed, and the matrices."""

    add_residual: bool = option(True, "Normalise X alone.", INPUT, flag="no-residual")
    residual_of: str | None = option(
        None, "The residual is the input of this stage of the pipe; default: the stage before.", INPUT, "STAGE"
    )

    X: Numbers = given("n×d", drawn="x")
    residual: Numbers = given("n×d")
    gamma: Numbers = given("1×d")
    beta: Numbers = given("1×d")
    sum: Numbers = step("n×d")
    mean: Numbers = step("n×1", called="means average μ mu")
    variance: Numbers = step("n×1", called="var variances σ² sigma²")
    std: Numbers = step("n×1", called="stddev standard_deviation deviation sd stds sigma σ")
    mean_square: Numbers = step("n×1", called="mean_squares mean_of_squares ms")
    rms: Numbers = step("n×1")
    normalized: Numbers = step("n×d", called="norm addnorm layer_norm")
    scale: Numbers = step("1×d")
    output: Numbers = step("n×d")


@stage(
    AddnormOptions,
    summary="The residual added, each row normalised: mean 0, deviation 1.",
    formula="(sum − mean) / √(std² + ε), row by row, where sum = X + residual; then ∘ gamma + beta where these are "
    "given.",
    about="The thrones article: ‹epsilon 0.0001› ‹epsilon_in deviation›.",
    main="X",
    examples=(
        "tmat addnorm",
        "tmat addnorm -m X='1 2 3; 4 5 9' -m residual='1 0 0; 0 1 0' --deviation sample --epsilon 0",
    ),
    order=50,
    opens=("norm", "deviation"),
    then="tmat ffn",
    closing="ffn",
)
def addnorm(sheet: Sheet, how: AddnormOptions) -> Node:
    """LayerNorm of the sublayer and its residual: (sum − mean) / √(std² + ε)·γ + β, sum = X + residual.

    Shapes: X, residual n×d; mean and std n×1; gamma, beta 1×d. The residual is, unless given, the
    input of the stage before (or of the stage ``residual_of`` names), or drawn with ``drawing``. ``deviation`` divides by d
    ("population") or d − 1 ("sample"); ``epsilon_in`` puts ε inside the root or adds it to the
    deviation; ``norm`` "rms" divides by the root mean square and subtracts no mean; "none" only adds.

    Errors: no residual; shapes that differ.
    Source: Ba et al. 2016; Vaswani et al. 2017, §3.1; RMSNorm: Zhang & Sennrich 2019.

    >>> sheet = addnorm([[1.0, 3.0]], add_residual=False, epsilon=0.0)
    >>> sheet["addnorm"]["normalized"].values.tolist()
    [[-1.0, 1.0]]
    """
    _refuse(sheet, how)
    x = sheet.main("X")
    total = _sum(sheet, x, how) if how.add_residual else x
    sheet.note("with residual" if how.add_residual else "no residual")
    if how.norm == "none":
        sheet.note("no norm")
        sheet.record(norm="none")
        return total
    if total and total.width == 0:
        raise InputError("rows without a cell cannot be normalised", f"{total.name} is {total.described()}")
    return _scaled(sheet, _normalized(sheet, total, how), how.gamma_offset)


def _refuse(sheet: Sheet, how: AddnormOptions) -> None:
    """Refuse options that contradict each other, or have no effect."""
    if how.norm != "layer" and how.deviation != "population":
        raise InputError(
            f"‹deviation {how.deviation}› does not apply to ‹norm {how.norm}›", "only a layer norm takes a deviation"
        )
    if how.gamma_offset and (how.norm == "none" or not sheet.has("gamma")):
        raise InputError(
            f"‹gamma_offset {how.gamma_offset:g}› has no γ to be added to",
            "no gamma is given" if how.norm != "none" else "‹norm none› does not scale",
        )
    if how.norm == "none" and (how.epsilon != 1e-5 or how.epsilon_in != "root"):
        raise InputError("‹epsilon› does not apply to ‹norm none›", "nothing is divided")
    other = "‹add_residual False›" if not how.add_residual else f"‹residual_of {how.residual_of}›"
    if how.residual_of is not None and not how.add_residual:
        raise InputError(f"‹residual_of› and {other} contradict each other", "one adds, the other does not")
    if sheet.has("residual") and (how.residual_of is not None or not how.add_residual):
        raise InputError(f"a residual is given, and {other} contradicts it", mend="leave one of them out")


def _sum(sheet: Sheet, x: Node, how: AddnormOptions) -> Node:
    flowing = _residual(sheet.before, how.residual_of)
    if how.drawing and flowing is None and not sheet.has("residual"):
        residual = sheet.weight("residual", x.height, x.width, "r", rows=x.rows)
    else:
        hint = "give it: ‹-m residual›, or ‹add_residual False› to normalise X alone"
        residual = sheet.given("residual", flowing, hint=hint)
    return sheet.step("sum", ops.add, x, residual)


def _residual(before: Worksheet, residual_of: str | None) -> Matrix | None:
    """The input of the stage before, or of the stage named."""
    stage = before[residual_of] if residual_of else before.last
    if stage is None:
        return None
    flowed = stage.given.get("X", stage.given.get("E"))
    if flowed is None:
        return None
    return Matrix("residual", flowed.values, flowed.rows, flowed.cols, input_of(stage.id))


def _normalized(sheet: Sheet, total: Node, how: AddnormOptions) -> Node:
    epsilon, outside = how.epsilon, how.epsilon_in == "deviation"
    place = f"ε = {epsilon:g} {'added to the deviation' if outside else 'inside the root'}"
    if how.norm == "rms":
        if how.detail or sheet.has("mean_square"):
            rms = in_parts(sheet, "rms", ops.row_rms, (total,), {})
        else:
            sheet.allow("mean_square")
            rms = sheet.step("rms", ops.row_rms, total)
        if not sheet.has("normalized"):
            sheet.note("RMSNorm", place.replace("the deviation", "the root mean square"))
        sheet.record(norm="rms", epsilon=epsilon, epsilon_in=how.epsilon_in)
        op = ops.normalize_rms_outside if outside else ops.normalize_rms
        return sheet.step("normalized", op, total, rms, epsilon=epsilon)
    mean = sheet.step("mean", ops.row_mean, total)
    kind = {"kind": how.deviation}
    if how.detail or sheet.has("variance"):
        std = in_parts(sheet, "std", ops.row_deviation, (total, mean), kind)
    else:
        sheet.allow("variance")
        std = sheet.step("std", ops.row_deviation, total, mean, **kind)
    divisor = "d" if how.deviation == "population" else "d − 1"
    if not sheet.has("normalized"):  # a convention is in force only where it was computed with
        sheet.note("" if std.op is None else f"{how.deviation} deviation (over {divisor})", place)
    sheet.record(norm="layer", deviation=how.deviation, epsilon=epsilon, epsilon_in=how.epsilon_in)
    op = ops.normalize_outside if outside else ops.normalize
    return sheet.step("normalized", op, total, mean, std, epsilon=epsilon)


def _scaled(sheet: Sheet, normalized: Node, offset: float) -> Node:
    """Scale by γ (plus its offset) and shift by β, where they are given."""
    scale, shift = sheet.has("gamma"), sheet.has("beta")
    gamma = sheet.bias("gamma", normalized.width, fan_in=1) if scale else None
    if gamma is not None and offset:
        sheet.note(f"γ used as {offset:g} + γ")
        sheet.record(gamma_offset=offset)
        gamma = sheet.step("scale", ops.add_number, gamma, number=offset)
    elif sheet.has("scale"):
        gamma = sheet.given("scale")
    beta = sheet.bias("beta", normalized.width, fan_in=1) if shift else None
    if gamma is not None and beta is not None:
        return sheet.step("output", ops.scale_and_shift, normalized, gamma, beta)
    if gamma is not None:
        return sheet.step("output", ops.scale_columns, normalized, gamma)
    if beta is not None:
        return sheet.step("output", ops.add_row, normalized, beta)
    if sheet.has("output"):
        return sheet.given("output")
    sheet.allow("gamma", "beta")
    return normalized
