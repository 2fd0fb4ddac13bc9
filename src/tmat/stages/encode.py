"""The encoder: N layers of attention, add and norm, feed-forward, add and norm, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tmat.engine.declaration import Numbers, StageOptions, declares, given
from tmat.engine.rounding import Rounding
from tmat.engine.staging import arrived, worksheet_stage
from tmat.progress import working
from tmat.sheet.names import chosen
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.parts import stack
from tmat.stages.parts.lazy import builder
from tmat.stages.parts.options import (
    DrawnInput,
    FfnBias,
    Heads,
    Layers,
    MaskRules,
    Network,
    Norm,
    NormPlaces,
    Rotation,
    Scoring,
    SublayerOptions,
    sublayer_options,
)
from tmat.stages.parts.stack import Sublayers


@declares
class EncodeOptions(
    Layers, Heads, Rotation, Scoring, Network, FfnBias, Norm, NormPlaces, DrawnInput, MaskRules, StageOptions
):
    """The number of layers, and the options of their attentions, norms and networks."""

    attention_options: Mapping[str, Any] | None = None
    norm_options: Mapping[str, Any] | None = None
    ffn_options: Mapping[str, Any] | None = None

    X: Numbers = given("n×d_model", drawn="x")


@worksheet_stage(
    EncodeOptions,
    summary="N encoder layers in one command.",
    formula="x = norm(x + attention(x)), then x = norm(x + ffn(x)), N times: the same as the stages piped, bit for bit.",
    about="Layer 1 is the stages attention, addnorm, ffn and addnorm-2, layer 2 begins with attention-2.\n\n"
    "Matrices carry their layer: layer1.W_Q, layer2.W_1, layer2.gamma1 (after attention), "
    "layer2.gamma2; a name without a layer is for all of them. final.gamma and final.beta belong to the norm after the last "
    "layer, embed.gamma and embed.beta to one before the first.",
    main="X",
    # as the first of the stages piped draws it
    drawn_as=lambda options: (
        "attention" if options["norm_order"] == "post" and not options["embed_norm"] else "addnorm"
    ),
    made_of=(attention, addnorm, ffn),
    examples=(
        "tmat encode --layers 2 --heads 2 --seed 1",
        "tmat vocab --text 'you win or you die' | tmat embed --text 'you die' | tmat posenc | tmat encode --only output",
    ),
    order=70,
    opens=("layers", "heads"),
    then="tmat decode",
)
def encode(x: object, how: EncodeOptions, matrices: dict[str, Any]) -> Worksheet:
    """N encoder layers: x = norm(x + attention(x)), x = norm(x + ffn(x)), the same as the stages piped, bit for bit.

    ``norm_order`` "post" norms after each residual as the paper does; "pre" norms before each
    sublayer and only adds after it (Xiong et al. 2020). Names carry their place: layer1.W_Q,
    layer2.gamma1 (after attention), layer2.gamma2 (after the network); embed.gamma and final.gamma are those of the norm
    before the first layer and after the last.

    Errors: those of its stages; a name of a layer above ``layers``.
    Source: Vaswani et al. 2017, §3.1.

    >>> sheet = encode([[0.5, 1.0], [1.5, 0.0]], layers=2)
    >>> [stage.id for stage in sheet.stages][:5]
    ['attention', 'addnorm', 'ffn', 'addnorm-2', 'attention-2']
    """
    sheet, matrices = arrived(encode.declared, x, how, matrices)
    start = stack.taken(matrices, "X")
    rounding = Rounding.parse(how.round, strict=False)
    common: dict[str, Any] = {"seed": how.seed, "init": how.init, "round": rounding, "dtype": how.dtype}
    keep = None if how.keep is None else list(how.keep)
    if keep is not None:  # free everything else stage by stage, but the output, which flows on
        found = builder.WhereFound(["output", *(name.rpartition(".")[2] for name in keep)])
        common["keep"] = found
    options = sublayer_options(how, MaskRules)
    first = len(sheet.stages)
    began = {} if start is None else {"X": start}
    embed, final = stack.outside(matrices, "embed"), stack.outside(matrices, "final")
    if how.embed_norm or embed:
        sheet = addnorm(
            sheet, id=sheet.next_id("embed-norm"), add_residual=False, matrices=embed | began, **options[1], **common
        )
        began = {}
    layer = _post if how.norm_order == "post" else _pre
    with working("encoding", how.layers) as tell:
        for n, own in enumerate(stack.by_layer(matrices, how.layers, norms=2), start=1):
            sheet = layer(sheet, own, began, options, common)
            began = {}
            tell(n)
    if how.final_norm or final:
        sheet = addnorm(
            sheet, id=sheet.next_id("final-norm"), add_residual=False, matrices=final, **options[1], **common
        )
    if keep is None:
        rounding.refuse_unknown((step.name for stage in sheet.stages[first:] for step in stage.steps), "encode")
        return sheet
    return chosen(sheet, keep, first=first, known=found.known)


def _post(
    sheet: Worksheet, own: Sublayers, start: dict[str, object], options: SublayerOptions, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    sheet = attention(sheet, matrices={**own.attention, **start}, **attend, **common)
    sheet = addnorm(sheet, matrices=own.norms.get(1), **norm, **common)
    sheet = ffn(sheet, matrices=own.ffn, **network, **common)
    return addnorm(sheet, matrices=own.norms.get(2), **norm, **common)


def _pre(
    sheet: Worksheet, own: Sublayers, start: dict[str, object], options: SublayerOptions, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    for n, (stage, matrices, how) in enumerate(((attention, own.attention, attend), (ffn, own.ffn, network)), start=1):
        before = sheet.next_id("addnorm")
        sheet = addnorm(sheet, add_residual=False, matrices={**own.norms.get(n, {}), **start}, **norm, **common)
        sheet = stage(sheet, matrices=matrices, **how, **common)  # type: ignore[operator]
        sheet = addnorm(sheet, norm="none", residual_of=before, **common)
        start = {}
    return sheet
