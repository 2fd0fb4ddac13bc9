"""Positional encoding: sines and cosines of the position at falling frequencies, added to the embeddings."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tmat.engine.declaration import CONVENTIONS, SHAPE, Numbers, StageOptions, declares, given, option, step
from tmat.engine.staging import stage
from tmat.errors import InputError
from tmat.stages.parts.lazy import nodes, ops, position_operations
from tmat.stages.parts.options import Sinusoids
from tmat.stages.parts.rotary import BASE

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


@declares
class PosencOptions(Sinusoids, StageOptions):
    """The convention of the sinusoids, and the matrices."""

    positions: int | None = option(None, "How many positions, where no embeddings come in.", SHAPE, "N", at_least=1)
    d_model: int | None = option(
        None, "The width, where no embeddings come in; odd ones end in a sine.", SHAPE, "N", at_least=1
    )
    base: float = option(
        BASE, "The base of the frequencies.", CONVENTIONS, "NUMBER",
        fits=lambda base: 0 < base < inf, expected="expected a number above 0",
    )  # fmt: skip
    start: int = option(0, "The first position.", CONVENTIONS, "N")

    E: Numbers = given("n×d_model", drawn="e")
    E_scaled: Numbers = step("n×d_model")
    PE: Numbers = step("n×d_model", called="positional")
    X: Numbers = step("n×d_model")


@stage(
    PosencOptions,
    summary="Sine and cosine of the position, added to the embeddings.",
    formula="PE(pos, i) = sin(pos / 10000^(2⌊i/2⌋/d)) in even columns i, cos in odd ones; X = E + PE.",
    about="E has a row for each token. ‹positions› and ‹d_model› without E give PE alone. Learned positions, a row each, are "
    "given as ‹-m PE›.",
    main="E",
    without_input=("positions", "d_model"),
    examples=("tmat posenc --positions 6 --d-model 6", "tmat posenc --exponent column --position 1"),
    order=30,
    opens=("positions", "d_model"),
    then="tmat attention",
    prints=("position",),
)
def posenc(sheet: Sheet, how: PosencOptions) -> Node:
    """sin(pos / base^(e/d)) in even columns, cos in odd ones, added to the embeddings: X = E + PE.

    Shapes: E, PE and X n×d_model. The exponent e of column i (from 0) is 2⌊i/2⌋ ("paired", the paper)
    or 2i ("column", as some articles compute). ``layout`` "halves" puts all sines first. ``scale_embedding`` multiplies E
    by √d_model before (§3.4). Without E the result is PE alone, ``positions`` × ``d_model``. Learned positions are given as PE.

    Errors: no E and no size; a size below 1; a base that is not above 0.
    Source: Vaswani et al. 2017, §3.5.

    >>> posenc(positions=1, d_model=4)["posenc"]["PE"].values.tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    e = sheet.main("E")
    scaled = _scaled(sheet, e, how)
    _refuse_unused(sheet, how, scaled)
    alone = not scaled and not sheet.has("X")
    n, d = scaled.height or how.positions or 0, scaled.width or how.d_model or 0
    if alone and not sheet.has("PE") and not (n and d):
        raise InputError(
            "posenc needs embeddings or a size",
            "no E came in",
            mend="give E (‹-m E›), or a size: ‹positions 6› ‹d_model 6›",
        )
    if not sheet.has("PE"):
        _refuse_lost(n, d, how.exponent, how.base, how.start)
    base = float(how.base)
    apart = {} if how.layout == "adjacent" else {"layout": how.layout}
    pe = _learned(sheet, scaled, how.start) or sheet.step(
        "PE", ops.sinusoid, positions=n, d_model=d, base=base, start=how.start, exponent=how.exponent, **apart
    )
    if scaled:
        _refuse_size(scaled, how)
        if pe.op is not None:
            pe.rows = list(scaled.rows)
    elif alone and sheet.before.tokens:
        pe.rows = _labels(sheet.before.tokens, n)
    sheet.record(exponent=how.exponent, base=base, start=how.start, **apart)
    if pe.op is not None and not sheet.has("X"):
        sheet.note(
            "exponent 2⌊i/2⌋/d" if how.exponent == "paired" else "exponent 2i/d (the paper: 2⌊i/2⌋/d)",
            "all sines, then all cosines" if apart else "column i counted from 0: sin where even, cos where odd",
            f"base {base:g}",
            f"positions from {how.start}",
        )
    return pe if alone else sheet.step("X", ops.add, scaled, pe)


def _scaled(sheet: Sheet, e: Node, how: PosencOptions) -> Node:
    """The embeddings, multiplied by √d_model where asked."""
    if sheet.has("E_scaled"):
        return sheet.given("E_scaled")
    if not how.scale_embedding:
        sheet.allow("E_scaled")
        return e
    sheet.note(f"embeddings multiplied by √{e.width}" if e else "")
    sheet.record(scale_embedding=True)
    return sheet.step("E_scaled", ops.multiply_by_root, e, d=e.width)


def _learned(sheet: Sheet, e: Node, start: int) -> Node | None:
    """The rows from ``start`` of a given table of positions, where it has more rows than E; else None."""
    table = sheet.peek("PE")
    if table is None or not e or not start + e.height <= table.height or table.height == e.height:
        return None
    sheet.take("PE")
    sheet.note(f"positions from {start}, of {table.height} that are given")
    own = slice(start, start + e.height)
    return sheet.place(
        nodes.Node("PE", (e.height, table.width), e.rows, table.cols, table.origin, values=table.values[own].astype(sheet.dtype))
    )  # fmt: skip


def _refuse_unused(sheet: Sheet, how: PosencOptions, e: Node) -> None:
    """Refuse options of the sinusoids where PE is given, and scaling without embeddings."""
    waves = how.exponent != "paired" or how.base != BASE or how.layout != "adjacent"
    table = sheet.peek("PE")
    rows = how.start != 0 and (table is None or not e or not 0 < how.start <= table.height - e.height)
    for name in ("PE", "X"):
        is_set = waves or (rows if name == "PE" else how.start != 0)
        if is_set and sheet.has(name):
            raise InputError(
                f"{name} is given, and the options of the sinusoids have no effect",
                "‹exponent›, ‹base›, ‹start› and ‹layout› say how PE is computed",
                mend="leave one of them out",
            )
    if how.scale_embedding and not e and not sheet.has("X"):
        raise InputError("‹scale_embedding› has no embeddings to scale", "no E came in", mend="give E: ‹-m E›")
    if how.scale_embedding and (sheet.has("X") or sheet.has("E_scaled")):
        name = "X" if sheet.has("X") else "E_scaled"
        raise InputError(f"{name} is given, and ‹scale_embedding› has no effect", mend="leave one of them out")


def _refuse_size(e: Node, how: PosencOptions) -> None:
    """Refuse a size that is not that of E."""
    if how.positions is not None and how.positions != e.height:
        raise InputError(
            f"‹positions {how.positions}› does not fit", f"E has {e.height} rows, and each row is a position"
        )
    if how.d_model is not None and how.d_model != e.width:
        raise InputError(f"‹d_model {how.d_model}› does not fit", f"E is {e.described()}")


def _labels(tokens: tuple[str, ...], n: int) -> list[str]:
    """The tokens as labels of the positions."""
    if len(tokens) != n:
        raise InputError(
            "the tokens do not fit the positions",
            f"there are {len(tokens)} tokens and {n} positions",
            mend=f"try ‹positions {len(tokens)}›",
        )
    return list(tokens)


EXACT = 1 << 53  # above it a float64 cannot hold every whole number


def _refuse_lost(n: int, d: int, exponent: str, base: float, start: int) -> None:
    """Refuse positions that a float64 cannot tell apart, and angles beyond the largest float64."""
    furthest = max(abs(start), abs(start + n - 1)) if n else 0
    if furthest > EXACT:
        raise InputError(
            f"‹start {start}› does not fit", f"positions go to {EXACT}: a float64 cannot tell larger ones apart"
        )
    least = (
        min((base ** position_operations.power_of(i, d, exponent) for i in (0, d - 1)), default=1.0)
        if d and base < 1.0
        else 1.0
    )
    if furthest and (least == 0.0 or furthest / least == float("inf")):
        raise InputError(
            f"‹base {base:g}› does not fit",
            f"position {furthest} over {base:g}^(e/{d}) is beyond the largest float64",
            mend="try a larger ‹base›; the paper's is 10000",
        )
