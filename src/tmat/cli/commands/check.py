"""tmat check."""

from dataclasses import dataclass
from typing import Annotated

import typer

from tmat.cli import completing
from tmat.cli.environment import Environment
from tmat.cli.options import taking
from tmat.engine.declaration import CONVENTIONS, INPUT, OUTPUT

EXAMPLES = """Examples:

  tmat attention --d-k 6 -o key.json && tmat show key.json -o answers.txt && tmat check answers.txt --key key.json

  tmat check answers.txt --key key.json -o feedback/

  tmat attention --d-k 6 | tmat check"""

ABOUT = """right = |printed − true| ≤ half a unit of the last place that the printed number claims; else, which slip explains it?

For each step in order: right; follows (wrong, but right given your own earlier numbers); a named slip, with the cells
it explains; close (off by rounding earlier); wrong; missing. A hint does not give the answer away.

Exit code 0: all right. 1: something is not. 2: it could not be marked."""


def _shares(incomplete: str) -> list[str]:
    from tmat.marking.options import SHARES

    return [share for share in SHARES if share.startswith(incomplete)]


def _forms(incomplete: str) -> list[str]:
    from tmat.cli.reporting import FORMATS

    return [form for form in FORMATS if form.startswith(incomplete)]


@dataclass
class Asked:
    """What is asked of check, an option each, in the order of the panels of its help."""

    # fmt: off
    answers: Annotated[list[str] | None, typer.Argument(metavar="[ANSWERS]…", help="Answers to mark: text as people type it, JSON, .npz, .csv, .xlsx, .docx, .ipynb, .tex, .html; or folders of them, a file or a folder a student. Standard input where none is given, or -.")] = None

    key: Annotated[str | None, typer.Option("--key", metavar="KEY", autocompletion=completing.keys, rich_help_panel=INPUT, help="The worksheet to mark by: a file, - for standard input, or example:NAME; or a folder with a key each: keys/s01.json for answers/s01.txt or the folder answers/s01. Without one, a worksheet is held against itself.")] = None
    map: Annotated[list[str] | None, typer.Option("--map", metavar="NAME=STEP,…", rich_help_panel=INPUT, help="What the answers call the key's steps: A=weights,O=Z.")] = None

    columns: Annotated[bool, typer.Option("--columns", rich_help_panel=CONVENTIONS, help="The answers have a token in each column: every matrix of them is transposed.")] = False
    atol: Annotated[float | None, typer.Option("--atol", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="Right within this distance, in place of the precision that the printed numbers claim.")] = None
    rtol: Annotated[float | None, typer.Option("--rtol", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="Right within this share of the true value.")] = None
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAMES", rich_help_panel=CONVENTIONS, help="Only these steps are asked for: output, or scores,Z.")] = None
    dtype: Annotated[str | None, typer.Option("--dtype", metavar="TYPE", rich_help_panel=CONVENTIONS, help="A program computed the numbers, in float64, float32, float16 or bfloat16: right within the forward error of that type. Arrays in files tell it themselves.")] = None
    points: Annotated[list[str] | None, typer.Option("--points", metavar="NAME=N,…", rich_help_panel=CONVENTIONS, help="What each step is worth: scores=2,Z=4; 1 each unless told.")] = None
    follow: Annotated[str, typer.Option("--follow", metavar="SHARE", autocompletion=_shares, rich_help_panel=CONVENTIONS, help="What a number earns that follows from the writer's own earlier ones: full, half, none.")] = "full"
    close: Annotated[str, typer.Option("--close", metavar="SHARE", autocompletion=_shares, rich_help_panel=CONVENTIONS, help="What a number earns that is off by rounding at an earlier step: full, half, none.")] = "half"
    decimals: Annotated[str | None, typer.Option("--decimals", metavar="N", rich_help_panel=CONVENTIONS, help="The decimals that a number must have at least, or any; those that the key is rounded to unless told.")] = None

    reveal: Annotated[bool, typer.Option("--reveal", rich_help_panel=OUTPUT, help="Show the right values.")] = False
    work: Annotated[bool, typer.Option("--work", rich_help_panel=OUTPUT, help="Show the working of the first wrong cell.")] = False
    each: Annotated[bool, typer.Option("--each", rich_help_panel=OUTPUT, help="Of many submissions, a whole table each.")] = False
    format: Annotated[str | None, typer.Option("--format", "-f", metavar="FORMAT", autocompletion=_forms, rich_help_panel=OUTPUT, help="table, json, junit, gradescope (results.json), csv (a row a submission); a page a student: html, markdown, text.")] = None
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel=OUTPUT, help="Write a file: .json, .xml (JUnit), .csv, .txt; or a folder, feedback/, of a page a student to hand back. -: standard output.")] = None
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, rich_help_panel=OUTPUT, help="Processes for many submissions; all processors unless told.")] = None
    cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS", rich_help_panel=OUTPUT, help="Mark on a running Dask cluster: tcp://host:8786.")] = None
    width: Annotated[int | None, typer.Option("--width", metavar="COLUMNS", min=20, rich_help_panel=OUTPUT, help="Lay tables out for this width.")] = None
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False
    # fmt: on


@taking(Asked)
def command(env: Environment, asked: Asked) -> None:
    from tmat.cli.reporting import Reporter, form_of
    from tmat.cli.submissions import marking

    form = form_of(asked.format, asked.output)
    with marking(asked, env) as work:
        reporter = Reporter(env, form, asked.output, asked.width, asked.reveal, asked.work, asked.each)
        reporter.write(work)
    reporter.say_failures(work)
    raise typer.Exit(reporter.exit_code)


command.__doc__ = ABOUT
