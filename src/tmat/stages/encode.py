"""The encoder: N layers of attention, add and norm, feed-forward, add and norm, in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tmat.engine.builder import WhereFound
from tmat.engine.draws import Seed
from tmat.engine.limits import MOST_LAYERS, refuse_count
from tmat.engine.rounding import Rounding
from tmat.errors import InputError
from tmat.progress import working
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.stack import Sublayers, by_layer, taken

ORDERS = ("post", "pre")


def encode(
    x: Worksheet | object = None,
    *,
    layers: int = 1,
    norm_order: str = "post",
    attention_options: Mapping[str, Any] | None = None,
    norm_options: Mapping[str, Any] | None = None,
    ffn_options: Mapping[str, Any] | None = None,
    seed: Seed = 0,
    init: str = "uniform",
    round: str | int | Rounding | None = None,
    keep: Iterable[str] | None = None,
    dtype: str = "float64",
    matrices: Mapping[str, object] | None = None,
    **named: object,
) -> Worksheet:
    """N encoder layers: x = norm(x + attention(x)), x = norm(x + ffn(x)), the same as the stages piped, bit for bit.

    ``norm_order`` "post" norms after each residual as the paper does; "pre" norms before each
    sublayer and only adds after it (Xiong et al. 2020). Names carry their place: layer1.W_Q,
    layer2.gamma1 (after attention), layer2.gamma2 (after the network).

    Errors: as its stages'; a layer that is not there.
    Source: Vaswani et al. 2017, §3.1.

    >>> sheet = encode([[0.5, 1.0], [1.5, 0.0]], layers=2)
    >>> [stage.id for stage in sheet.stages][:5]
    ['attention', 'addnorm', 'ffn', 'addnorm-2', 'attention-2']
    """
    if layers < 1:
        raise InputError(f"--layers {layers} does not fit", "expected a whole number from 1")
    refuse_count("--layers", layers, MOST_LAYERS)
    if norm_order not in ORDERS:
        raise InputError(f"--norm-order {norm_order} is not known", f"expected one of {', '.join(ORDERS)}")
    sheet = x if isinstance(x, Worksheet) else Worksheet()
    everything: dict[str, object] = {**(matrices or {}), **named}
    given_x = taken(everything, "X")
    start = given_x if given_x is not None or isinstance(x, Worksheet) else x
    rounding = Rounding.parse(round, strict=False)
    common: dict[str, Any] = {"seed": seed, "init": init, "round": rounding, "dtype": dtype}
    if keep is not None:  # what nobody asked for is let go stage by stage, all but what flows on
        keep = list(keep)
        found = WhereFound(["output", *(name.rpartition(".")[2] for name in keep)])
        common["keep"] = found
    options = (dict(attention_options or {}), dict(norm_options or {}), dict(ffn_options or {}))
    first = len(sheet.stages)
    layer = _post if norm_order == "post" else _pre
    with working("encoding", layers) as step:
        for n, sublayers in enumerate(by_layer(everything, layers, norms=2), start=1):
            given = {} if start is None else {"X": start}
            sheet = layer(sheet, sublayers, given, options, common)
            start = None
            step(n)
    if keep is None:
        rounding.refuse_unknown((step.name for stage in sheet.stages[first:] for step in stage.steps), "encode")
        return sheet
    from tmat.sheet.selecting import chosen

    return chosen(sheet, keep, first=first, known=found.known)


Options = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def _post(
    sheet: Worksheet, own: Sublayers, given: dict[str, object], options: Options, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    sheet = attention(sheet, matrices={**own.attention, **given}, **attend, **common)
    sheet = addnorm(sheet, matrices=own.norms.get(1), **norm, **common)
    sheet = ffn(sheet, matrices=own.ffn, **network, **common)
    return addnorm(sheet, matrices=own.norms.get(2), **norm, **common)


def _pre(
    sheet: Worksheet, own: Sublayers, given: dict[str, object], options: Options, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    for n, (stage, matrices, how) in enumerate(((attention, own.attention, attend), (ffn, own.ffn, network)), start=1):
        before = sheet.next_id("addnorm")
        sheet = addnorm(sheet, add_residual=False, matrices={**own.norms.get(n, {}), **given}, **norm, **common)
        sheet = stage(sheet, matrices=matrices, **how, **common)  # type: ignore[operator]
        sheet = addnorm(sheet, norm="none", residual_of=before, **common)
        given = {}
    return sheet


__all__ = ["ORDERS", "Matrix", "encode"]
