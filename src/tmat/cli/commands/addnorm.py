"""tmat addnorm."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, INPUT, Common, DrawnRows, DrawnWidth, with_common

EXAMPLES = """Examples:

  tmat addnorm

  tmat addnorm -m X='1 2 3; 4 5 9' -m residual='1 0 0; 0 1 0' --deviation sample --epsilon 0"""


@with_common()
def command(
    common: Common,
    no_residual: Annotated[
        bool, typer.Option("--no-residual", rich_help_panel=INPUT, help="Normalise X alone.")
    ] = False,
    residual_of: Annotated[
        str | None,
        typer.Option(
            "--residual-of",
            metavar="STAGE",
            rich_help_panel=INPUT,
            help="The residual is the input of this stage of the pipe; of the stage before unless told.",
        ),
    ] = None,
    d_model: DrawnWidth = None,
    positions: DrawnRows = None,
    norm: Annotated[
        str,
        typer.Option(
            "--norm",
            metavar="KIND",
            rich_help_panel=CONVENTIONS,
            help="layer (mean and deviation), rms (root mean square only), none (add only).",
        ),
    ] = "layer",
    deviation: Annotated[
        str,
        typer.Option(
            "--deviation",
            metavar="KIND",
            rich_help_panel=CONVENTIONS,
            help="population (over d) or sample (over d − 1).",
        ),
    ] = "population",
    epsilon: Annotated[
        float,
        typer.Option(
            "--epsilon", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="The ε that keeps the divisor from 0."
        ),
    ] = 1e-5,
    epsilon_in: Annotated[
        str,
        typer.Option(
            "--epsilon-in",
            metavar="PLACE",
            rich_help_panel=CONVENTIONS,
            help="root: √(std² + ε), LayerNorm; deviation: std + ε, as some articles do.",
        ),
    ] = "root",
) -> None:
    """(sum − mean) / √(std² + ε), row by row, where sum = X + residual; then ∘ gamma + beta where these are given.

    Steps: sum mean std normalized output. Matrices: X and residual n×d, gamma and beta 1×d.
    The thrones article: --epsilon 0.0001 --epsilon-in deviation.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import run_stage
    from tmat.stages.addnorm import addnorm

    options: dict[str, object] = {
        "residual_of": residual_of, "add_residual": not no_residual, "draw_residual": common.seed is not None, "norm": norm, "deviation": deviation,
        "epsilon": epsilon, "epsilon_in": epsilon_in,
    }  # fmt: skip
    run_stage(
        addnorm,
        common,
        options,
        draw_main=lambda: drawn("addnorm", "X", common, positions, d_model, "x"),
        sizes={"--positions": positions, "--d-model": d_model},
    )
