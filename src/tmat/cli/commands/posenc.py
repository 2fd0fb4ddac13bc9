"""tmat posenc."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, OUTPUT, SHAPE, Common, with_common

EXAMPLES = """Examples:

  tmat posenc --positions 6 --d-model 6

  tmat posenc --exponent column --position 1"""


@with_common()
def command(
    common: Common,
    positions: Annotated[
        int | None,
        typer.Option(
            "--positions", metavar="N", rich_help_panel=SHAPE, help="How many positions, where no embeddings come in."
        ),
    ] = None,
    d_model: Annotated[
        int | None,
        typer.Option(
            "--d-model",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The width, where no embeddings come in; odd ones end in a sine.",
        ),
    ] = None,
    exponent: Annotated[
        str,
        typer.Option(
            "--exponent",
            metavar="KIND",
            rich_help_panel=CONVENTIONS,
            help="paired: 2⌊i/2⌋/d, as in the paper; column: 2i/d, as some articles compute.",
        ),
    ] = "paired",
    base: Annotated[
        float,
        typer.Option("--base", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="The base of the frequencies."),
    ] = 10000.0,
    start: Annotated[
        int, typer.Option("--start", metavar="N", rich_help_panel=CONVENTIONS, help="The first position.")
    ] = 0,
    position: Annotated[
        int | None,
        typer.Option(
            "--position",
            metavar="N",
            rich_help_panel=OUTPUT,
            help="The working of one position, a line a column: i, even or odd, formula, value.",
        ),
    ] = None,
) -> None:
    """PE(pos, i) = sin(pos / 10000^(2⌊i/2⌋/d)) in even columns i, cos in odd ones; X = E + PE.

    Steps: PE X. Matrices: E n×d_model, a row a token. With --positions and --d-model, PE alone.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import environment, run_stage
    from tmat.stages.posenc import posenc

    options: dict[str, object] = {
        "positions": positions, "d_model": d_model, "exponent": exponent, "base": base, "start": start,
    }  # fmt: skip
    alone = positions is not None and environment().stdin_kind not in ("pipe", "file") and common.seed is None
    draw = None if alone and d_model is not None else lambda: drawn("posenc", "E", common, positions, d_model, "e")
    common.position = position
    if alone and d_model is not None and not common.matrix:
        from tmat.cli.flow import run_alone

        run_alone(posenc, common, options)
        return
    run_stage(posenc, common, options, main="E", draw_main=draw)
