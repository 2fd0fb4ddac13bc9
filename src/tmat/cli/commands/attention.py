"""tmat attention."""

from typing import Annotated

import typer

from tmat.cli.options import CONVENTIONS, INPUT, MASK, SHAPE, Common, DrawnRows, DrawnWidth, seed_of, with_common

EXAMPLES = """Examples:

  tmat attention --d-k 6

  tmat attention -m X='1 0; 0 1; 1 1' --heads 2 --d-k 3 --mask causal --seed 1"""


@with_common()
def command(
    common: Common,
    heads: Annotated[
        int | None,
        typer.Option(
            "--heads",
            metavar="H",
            rich_help_panel=SHAPE,
            help="How many heads; seen from W_Q1, W_Q2, … where these are given.",
        ),
    ] = None,
    separate: Annotated[
        bool,
        typer.Option(
            "--separate", rich_help_panel=SHAPE, help="A projection a head (W_Q1, W_Q2, …), not one split in columns."
        ),
    ] = False,
    d_k: Annotated[
        int | None,
        typer.Option(
            "--d-k",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The number under the root, and a head's width where W_Q is drawn; d_model / heads unless told.",
        ),
    ] = None,
    d_v: Annotated[
        int | None,
        typer.Option(
            "--d-v",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The width of a head's values where W_V is drawn; d_k unless told.",
        ),
    ] = None,
    d_model: DrawnWidth = None,
    d_out: Annotated[
        int | None,
        typer.Option(
            "--d-out",
            metavar="N",
            rich_help_panel=SHAPE,
            help="The width of the output where W_O is drawn; d_model unless told.",
        ),
    ] = None,
    positions: DrawnRows = None,
    score: Annotated[
        str,
        typer.Option(
            "--score",
            metavar="KIND",
            rich_help_panel=CONVENTIONS,
            help="scaled (Q·Kᵀ/√d_k), dot (Q·Kᵀ), additive (v·tanh(Q·W_A + K·U_A)).",
        ),
    ] = "scaled",
    scale_by: Annotated[
        float | None,
        typer.Option(
            "--scale-by",
            metavar="NUMBER",
            rich_help_panel=CONVENTIONS,
            help="Divide the scores by this number in place of √d_k.",
        ),
    ] = None,
    no_scale: Annotated[
        bool, typer.Option("--no-scale", rich_help_panel=CONVENTIONS, help="Do not divide the scores.")
    ] = False,
    temperature: Annotated[
        float, typer.Option("--temperature", metavar="T", rich_help_panel=CONVENTIONS, help="softmax(scores / T).")
    ] = 1.0,
    mask: Annotated[
        list[str] | None,
        typer.Option(
            "--mask",
            metavar="RULES",
            rich_help_panel=MASK,
            help="causal, padding (the <pad> tokens), or both: causal,padding; or a file or matrix: 1 may attend, 0 may not.",
        ),
    ] = None,
    causal: Annotated[bool, typer.Option("--causal", rich_help_panel=MASK, help="The same as --mask causal.")] = False,
    valid: Annotated[
        int | None, typer.Option("--valid", metavar="N", rich_help_panel=MASK, help="Only the first N keys are seen.")
    ] = None,
    window: Annotated[
        int | None,
        typer.Option("--window", metavar="N", rich_help_panel=MASK, help="Only keys at most N places away are seen."),
    ] = None,
    mask_value: Annotated[
        str,
        typer.Option(
            "--mask-value",
            metavar="NUMBER",
            rich_help_panel=MASK,
            help="What stands behind the mask: -inf, or 0 or -1e9 as some articles do.",
        ),
    ] = "-inf",
    mask_means: Annotated[
        str,
        typer.Option(
            "--mask-means",
            metavar="MEANING",
            rich_help_panel=MASK,
            help="What a given mask's numbers mean: visible (1 may attend), hidden (1 may not), added (to the scores), auto.",
        ),
    ] = "auto",
    renormalize: Annotated[
        bool,
        typer.Option(
            "--renormalize",
            rich_help_panel=MASK,
            help="Mask the weights after softmax and bring each row's sum back to 1.",
        ),
    ] = False,
    bias: Annotated[
        str | None,
        typer.Option(
            "--bias",
            metavar="WHICH",
            rich_help_panel=CONVENTIONS,
            help="Biases to draw: none, qkv, output, all. (torch-linear: output.)",
        ),
    ] = None,
    dropout: Annotated[
        float,
        typer.Option("--dropout", metavar="P", rich_help_panel=CONVENTIONS, help="Drop weights with this probability."),
    ] = 0.0,
    dropout_seed: Annotated[
        str | None,
        typer.Option("--dropout-seed", metavar="N", rich_help_panel=CONVENTIONS, help="A seed of its own for dropout."),
    ] = None,
    no_weights: Annotated[
        bool, typer.Option("--no-weights", rich_help_panel=INPUT, help="No projections: Q = K = V = X.")
    ] = False,
    no_project: Annotated[
        bool,
        typer.Option(
            "--no-project",
            rich_help_panel=CONVENTIONS,
            help="No output projection: the heads side by side are the output.",
        ),
    ] = False,
    symbols: Annotated[
        bool,
        typer.Option(
            "--symbols", rich_help_panel="Output", help="The general form: every cell of Z written out in symbols."
        ),
    ] = False,
) -> None:
    """softmax(Q·Kᵀ / √d_k)·V, where Q = X·W_Q, K = X·W_K, V = X·W_V: each token gathers from the others what fits it.

    Steps: Q K V scores scaled masked weights dropped Z; with heads Q1 … Z1, Q2 …, concat; output.

    Matrices: X n×d_model, context m×d, W_Q and W_K d_model×d_k, W_V d_model×d_v, W_O (heads·d_v)×d_model,
    b_Q b_K b_V b_O 1×width, mask n×m; a head's own: W_Q1, W_K1, …; additive: W_A, U_A, v_A.
    """
    from tmat.cli.drawing import drawn
    from tmat.cli.flow import run_stage
    from tmat.stages.attention import attention

    rules, common.matrix = _masks(mask, causal, common.matrix)
    if symbols:
        from tmat.cli.symbols import show_symbols

        show_symbols(common, d_k, positions, d_v)
        return
    options = {
        "heads": heads, "separate": separate, "d_k": d_k, "d_v": d_v, "d_out": d_out, "score": score,
        "scale": not no_scale, "scale_by": scale_by, "mask": rules, "valid": valid, "window": window,
        "mask_value": _number("--mask-value", mask_value), "mask_means": mask_means, "renormalize": renormalize,
        "bias": bias, "dropout": dropout, "dropout_seed": _seed(dropout_seed), "temperature": temperature,
        "weights": not no_weights, "project": not no_project,
    }  # fmt: skip
    run_stage(
        attention,
        common,
        options,
        draw_main=lambda: drawn("attention", "X", common, positions, d_model, "x"),
        sizes={"--positions": positions, "--d-model": d_model},
    )


def _masks(
    mask: list[str] | None, causal: bool, matrices: list[str] | None
) -> tuple[tuple[str, ...], list[str] | None]:
    """The mask rules by name; anything else is a matrix, as if by -m mask=…"""
    rules = ["causal"] if causal else []
    given = list(matrices or ())
    for part in mask or ():
        words = [word.strip() for word in part.split(",")]
        if all(word in ("causal", "padding", "none") for word in words):
            rules += [word for word in words if word != "none" and word not in rules]
        elif all(word.isalpha() for word in words) and not _is_file(part):
            rules += words  # let the stage say what it does not know
        else:
            given.append(f"mask={part}")
    return tuple(rules), given or None


def _is_file(path: str) -> bool:
    import os

    return os.path.exists(path)


def _number(option: str, text: str) -> float:
    from tmat.errors import InputError

    try:
        return float(text.strip().replace("−", "-").replace("∞", "inf"))
    except ValueError:
        raise InputError(f"{option} {text} is no number", "expected a number, or -inf") from None


def _seed(text: str | None) -> int | str | None:
    return None if text is None else seed_of(text)
