"""tmat check."""

from dataclasses import dataclass
from typing import Annotated

import typer

from tmat.cli import completing
from tmat.cli.environment import Environment
from tmat.cli.options import flag, taking
from tmat.engine.declaration import CONVENTIONS, INPUT, OUTPUT

EXAMPLES = (
    "tmat attention --d-k 6 -o key.json && tmat show key.json -o answers.txt && tmat check answers.txt --key key.json",
    "tmat check answers.txt --key key.json -o feedback/",
    "tmat attention --d-k 6 | tmat check",
)

ABOUT = """right = |printed − true| ≤ half a unit of the last place that the printed number claims; else, which slip explains it?

For each step in order: right; follows (wrong, but right given your own earlier numbers); a named slip, with the cells
it explains; close (off by rounding earlier); wrong; missing. A hint does not give the answer away.

Exit code 0: all right. 1: something is not. 2: it could not be marked."""


def _shares() -> list[str]:
    from tmat.marking.options import SHARES

    return list(SHARES)


def _formats() -> list[str]:
    from tmat.cli.reporting import FORMATS

    return list(FORMATS)


@dataclass
class CheckOptions:
    """The options of check, in the order of help."""

    # fmt: off
    answers: Annotated[list[str] | None, typer.Argument(metavar="[ANSWERS]…", help="Answers to mark: text as people type it, JSON, .npz, .csv, .xlsx, .docx, .ipynb, .tex, .html; or folders of them, a file or a folder a student. Standard input if none is given, or -.")] = None

    key: Annotated[str | None, flag("--key", INPUT, "The worksheet to mark by: a file, - for standard input, or example:NAME; or a folder with a key each: keys/s01.json for answers/s01.txt or the folder answers/s01. Without one, each step of a worksheet is checked against its own operands.", "KEY", autocompletion=completing.keys)] = None
    map: Annotated[list[str] | None, flag("--map", INPUT, "What the answers call the key's steps: A=weights,O=Z.", "NAME=STEP,…")] = None

    columns: Annotated[bool, flag("--columns", CONVENTIONS, "The answers have a token in each column: every matrix of them is transposed.")] = False
    atol: Annotated[float | None, flag("--atol", CONVENTIONS, "Right within this distance, instead of the precision that the printed numbers claim.", "NUMBER")] = None
    rtol: Annotated[float | None, flag("--rtol", CONVENTIONS, "Right within this share of the true value.", "NUMBER")] = None
    only: Annotated[list[str] | None, flag("--only", CONVENTIONS, "Only these steps are asked for: output, or scores,Z.", "NAMES")] = None
    dtype: Annotated[str | None, flag("--dtype", CONVENTIONS, "A program computed the numbers, in float64, float32, float16 or bfloat16: right within the forward error of that type. Arrays in files tell it themselves.", "TYPE")] = None
    points: Annotated[list[str] | None, flag("--points", CONVENTIONS, "What each step is worth: scores=2,Z=4; default: 1 each.", "NAME=N,…")] = None
    follow: Annotated[str, flag("--follow", CONVENTIONS, "What a number earns that follows from the writer's own earlier numbers: full, half, none.", "SHARE", autocompletion=_shares)] = "full"
    close: Annotated[str, flag("--close", CONVENTIONS, "What a number earns that is off by rounding at an earlier step: full, half, none.", "SHARE", autocompletion=_shares)] = "half"
    decimals: Annotated[str | None, flag("--decimals", CONVENTIONS, "The least decimals that a number must have, or any; default: those that the key is rounded to.", "N")] = None

    reveal: Annotated[bool, flag("--reveal", OUTPUT, "Show the right values.")] = False
    work: Annotated[bool, flag("--work", OUTPUT, "Show the working of the first wrong cell.")] = False
    each: Annotated[bool, flag("--each", OUTPUT, "A whole table for each of many submissions.")] = False
    format: Annotated[str | None, flag("--format -f", OUTPUT, "table, json, junit, gradescope (results.json), csv (a row a submission); a page a student: html, markdown, text.", "FORMAT", autocompletion=_formats)] = None
    output: Annotated[str | None, flag("--output -o", OUTPUT, "Write a file: .json, .xml (JUnit), .csv, .txt; or a folder, feedback/, of a page a student to hand back. -: standard output.", "FILE")] = None
    jobs: Annotated[int | None, flag("--jobs", OUTPUT, "Processes for many submissions; default: all processors.", "N", min=1)] = None
    cluster: Annotated[str | None, flag("--cluster", OUTPUT, "Mark on a running Dask cluster: tcp://host:8786.", "ADDRESS")] = None
    width: Annotated[int | None, flag("--width", OUTPUT, "Lay tables out for this width.", "COLUMNS", min=20)] = None
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False
    # fmt: on


@taking(CheckOptions)
def command(env: Environment, options: CheckOptions) -> None:
    from tmat.cli.reporting import Reporter, form_of
    from tmat.cli.submissions import marking

    form = form_of(options.format, options.output)
    with marking(options, env) as work:
        reporter = Reporter(env, form, options.output, options.width, options.reveal, options.work, options.each)
        reporter.write(work)
    reporter.say_failures(work)
    raise typer.Exit(reporter.exit_code)
