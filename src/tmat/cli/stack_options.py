"""The options of a stack's sublayers, declared once for encode and decode."""

from typing import Annotated, Any

import typer

from tmat.cli.options import CONVENTIONS, SHAPE

Heads = Annotated[
    int | None, typer.Option("--heads", metavar="H", rich_help_panel=SHAPE, help="Heads of each attention.")
]
HeadWidth = Annotated[
    int | None,
    typer.Option(
        "--d-k",
        metavar="N",
        rich_help_panel=SHAPE,
        help="The number under the root, and a head's width where W_Q is drawn.",
    ),
]
ValueWidth = Annotated[
    int | None,
    typer.Option("--d-v", metavar="N", rich_help_panel=SHAPE, help="The width of a head's values where W_V is drawn."),
]
InnerWidth = Annotated[
    int | None,
    typer.Option(
        "--d-ff", metavar="N", rich_help_panel=SHAPE, help="The inner width of the networks; 4·d_model unless told."
    ),
]
Bias = Annotated[
    str | None,
    typer.Option(
        "--bias",
        metavar="WHICH",
        rich_help_panel=CONVENTIONS,
        help="Biases of the attentions to draw: none, qkv, output, all.",
    ),
]
FfnBias = Annotated[
    bool | None,
    typer.Option(
        "--ffn-bias/--no-ffn-bias", rich_help_panel=CONVENTIONS, help="Draw biases of the networks; drawn unless told."
    ),
]
Norm = Annotated[str, typer.Option("--norm", metavar="KIND", rich_help_panel=CONVENTIONS, help="layer or rms.")]
Deviation = Annotated[
    str, typer.Option("--deviation", metavar="KIND", rich_help_panel=CONVENTIONS, help="population or sample.")
]
Epsilon = Annotated[
    float, typer.Option("--epsilon", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="The ε of the norms.")
]
EpsilonIn = Annotated[
    str, typer.Option("--epsilon-in", metavar="PLACE", rich_help_panel=CONVENTIONS, help="root or deviation.")
]


def sublayer_options(
    heads: int | None, d_k: int | None, d_v: int | None, d_ff: int | None, activation: str, bias: str | None,
    ffn_bias: bool | None, norm: str, deviation: str, epsilon: float, epsilon_in: str,
) -> dict[str, Any]:  # fmt: skip
    """The three kinds of options as encode and decode take them."""
    return {
        "attention_options": {"heads": heads, "d_k": d_k, "d_v": d_v, "bias": bias},
        "norm_options": {"norm": norm, "deviation": deviation, "epsilon": epsilon, "epsilon_in": epsilon_in},
        "ffn_options": {"d_ff": d_ff, "activation": activation, "bias": ffn_bias},
    }
