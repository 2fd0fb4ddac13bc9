"""tmat encode."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, MASK, SHAPE, Activation, Common, DrawnRows, DrawnWidth, with_common
from tmat.cli.stack_options import (
    Bias,
    Deviation,
    Epsilon,
    EpsilonIn,
    FfnBias,
    Heads,
    HeadWidth,
    InnerWidth,
    Norm,
    ValueWidth,
    sublayer_options,
)

EXAMPLES = """Examples:

  tmat encode --layers 2 --heads 2 --seed 1

  tmat vocab --text 'you win or you die' | tmat embed --text 'you die' | tmat posenc | tmat encode --only output"""


@with_common()
def command(
    common: Common,
    layers: Annotated[int, typer.Option("--layers", metavar="N", rich_help_panel=SHAPE, help="How many layers.")] = 1,
    heads: Heads = None,
    d_k: HeadWidth = None,
    d_v: ValueWidth = None,
    d_ff: InnerWidth = None,
    d_model: DrawnWidth = None,
    positions: DrawnRows = None,
    mask: Annotated[
        str, typer.Option("--mask", metavar="RULES", rich_help_panel=MASK, help="causal, padding, or both.")
    ] = "none",
    valid: Annotated[
        int | None, typer.Option("--valid", metavar="N", rich_help_panel=MASK, help="Only the first N keys are seen.")
    ] = None,
    norm_order: Annotated[
        str,
        typer.Option(
            "--norm-order",
            metavar="ORDER",
            rich_help_panel=CONVENTIONS,
            help="post: norm after each residual, as in the paper; pre: before each sublayer.",
        ),
    ] = "post",
    activation: Activation = "relu",
    bias: Bias = None,
    ffn_bias: FfnBias = None,
    norm: Norm = "layer",
    deviation: Deviation = "population",
    epsilon: Epsilon = 1e-5,
    epsilon_in: EpsilonIn = "root",
) -> None:
    """x = norm(x + attention(x)), then x = norm(x + ffn(x)), N times: the same as the stages piped, bit for bit.

    Steps: those of attention, addnorm, ffn and addnorm-2 in layer 1, attention-2 … in layer 2.

    Matrices carry their layer: layer1.W_Q, layer2.W_1, layer2.gamma1 (after attention), layer2.gamma2;
    without a layer a matrix is meant for all.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import run_stage
    from tmat.stages.encode import encode

    options = sublayer_options(heads, d_k, d_v, d_ff, activation, bias, ffn_bias, norm, deviation, epsilon, epsilon_in)
    options["attention_options"].update(mask=mask, valid=valid)
    options.update(layers=layers, norm_order=norm_order)
    run_stage(
        encode,
        common,
        options,
        # As the first of the stages piped draws it.
        draw_main=lambda: drawn(
            "attention" if norm_order == "post" else "addnorm", "X", common, positions, d_model, "x"
        ),
        sizes={"--positions": positions, "--d-model": d_model},
    )
