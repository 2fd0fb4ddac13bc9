"""tmat embed."""

from typing import Annotated

import typer

from tmat.cli.options import INPUT, SHAPE, Common, with_common

EXAMPLES = """Examples:

  tmat embed

  tmat vocab --text 'you win or you die' | tmat embed --text 'you die' --d-model 4 --seed 1"""


@with_common()
def command(
    common: Common,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", rich_help_panel=INPUT, help="The text to look up.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--words",
            metavar="WORDS",
            rich_help_panel=INPUT,
            help="The vocabulary, where no pipe brings one: its words in the order of their ids.",
        ),
    ] = None,
    first_id: Annotated[
        int | None,
        typer.Option(
            "--first-id", metavar="0|1", rich_help_panel=SHAPE, help="The id of the first of --words; 1 unless told."
        ),
    ] = None,
    d_model: Annotated[
        int | None,
        typer.Option(
            "--d-model", metavar="N", rich_help_panel=SHAPE, help="The width of the embeddings where W_E is drawn (6)."
        ),
    ] = None,
) -> None:
    r"""E = W_E\[ids]: the number of each token in the vocabulary, and the row of the table that it names.

    Steps: ids E. Matrices: W_E N×d_model, a row a word of the vocabulary.
    """
    from tmat.cli.flow import run_stage
    from tmat.errors import InputError
    from tmat.stages.embed import embed
    from tmat.stages.vocab import words_in_order

    if common.tokens and text is not None:
        raise InputError("--text and --tokens contradict each other", "for embed both are the text to look up")
    said = common.tokens or text
    common.tokens = None
    options: dict[str, object] = {"d_model": d_model, "text": said, "first_id": first_id}
    if words is not None:
        options["vocabulary"] = words_in_order(words)
        common.seed = common.seed or "0"
    run_stage(embed, common, options, main="W_E", starts=("ids",) if said is None else ("ids", "W_E"))
