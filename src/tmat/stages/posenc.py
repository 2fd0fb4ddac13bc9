"""Positional encoding: waves of falling frequency, added to the embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tmat.engine.builder import Sheet, arriving
from tmat.engine.draws import Seed
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.operations import add, sinusoid
from tmat.operations.words import EXPONENTS, power_of
from tmat.sheet.worksheet import Worksheet


def posenc(
    x: Worksheet | object = None,
    *,
    positions: int | None = None,
    d_model: int | None = None,
    exponent: str = "paired",
    base: float = 10000.0,
    start: int = 0,
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
    """sin(pos / base^(e/d)) in even columns, cos in odd ones, added to the embeddings: X = E + PE.

    Shapes: E, PE and X n×d_model. The exponent e of column i (from 0) is 2⌊i/2⌋ ("paired", the paper)
    or 2i ("column", as some articles compute). Without E, PE alone: ``positions`` × ``d_model``.

    Errors: no E and no size; a size below 1; a base that is not above 0.
    Source: Vaswani et al. 2017, §3.5.

    >>> posenc(positions=1, d_model=4)["posenc"]["PE"].values.tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    before = x if isinstance(x, Worksheet) else None
    everything: dict[str, object] = {**(matrices or {}), **named}
    if x is not None and before is None:
        everything["E"] = x
    if exponent not in EXPONENTS:
        raise InputError(f"--exponent {exponent} is not known", f"expected one of {', '.join(EXPONENTS)}")
    if not 0 < base < float("inf"):
        raise InputError(f"--base {base:g} does not fit", "expected a number above 0")
    for name, size in (("--positions", positions), ("--d-model", d_model)):
        if size is not None and size < 1:
            raise InputError(f"{name} {size} does not fit", "expected a whole number from 1")
    sheet = Sheet(
        "posenc", before, everything,
        seed=seed, init=init, round=round, keep=keep, dtype=dtype, id=id, stream=stream, ordinal=ordinal,
    )  # fmt: skip
    told = exponent != "paired" or base != 10000.0 or start != 0
    for name in ("PE", "X"):
        if told and sheet.has(name):
            raise InputError(
                f"{name} is given, and the options of the waves have no effect",
                "--exponent, --base and --start say how PE is computed",
                mend="leave one of them out",
            )
    e = sheet.given("E", arriving(sheet.before))
    alone = not e and not sheet.has("X")
    n, d = e.height or positions or 0, e.width or d_model or 0
    if alone and not sheet.has("PE") and not (n and d):
        raise InputError(
            "posenc needs embeddings or a size",
            "no E came in",
            mend="give E (-m E=…), or a size: --positions 6 --d-model 6",
        )
    if not sheet.has("PE"):
        _refuse_lost(n, d, exponent, base, start)
    pe = sheet.step("PE", sinusoid, positions=n, d_model=d, base=float(base), start=start, exponent=exponent)
    if e and positions is not None and positions != e.height:
        raise InputError(f"--positions {positions} does not fit", f"E has {e.height} rows, and each row is a position")
    if e and d_model is not None and d_model != e.width:
        raise InputError(f"--d-model {d_model} does not fit", f"E is {e.told()}")
    if e and pe.op is not None:
        pe.rows = list(e.rows)
    said = sheet.before.tokens
    if alone and said:
        if len(said) != n:
            raise InputError(
                "the tokens do not fit the positions",
                f"there are {len(said)} tokens and {n} positions",
                mend=f"try --positions {len(said)}",
            )
        pe.rows = list(said)
    sheet.record(exponent=exponent, base=float(base), start=start)
    if pe.op is not None and not sheet.has("X"):
        sheet.note(
            "exponent 2⌊i/2⌋/d" if exponent == "paired" else "exponent 2i/d (the paper: 2⌊i/2⌋/d)",
            f"base {base:g}",
            f"positions from {start}",
        )
    return sheet.finish(pe if alone else sheet.step("X", add, e, pe))


COUNTED = 1 << 53  # from here on a float no longer has a place for every whole number


def _refuse_lost(n: int, d: int, exponent: str, base: float, start: int) -> None:
    """Positions that would run together, and waves whose angle is beyond the largest float."""
    furthest = max(abs(start), abs(start + n - 1)) if n else 0
    if furthest > COUNTED:
        raise InputError(
            f"--start {start} does not fit", f"positions go to {COUNTED}: beyond, a float has no place for each"
        )
    least = min((base ** power_of(i, d, exponent) for i in (0, d - 1)), default=1.0) if d and base < 1.0 else 1.0
    if furthest and (least == 0.0 or furthest / least == float("inf")):
        raise InputError(
            f"--base {base:g} does not fit",
            f"position {furthest} over {base:g}^(e/{d}) is beyond the largest float: a wave has no angle there",
            mend="try a larger --base; the paper's is 10000",
        )
