"""tmat example."""

from typing import TYPE_CHECKING, Annotated

import typer

from tmat.cli.options import INPUT, OUTPUT, Common, with_common
from tmat.errors import InputError

if TYPE_CHECKING:
    from tmat.articles.article import Example
    from tmat.cli.emit import Emitter
    from tmat.cli.environment import Environment
    from tmat.sheet.worksheet import Worksheet

EXAMPLES = """Examples:

  tmat example thrones

  tmat example thrones --only V,Z

  tmat example thrones --script | sh"""

LEFT_OUT = ("matrix", "weights", "tokens", "seed", "init", "round", "dtype")


@with_common(*LEFT_OUT)
def command(
    common: Common,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which one; without a name they are listed.")
    ] = None,
    corrected: Annotated[
        bool, typer.Option("--corrected", rich_help_panel=INPUT, help="The calculation without the article's slips.")
    ] = False,
    script: Annotated[
        bool, typer.Option("--script", rich_help_panel=OUTPUT, help="The shell commands that do the same by pipes.")
    ] = False,
) -> None:
    """A worked article, step by step: under each table what the article printed, and whether it comes out.

    What does not come out has its slip named, with the right numbers. A piped example is its worksheets in JSON.
    """
    from tmat.cli.flow import environment

    env = environment()
    if name is None:
        _list(common, env, corrected or script)
        return
    from tmat.articles import example

    chosen = example(name)
    if script:
        _script(chosen, common, env, corrected)
        return
    from tmat.cli.emit import Emitter

    emitter = Emitter(env, common)
    if common.work or common.trace:
        _work(chosen, common, env, corrected)
    elif emitter.format == "table" and common.output is None:
        _walk(chosen, common, env, emitter, corrected)
    elif emitter.format == "markdown" and not common.only:
        _page(chosen, common, env, emitter, corrected)
    else:
        from tmat.articles.running import worksheets

        for sheet in _having(worksheets(chosen, corrected=corrected), common):
            emitter.add(sheet, _nothing())
        emitter.close()


def _list(common: Common, env: "Environment", told: bool) -> None:
    """The examples, each with what it shows."""
    if told or common.only or common.work or common.trace or common.format or common.output:
        raise InputError(
            "which example?", "no name was given", mend="tmat example lists them, tmat example thrones shows one"
        )
    from tmat.articles import EXAMPLES
    from tmat.cli.terminal import put
    from tmat.rendering.layout.wrap import folded, words
    from tmat.rendering.styled import Line, Span, padded, space

    width = common.width or env.columns
    wide = max(map(len, EXAMPLES)) + 3
    lines: list[Line] = []
    for name, shows in EXAMPLES.items():
        rows = folded(words(shows, ""), None if width is None else max(width - wide - 1, 20))
        for n, row in enumerate(rows):
            lines.append((*space(1), *padded((Span(name if n == 0 else "", "name"),), wide), *row))
    put(lines, env, common)
    env.hint("\n tmat example thrones shows one")


def _script(example: "Example", common: Common, env: "Environment", corrected: bool) -> None:
    for option, said in (
        ("--format", common.format),
        ("--only", common.only),
        ("--work", common.work),
        ("--trace", common.trace),
    ):
        if said:
            raise InputError(f"--script and {option} contradict each other", "a script is text, for a shell")
    from tmat.articles.scripting import script
    from tmat.cli.files import write_file

    text = script(example, corrected=corrected)
    if common.output is None:
        env.write(text)
        return
    write_file(common.output, text.encode())
    env.hint(f"wrote {common.output}")


def _walk(example: "Example", common: Common, env: "Environment", emitter: "Emitter", corrected: bool) -> None:
    from tmat.articles.auditing import audit
    from tmat.articles.walking import walk
    from tmat.cli.options import split_names
    from tmat.cli.terminal import fitted, put

    look = fitted(emitter.look(), env, common)
    lines = walk(
        audit(example, corrected=corrected), width=common.width or env.columns, look=look,
        only=split_names(common.only), verdicts=not corrected,
    )  # fmt: skip
    put(lines, env, common)
    env.hint(
        f"\n tmat example {example.name} --script: the same by pipes"
        + ("" if corrected else " · --corrected: without the slips")
    )


def _page(example: "Example", common: Common, env: "Environment", emitter: "Emitter", corrected: bool) -> None:
    from tmat.articles.auditing import audit
    from tmat.articles.paging import page
    from tmat.cli.files import write_file

    text = page(audit(example, corrected=corrected), emitter.look(), verdicts=not corrected)
    if common.output is None:
        env.write(text)
        return
    write_file(common.output, text.encode())
    env.hint(f"wrote {common.output}")


def _work(example: "Example", common: Common, env: "Environment", corrected: bool) -> None:
    """The working of cells, looked for in every worksheet of the example."""
    from tmat.articles.running import run
    from tmat.cli.terminal import print_working
    from tmat.workings import cells

    problem: InputError | None = None
    done = False
    for part in run(example, corrected=corrected):
        sheet = part.sheets[0]
        asked = [text for text in (*(common.work or ()), *(common.trace or ())) if text not in ("*", "")]
        try:
            for text in asked:
                next(iter(cells(sheet, text)), None)
        except InputError as error:
            problem = problem or error
            continue
        if done:
            env.write("\n")
        print_working(sheet, _nothing(), common, env)
        done = True
    if not done and problem is not None:
        raise problem


def _having(sheets: "list[Worksheet]", common: Common) -> "list[Worksheet]":
    """The worksheets with only the matrices asked for; those that have none are left out."""
    from tmat.cli.showing import prepared

    found: list[Worksheet] = []
    problem: InputError | None = None
    for sheet in sheets:
        try:
            found.append(prepared(sheet, common))
        except InputError as error:
            problem = problem or error
    if not found and problem is not None:
        raise problem
    return found


def _nothing() -> "Worksheet":
    from tmat.sheet.worksheet import Worksheet

    return Worksheet()
