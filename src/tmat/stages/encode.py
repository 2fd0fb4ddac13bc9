"""The encoder: N layers of attention, add and norm, feed-forward, add and norm, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from tmat.engine.fields import CONVENTIONS, Numbers, StageOptions, declares, given, option
from tmat.engine.staging import arrived, stages
from tmat.late import late
from tmat.progress import working
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.stages.parts.options import (
    DrawnInput,
    FfnBias,
    Heads,
    Kinds,
    Layers,
    Network,
    Norm,
    Rotation,
    Scoring,
    Seen,
    sublayers,
)

if TYPE_CHECKING:
    from tmat.engine import builder
    from tmat.engine import rounding as roundings
    from tmat.sheet import selecting
    from tmat.sheet.worksheet import Worksheet
    from tmat.stages.parts import stack
    from tmat.stages.parts.stack import Sublayers
else:
    builder, roundings = late("tmat.engine.builder"), late("tmat.engine.rounding")
    selecting, stack = late("tmat.sheet.selecting"), late("tmat.stages.parts.stack")


@declares
class EncodeOptions(Layers, Heads, Rotation, Scoring, Network, FfnBias, Norm, DrawnInput, Seen, StageOptions):
    """How many layers, and what their attentions, norms and networks are told."""

    norm_order: Literal["post", "pre"] = option(
        "post", "post: norm after each residual, as in the paper; pre: before each sublayer.", CONVENTIONS, "ORDER"
    )
    attention_options: Mapping[str, Any] | None = None
    norm_options: Mapping[str, Any] | None = None
    ffn_options: Mapping[str, Any] | None = None

    X: Numbers = given("n×d_model", drawn="x")


@stages(
    EncodeOptions,
    summary="N encoder layers in one go.",
    formula="x = norm(x + attention(x)), then x = norm(x + ffn(x)), N times: the same as the stages piped, bit for bit.",
    about="Layer 1 is the stages attention, addnorm, ffn and addnorm-2, layer 2 begins with attention-2.\n\n"
    "Matrices carry their layer: layer1.W_Q, layer2.W_1, layer2.gamma1 (after attention), "
    "layer2.gamma2; without a layer a matrix is meant for all.",
    main="X",
    # as the first of the stages piped draws it
    drawn_as=lambda options: "attention" if options["norm_order"] == "post" else "addnorm",
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
    layer2.gamma1 (after attention), layer2.gamma2 (after the network).

    Errors: as its stages'; a layer that is not there.
    Source: Vaswani et al. 2017, §3.1.

    >>> sheet = encode([[0.5, 1.0], [1.5, 0.0]], layers=2)
    >>> [stage.id for stage in sheet.stages][:5]
    ['attention', 'addnorm', 'ffn', 'addnorm-2', 'attention-2']
    """
    sheet, matrices = arrived(encode.declared, x, how, matrices)
    start = stack.taken(matrices, "X")
    rounding = roundings.Rounding.parse(how.round, strict=False)
    common: dict[str, Any] = {"seed": how.seed, "init": how.init, "round": rounding, "dtype": how.dtype}
    keep = None if how.keep is None else list(how.keep)
    if keep is not None:  # what nobody asked for is let go stage by stage, all but what flows on
        found = builder.WhereFound(["output", *(name.rpartition(".")[2] for name in keep)])
        common["keep"] = found
    options = sublayers(how, Seen)
    first = len(sheet.stages)
    layer = _post if how.norm_order == "post" else _pre
    with working("encoding", how.layers) as tell:
        for n, own in enumerate(stack.by_layer(matrices, how.layers, norms=2), start=1):
            sheet = layer(sheet, own, {} if start is None else {"X": start}, options, common)
            start = None
            tell(n)
    if keep is None:
        rounding.refuse_unknown((step.name for stage in sheet.stages[first:] for step in stage.steps), "encode")
        return sheet
    return selecting.chosen(sheet, keep, first=first, known=found.known)


def _post(
    sheet: Worksheet, own: Sublayers, start: dict[str, object], options: Kinds, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    sheet = attention(sheet, matrices={**own.attention, **start}, **attend, **common)
    sheet = addnorm(sheet, matrices=own.norms.get(1), **norm, **common)
    sheet = ffn(sheet, matrices=own.ffn, **network, **common)
    return addnorm(sheet, matrices=own.norms.get(2), **norm, **common)


def _pre(
    sheet: Worksheet, own: Sublayers, start: dict[str, object], options: Kinds, common: dict[str, Any]
) -> Worksheet:
    attend, norm, network = options
    for n, (stage, matrices, how) in enumerate(((attention, own.attention, attend), (ffn, own.ffn, network)), start=1):
        before = sheet.next_id("addnorm")
        sheet = addnorm(sheet, add_residual=False, matrices={**own.norms.get(n, {}), **start}, **norm, **common)
        sheet = stage(sheet, matrices=matrices, **how, **common)  # type: ignore[operator]
        sheet = addnorm(sheet, norm="none", residual_of=before, **common)
        start = {}
    return sheet
