"""tmat example."""

from typing import TYPE_CHECKING, Annotated

import typer

from tmat.cli import completing
from tmat.cli.options import Common, flag, split_names, with_common
from tmat.engine.declaration import INPUT, OUTPUT
from tmat.errors import InputError, meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tmat.cli.environment import Environment
    from tmat.sheet.worksheet import Worksheet

EXAMPLES = (
    "tmat example thrones",
    "tmat example thrones --only V,Z",
    "tmat example thrones --script | sh",
)

ABOUT = """A worked article, step by step: under each table what the article printed, and whether it comes out.

What does not come out has its slip named, with the right numbers. A pipe gets the page too; -f json gives the worksheets."""

LEFT_OUT = ("matrix", "weights", "batch", "tokens", "seed", "init", "round", "dtype")


@with_common(*LEFT_OUT)
def command(
    common: Common,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which example; without a name they are listed.", autocompletion=completing.examples)] = None,
    corrected: Annotated[bool, flag("--corrected", INPUT, "The calculation without the article's slips.")] = False,
    part: Annotated[int | None, flag("--part", INPUT, "Only this step of the article, or part of the example.", "N")] = None,
    step: Annotated[bool, flag("--step", OUTPUT, "Wait for a key between steps: space next, b back, w working, q quit.")] = False,
    script: Annotated[bool, flag("--script", OUTPUT, "The shell commands that compute the same through pipes.")] = False,
) -> None:  # fmt: skip

    env = common.environment
    if name is None:
        _list(common, env, corrected or script)
        return
    if script:
        _script(name, common, env, corrected)
        return
    from tmat.articles import example
    from tmat.cli.emit import Emitter
    from tmat.cli.terminal import adapted, put
    from tmat.rendering import format_named
    from tmat.rendering.layout import render
    from tmat.sheet.worksheet import Worksheet, on_pages

    if common.format is None and common.output is None:
        common = common.having(format="table")
    emitter = Emitter(env, common)
    working = [*(common.work or ()), *(common.trace or ())]
    on_terminal = emitter.format == "table" and common.output is None
    draws_pages = format_named(emitter.format).pages
    sheets = example(name, corrected=corrected, remarks=draws_pages, part=part)
    if draws_pages and not (working and emitter.format == "table"):
        sheets = on_pages(sheets)
    if draws_pages and working:
        sheets = _with_cells(sheets, working)
    names = split_names(common.only)
    if names and not working:
        _refuse_unknown(sheets, names)
        if on_terminal and not any("." in name for name in names):
            sheets = [_with_stages(sheet, names) for sheet in sheets]  # whole stages, so that steps keep their numbers
        else:
            sheets = _chosen(sheets, names)
            common = common.having(only=None)
            emitter = Emitter(env, common)
    if step and on_terminal and not working:
        from tmat.cli.walking import walk

        walk(sheets, common, env, emitter.look())
        return
    if on_terminal and not working:
        put(render(*sheets, width=common.width or env.columns, look=adapted(emitter.look(), env, common)), env, common)
        more = "" if corrected else " · --corrected: without the slips"
        env.hint(f"\n tmat example {name} --script: the same by pipes{more}")
        return
    for n, sheet in enumerate(sheets):
        if n and on_terminal:
            env.write("\n")
        emitter.add(sheet, Worksheet())
    emitter.close()


def _list(common: Common, env: "Environment", other_options: bool) -> None:
    """Print the names of the examples, and what each shows."""
    if other_options or common.only or common.work or common.trace or common.format or common.output:
        raise InputError(
            "which example?", "no name was given", mend="tmat example lists them, tmat example thrones shows one"
        )
    from tmat.articles import EXAMPLES, TITLES
    from tmat.cli.terminal import put
    from tmat.rendering.styled import Line, Span, folded, padded, space, words

    width = common.width or env.columns
    name_width = max(map(len, EXAMPLES)) + 3
    lines: list[Line] = []
    for name, shows in EXAMPLES.items():
        room = None if width is None else max(width - name_width - 1, 20)
        title = TITLES[name] if _printable(TITLES[name], env.encoding) else ""
        rows = [*folded(words(shows, ""), room), *folded(words(title, "caption"), room)]
        for n, row in enumerate(rows):
            lines.append((*space(1), *padded((Span(name if n == 0 else "", "name"),), name_width), *row))
    put(lines, env, common)
    env.hint("\n tmat example thrones shows one")


def _printable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _script(name: str, common: Common, env: "Environment", corrected: bool) -> None:
    for option, value in (
        ("--format", common.format),
        ("--only", common.only),
        ("--work", common.work),
        ("--trace", common.trace),
    ):
        if value:
            raise InputError(f"--script and {option} contradict each other", "a script is text, for a shell")
    from tmat.articles import load
    from tmat.articles.scripting import script
    from tmat.outputs import write_file

    text = script(load(name), corrected=corrected)
    if common.output is None:
        env.write(text)
        return
    write_file(common.output, text.encode())
    env.hint(f"wrote {common.output}")


def _refuse_unknown(sheets: "Sequence[Worksheet]", names: "Sequence[str]") -> None:
    from tmat.sheet.names import places

    for name in names:
        if not any(list(places(sheet, name)) for sheet in sheets):
            known = sorted({matrix for sheet in sheets for stage in sheet for matrix in stage.names()})
            raise InputError(
                f"--only: no matrix '{name}' in this example", f"it has {', '.join(known)}", mend=meant(name, known)
            )


def _with_stages(sheet: "Worksheet", names: "Sequence[str]") -> "Worksheet":
    """The worksheet with only the stages that have a matrix of these names."""
    from tmat.sheet.names import matching
    from tmat.sheet.worksheet import Worksheet

    stages = [stage for stage in sheet if any(matching(stage, name) for name in names)]
    return Worksheet(stages, sheet.vocabulary, sheet.tokens)


def _chosen(sheets: "Sequence[Worksheet]", names: "Sequence[str]") -> "list[Worksheet]":
    """The worksheets with only the chosen matrices; worksheets without any are left out."""
    from tmat.sheet.names import chosen, places

    names_of = [[name for name in names if list(places(sheet, name))] for sheet in sheets]
    return [chosen(sheet, found) for sheet, found in zip(sheets, names_of, strict=True) if found]


def _with_cells(sheets: "Sequence[Worksheet]", asked: "Sequence[str]") -> "list[Worksheet]":
    """The worksheets that have all these cells."""
    from tmat.workings import cells

    with_cells: list[Worksheet] = []
    problem: InputError | None = None
    for sheet in sheets:
        try:
            for text in asked:
                next(iter(cells(sheet, "" if text == "*" else text)), None)
        except InputError as error:
            problem = problem or error
            continue
        with_cells += [sheet] if sheet not in with_cells else []
    if not with_cells and problem is not None:
        raise problem
    return with_cells
