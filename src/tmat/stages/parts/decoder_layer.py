"""A layer of a decoder: attention to itself, to an encoder's output where there is one, and the network, each normed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.parts.options import Kinds, crossing
from tmat.stages.parts.stack import Sublayers


def decoder_layer(
    sheet: Worksheet, own: Sublayers, kinds: Kinds, memory: Matrix | None, at: str, layer: int, *, pre: bool,
    told: Mapping[str, Any], common: dict[str, Any],
) -> Worksheet:  # fmt: skip
    """One layer: each sublayer with its norm after it, or before it and the sum after.

    ``kinds`` is what attentions, norms and networks are told, ``told`` what this layer's attention to itself is besides.
    """
    attend, norm, network = kinds
    sublayers: list[tuple[Any, str, str, dict[str, object], dict[str, Any]]] = [
        (attention, "self-attention", "self", own.attention, {"mask": "causal", **attend, **told}),
        (ffn, "ffn", "ffn", own.ffn, network),
    ]
    if memory is not None:
        sublayers.insert(1, (attention, "cross-attention", "cross", own.cross, {"context": memory, **crossing(attend)}))

    def named(kind: str, per_layer: int = 1, nth: int = 1) -> str:
        number = (layer - 1) * per_layer + nth
        return f"{at}.{kind}" + (f"-{number}" if number > 1 else "")

    count = len(sublayers)
    for k, (stage, kind, side, matrices, how) in enumerate(sublayers):
        place = {"stream": f"decode.layer{layer}.{side}", "ordinal": count * (layer - 1) + k}
        first = named("addnorm", 2 * count, 2 * k + 1)
        if pre:
            sheet = addnorm(sheet, id=first, add_residual=False, matrices=own.norms.get(k + 1), **norm, **common)
        sheet = stage(sheet, id=named(kind), matrices=matrices, **place, **how, **common)
        if pre:
            second = named("addnorm", 2 * count, 2 * k + 2)
            sheet = addnorm(sheet, id=second, norm="none", residual_of=first, **common)
        else:
            sheet = addnorm(sheet, id=named("addnorm", count, k + 1), matrices=own.norms.get(k + 1), **norm, **common)
    return sheet
