"""A decoder layer: self-attention, cross-attention where there is an encoder, and the network, each with its norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.parts.options import SublayerOptions, cross_options
from tmat.stages.parts.stack import Sublayers


def decoder_layer(
    sheet: Worksheet, own: Sublayers, options: SublayerOptions, memory: Matrix | None, at: str, layer: int, *, pre: bool,
    self_options: Mapping[str, Any], common: dict[str, Any],
) -> Worksheet:  # fmt: skip
    """One layer: each sublayer followed by its norm, or with ``pre`` preceded by it and followed by the residual sum.

    ``options`` are those of attentions, norms and networks, ``self_options`` more of this layer's self-attention.
    """
    attend, norm, network = options
    sublayers: list[tuple[Any, str, str, dict[str, object], dict[str, Any]]] = [
        (attention, "self-attention", "self", own.attention, {"mask": "causal", **attend, **self_options}),
        (ffn, "ffn", "ffn", own.ffn, network),
    ]
    if memory is not None:
        sublayers.insert(
            1, (attention, "cross-attention", "cross", own.cross, {"context": memory, **cross_options(attend)})
        )

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
