"""tmat ffn."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, SHAPE, Activation, Common, DrawnRows, DrawnWidth, with_common

EXAMPLES = """Examples:

  tmat ffn --seed 1 --d-model 4

  tmat ffn -m X='1 -1; 2 0' -m W_1='1 0; 0 1' -m b_1='0.5 0.5' --layers 1"""


@with_common()
def command(
    common: Common,
    d_ff: Annotated[
        int | None,
        typer.Option(
            "--d-ff",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The inner width where W_1 is drawn; 4·d_model unless told.",
        ),
    ] = None,
    d_out: Annotated[
        int | None,
        typer.Option(
            "--d-out",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The width that comes out where W_2 is drawn; d_model unless told.",
        ),
    ] = None,
    d_model: DrawnWidth = None,
    positions: DrawnRows = None,
    layers: Annotated[
        int,
        typer.Option(
            "--layers",
            metavar="1|2",
            rich_help_panel=CONVENTIONS,
            help="2 as in the paper; 1 ends at the activation, as in the thrones article.",
        ),
    ] = 2,
    activation: Activation = "relu",
    bias: Annotated[
        bool | None,
        typer.Option(
            "--bias/--no-bias",
            rich_help_panel=CONVENTIONS,
            help="Draw biases; they are drawn with the weights unless told.",
        ),
    ] = None,
) -> None:
    """max(0, X·W_1 + b_1)·W_2 + b_2: each row by itself through two linear layers.

    Steps: hidden activated output. Matrices: X n×d, W_1 d×d_ff, b_1 1×d_ff, W_2 d_ff×d, b_2 1×d.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import run_stage
    from tmat.stages.ffn import ffn

    options: dict[str, object] = {
        "d_ff": d_ff, "d_out": d_out, "layers": layers, "activation": activation, "bias": bias,
    }  # fmt: skip
    run_stage(
        ffn,
        common,
        options,
        draw_main=lambda: drawn("ffn", "X", common, positions, d_model, "x"),
        sizes={"--positions": positions, "--d-model": d_model},
    )
