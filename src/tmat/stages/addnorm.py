"""Add and norm: the residual added, then each row brought to mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tmat.engine.builder import Sheet, arriving
from tmat.engine.draws import Seed
from tmat.engine.node import Node
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.operations import (
    add,
    add_row,
    normalize,
    normalize_outside,
    normalize_rms,
    normalize_rms_outside,
    row_deviation,
    row_mean,
    row_rms,
    scale_and_shift,
    scale_columns,
)
from tmat.operations.normalization import KINDS, PLACES
from tmat.sheet.origins import input_of
from tmat.sheet.worksheet import Matrix, Worksheet

NORMS = ("layer", "rms", "none")


def addnorm(
    x: Worksheet | object = None,
    *,
    residual: object = None,
    residual_of: str | None = None,
    add_residual: bool = True,
    draw_residual: bool = False,
    norm: str = "layer",
    deviation: str = "population",
    epsilon: float = 1e-5,
    epsilon_in: str = "root",
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
    """LayerNorm of the sublayer and its residual: (sum − mean) / √(std² + ε)·γ + β, sum = X + residual.

    Shapes: X, residual n×d; mean and std n×1; gamma, beta 1×d. The residual is, unless given, the
    input of the stage before (or of the stage ``residual_of`` names), or drawn with ``draw_residual``. ``deviation`` divides by d
    ("population") or d − 1 ("sample"); ``epsilon_in`` puts ε inside the root or adds it to the
    deviation; ``norm`` "rms" takes no mean off; "none" only adds.

    Errors: no residual; shapes that differ.
    Source: Ba et al. 2016; Vaswani et al. 2017, §3.1; RMSNorm: Zhang & Sennrich 2019.

    >>> sheet = addnorm([[1.0, 3.0]], add_residual=False, epsilon=0.0)
    >>> sheet["addnorm"]["normalized"].values.tolist()
    [[-1.0, 1.0]]
    """
    before = x if isinstance(x, Worksheet) else None
    everything: dict[str, object] = {**(matrices or {}), **named}
    if x is not None and before is None:
        everything["X"] = x
    if residual is not None:
        everything["residual"] = residual
    for option, value, legal in (
        ("--norm", norm, NORMS),
        ("--deviation", deviation, KINDS),
        ("--epsilon-in", epsilon_in, PLACES),
    ):
        if value not in legal:
            raise InputError(f"{option} {value} is not known", f"expected one of {', '.join(legal)}")
    if not 0 <= epsilon < float("inf"):
        raise InputError(f"--epsilon {epsilon:g} does not fit", "expected 0 or a small number above it")
    if norm != "layer" and deviation != "population":
        raise InputError(
            f"--deviation {deviation} does not apply to --norm {norm}", "only a layer norm takes a deviation"
        )
    if norm == "none" and (epsilon != 1e-5 or epsilon_in != "root"):
        raise InputError("--epsilon does not apply to --norm none", "nothing is divided")
    if residual_of is not None and not add_residual:
        raise InputError("--residual-of and --no-residual contradict each other", "one adds, the other does not")
    sheet = Sheet(
        "addnorm", before, everything,
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    if sheet.has("residual") and (residual_of is not None or not add_residual):
        other = "--no-residual" if not add_residual else f"--residual-of {residual_of}"
        raise InputError(f"a residual is given, and {other} contradicts it", mend="leave one of them out")
    x_node = sheet.given("X", arriving(sheet.before))
    total = _sum(sheet, x_node, residual_of, draw_residual) if add_residual else x_node
    sheet.note("with residual" if add_residual else "no residual")
    if norm == "none":
        sheet.note("no norm")
        sheet.record(norm="none")
        return sheet.finish(total)
    if total and total.width == 0:
        raise InputError("rows without a cell cannot be normalised", f"{total.name} is {total.told()}")
    normalized = _normalized(sheet, total, norm, deviation, epsilon, epsilon_in)
    return sheet.finish(_learned(sheet, normalized))


def _sum(sheet: Sheet, x: Node, residual_of: str | None, drawing: bool) -> Node:
    flowing = _residual(sheet.before, residual_of)
    if drawing and flowing is None and not sheet.has("residual"):
        residual = sheet.weight("residual", x.height, x.width, "r", rows=x.rows)
    else:
        residual = sheet.given("residual", flowing, hint=_HINT)
    return sheet.step("sum", add, x, residual)


_HINT = "give it: -m residual=…, or --no-residual to normalise X alone"


def _residual(before: Worksheet, residual_of: str | None) -> Matrix | None:
    """The input of the stage before, or of the stage named."""
    stage = before[residual_of] if residual_of else before.last
    if stage is None:
        return None
    flowed = stage.given.get("X", stage.given.get("E"))
    if flowed is None:
        return None
    return Matrix("residual", flowed.values, flowed.rows, flowed.cols, input_of(stage.id))


def _normalized(sheet: Sheet, total: Node, norm: str, deviation: str, epsilon: float, epsilon_in: str) -> Node:
    outside = epsilon_in == "deviation"
    place = f"ε = {epsilon:g} {'added to the deviation' if outside else 'inside the root'}"
    if norm == "rms":
        rms = sheet.step("rms", row_rms, total)
        if not sheet.has("normalized"):
            sheet.note("RMSNorm", place.replace("the deviation", "the root mean square"))
        sheet.record(norm="rms", epsilon=epsilon, epsilon_in=epsilon_in)
        op = normalize_rms_outside if outside else normalize_rms
        return sheet.step("normalized", op, total, rms, epsilon=epsilon)
    mean = sheet.step("mean", row_mean, total)
    std = sheet.step("std", row_deviation, total, mean, kind=deviation)
    divisor = "d" if deviation == "population" else "d − 1"
    if not sheet.has("normalized"):  # a convention is in force only where it was computed with
        sheet.note("" if std.op is None else f"{deviation} deviation (over {divisor})", place)
    sheet.record(norm="layer", deviation=deviation, epsilon=epsilon, epsilon_in=epsilon_in)
    op = normalize_outside if outside else normalize
    return sheet.step("normalized", op, total, mean, std, epsilon=epsilon)


def _learned(sheet: Sheet, normalized: Node) -> Node:
    """γ and β, where they are given."""
    scale, shift = sheet.has("gamma"), sheet.has("beta")
    gamma = sheet.bias("gamma", normalized.width, fan_in=1) if scale else None
    beta = sheet.bias("beta", normalized.width, fan_in=1) if shift else None
    if gamma is not None and beta is not None:
        return sheet.step("output", scale_and_shift, normalized, gamma, beta)
    if gamma is not None:
        return sheet.step("output", scale_columns, normalized, gamma)
    if beta is not None:
        return sheet.step("output", add_row, normalized, beta)
    if sheet.has("output"):
        return sheet.given("output")
    sheet.ask("gamma", "beta")
    return normalized
