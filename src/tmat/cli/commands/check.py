"""tmat check."""

from typing import Annotated

import typer

from tmat.engine.fields import CONVENTIONS, INPUT, OUTPUT

EXAMPLES = """Examples:

  tmat attention --d-k 6 -o key.json && tmat show key.json -o answers.txt && tmat check answers.txt --key key.json

  tmat attention --d-k 6 | tmat check"""

ABOUT = """right = |printed − true| ≤ half a unit of the last place that the printed number claims; else, which slip explains it?

For each step in order: right; follows (wrong, but right given your own earlier numbers); a named slip, with the cells
it explains; close (off by rounding earlier); wrong; missing. A hint does not give the answer away.

Exit code 0: all right. 1: something is not. 2: it could not be marked."""


# Many parameters: typer makes an option of each.
def command(
    context: typer.Context,
    answers: Annotated[list[str] | None, typer.Argument(metavar="[ANSWERS]…", help="Answers to mark: text as people type it, JSON, .npz, .csv, .xlsx; or folders of them. Standard input where none is given.")] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="KEY", rich_help_panel=INPUT, help="The worksheet to mark by: a file, - for standard input, or example:NAME. Without one, a worksheet is held against itself.")] = None,
    atol: Annotated[float | None, typer.Option("--atol", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="Right within this distance, in place of the precision that the printed numbers claim.")] = None,
    rtol: Annotated[float | None, typer.Option("--rtol", metavar="NUMBER", rich_help_panel=CONVENTIONS, help="Right within this share of the true value.")] = None,
    points: Annotated[list[str] | None, typer.Option("--points", metavar="NAME=N,…", rich_help_panel=CONVENTIONS, help="What each step is worth: scores=2,Z=4; 1 each unless told.")] = None,
    follow: Annotated[str, typer.Option("--follow", metavar="SHARE", rich_help_panel=CONVENTIONS, help="What a number earns that follows from the writer's own earlier ones: full, half, none.")] = "full",
    close: Annotated[str, typer.Option("--close", metavar="SHARE", rich_help_panel=CONVENTIONS, help="What a number earns that is off by rounding at an earlier step: full, half, none.")] = "half",
    reveal: Annotated[bool, typer.Option("--reveal", rich_help_panel=OUTPUT, help="Show the right values.")] = False,
    work: Annotated[bool, typer.Option("--work", rich_help_panel=OUTPUT, help="Show the working of the first wrong cell.")] = False,
    each: Annotated[bool, typer.Option("--each", rich_help_panel=OUTPUT, help="Of many submissions, a whole table each.")] = False,
    format: Annotated[str | None, typer.Option("--format", "-f", metavar="FORMAT", rich_help_panel=OUTPUT, help="table, json, junit, gradescope (results.json), csv (a row a submission).")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel=OUTPUT, help="Write a file: .json, .xml (JUnit), .csv, .txt.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, rich_help_panel=OUTPUT, help="Processes for many submissions; all processors unless told.")] = None,
    width: Annotated[int | None, typer.Option("--width", metavar="COLUMNS", min=20, rich_help_panel=OUTPUT, help="Lay tables out for this width.")] = None,
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
) -> None:  # fmt: skip
    from tmat.cli.options import split_names
    from tmat.cli.reporting import Reporter, format_of, say_failures
    from tmat.cli.submissions import marked, points_of
    from tmat.marking.many import submissions
    from tmat.marking.options import Choices
    from tmat.outputs import STANDARD_INPUT, refuse_inputs

    env = context.obj
    form = format_of(format, output)
    if output is not None:
        standard = [STANDARD_INPUT] * (env.stdin_kind == "file")
        refuse_inputs(output, [*map(str, submissions(answers or ())), key or "", *standard])
    worth = points_of(split_names(points))
    choices = Choices(atol=atol, rtol=rtol, points=worth, follow=follow, close=close)
    results, sheet = marked(answers or [], key, env, jobs, choices)
    Reporter(env, form, output, width, reveal=reveal, work=work, each=each, key=sheet).write(results)
    say_failures(results, env)
    raise typer.Exit(max(result.exit_code for result in results))


command.__doc__ = ABOUT
