"""tmat decode."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, INPUT, OUTPUT, SHAPE, Activation, Common, with_common
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

  tmat decode --max-tokens 2

  tmat decode --words 'you win or die' --target 'you win or' --seed 3"""


@with_common()
def command(
    common: Common,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="TEXT",
            rich_help_panel=INPUT,
            help="One teacher-forced pass over <start> and this text, in place of word by word.",
        ),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--words", metavar="WORDS", rich_help_panel=INPUT, help="The vocabulary, where no pipe brings one."
        ),
    ] = None,
    first_id: Annotated[
        int | None,
        typer.Option(
            "--first-id", metavar="0|1", rich_help_panel=SHAPE, help="The id of the first of --words; 1 unless told."
        ),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-tokens",
            metavar="N",
            rich_help_panel=SHAPE,
            help="Stop after N words if <end> has not come; 5 unless told.",
        ),
    ] = None,
    layers: Annotated[int, typer.Option("--layers", metavar="N", rich_help_panel=SHAPE, help="How many layers.")] = 1,
    heads: Heads = None,
    d_k: HeadWidth = None,
    d_v: ValueWidth = None,
    d_ff: InnerWidth = None,
    project: Annotated[
        str,
        typer.Option(
            "--project",
            metavar="HOW",
            rich_help_panel=CONVENTIONS,
            help="last: the last row, as in the paper; flatten: all rows in one, as in the thrones article.",
        ),
    ] = "last",
    exponent: Annotated[
        str,
        typer.Option("--exponent", metavar="KIND", rich_help_panel=CONVENTIONS, help="paired or column, as in posenc."),
    ] = "paired",
    activation: Activation = "relu",
    bias: Bias = None,
    ffn_bias: FfnBias = None,
    norm: Norm = "layer",
    deviation: Deviation = "population",
    epsilon: Epsilon = 1e-5,
    epsilon_in: EpsilonIn = "root",
    top: Annotated[
        int,
        typer.Option(
            "--top", metavar="N", min=1, rich_help_panel=OUTPUT, help="How many words to list with their probabilities."
        ),
    ] = 5,
    all_stages: Annotated[
        bool,
        typer.Option("--all", rich_help_panel=OUTPUT, help="Print every stage of every word, not the last one only."),
    ] = False,
) -> None:
    """probabilities = softmax(last·W_vocab), word by word from <start>, the likeliest word fed back until <end>.

    A layer: masked self-attention, add and norm, attention to the encoder's output, add and norm, the
    network, add and norm.

    Steps: a word's stages decode-1.embed, decode-1.self-attention, …; in decode-1: last logits probabilities predicted.

    Matrices: memory (the encoder's output) n×d_model, W_E, W_vocab d_model×N, b_vocab; layer1.self.W_Q,
    layer1.cross.W_K, layer1.W_1, layer1.gamma1 to gamma3.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import run_stage
    from tmat.stages.decode import decode
    from tmat.stages.vocab import words_in_order

    options = sublayer_options(heads, d_k, d_v, d_ff, activation, bias, ffn_bias, norm, deviation, epsilon, epsilon_in)
    options.update(
        target=target,
        max_tokens=max_tokens,
        layers=layers,
        project=project,
        first_id=first_id,
        position_options={"exponent": exponent},
    )
    if words is not None:
        options["vocabulary"] = words_in_order(words)
    common.top, common.all_stages = top, all_stages
    draw = (lambda: drawn("decode", "memory", common, None, None, "m")) if words is not None else None
    run_stage(decode, common, options, main="memory", draw_main=draw)
