"""Tables, workings and traces in the terminal, printed with Rich on the environment's standard output."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from tmat.cli.environment import Environment, encoded
from tmat.cli.options import Common, split_names
from tmat.errors import InputError, meant
from tmat.rendering.layout import Look, position_table, render
from tmat.rendering.styled import Line, Span, folded, words
from tmat.rendering.styled import columns as wide
from tmat.rendering.styled import to_text as plain_text
from tmat.sheet.worksheet import BLANK, Stage, Worksheet
from tmat.stages import declared, stage_names
from tmat.visible import width

if TYPE_CHECKING:
    from rich.console import Console

    from tmat.workings.trace import Trace

WHOLE = "--full shows all"
FOLD = 8  # terms of a sum shown in a working, unless --full


def print_tables(sheet: Worksheet, before: Worksheet, common: Common, env: Environment, look: Look) -> None:
    """Print the new stages as tables; a decoder's inner stages only with --all or --only."""
    first = _count_before(sheet, before)
    names = split_names(common.only)
    if names:
        from tmat.sheet.names import chosen

        sheet = chosen(sheet, names, first=first, besides="mask")
    new = sheet.stages[first:]
    inner = [stage for stage in new if stage.id.startswith("decode-") and stage.stage != "decode"]
    if inner and not common.all_stages and not names:
        new = [stage for stage in new if stage not in inner]
    look = adapted(look, env, common)
    width = common.width or env.columns
    if common.position is not None:
        lines = [line for stage in new for line in position_table(stage, common.position, width=width, look=look)]
    else:
        lines = render(sheet, width=width, look=look, stages=new)
    put(lines, env, common)
    _hint(new, None if names else sheet, env)


def _count_before(sheet: Worksheet, before: Worksheet) -> int:
    """The number of stages at the beginning that came in and were not computed again."""
    pairs = zip(sheet.stages, before.stages, strict=False)
    return next((n for n, (stage, earlier) in enumerate(pairs) if stage is not earlier), len(before.stages))


def _hint(stages: Sequence[Stage], sheet: Worksheet | None, env: Environment) -> None:
    """Hint at what to do next: --work for a cell, and a next command if the whole sheet is shown."""
    if not stages:
        return
    last = stages[-1]
    hints = []
    if last.steps and last.steps[-1].result.origin != BLANK:
        result = last.steps[-1]
        cell = f"{result.name}[{result.result.rows[0]},{result.result.cols[0]}]" if result.values.size else result.name
        hints.append(f"--work '{cell}' shows how a number came about")
    hints += _next_commands(sheet, last) if sheet is not None else ()
    line = " · ".join(hints)
    env.hint("\n " + (line if width(line) < (env.columns or 80) else "\n ".join(hints)))


def _next_commands(sheet: Worksheet, last: Stage) -> Iterator[str]:
    """Hints at the next command: the next stage, or after a layer the next layer or the decoder."""
    if last.stage not in stage_names():
        return
    declaration = declared(last.stage)
    before = sheet.stages[-2].stage if len(sheet.stages) > 1 else ""
    if declaration.closing and declaration.closing == before:
        yield "| tmat attention begins the next layer"
        words = "" if sheet.vocabulary else " --words '…'"
        yield f"| tmat decode{words} makes words of it"
    elif declaration.then:
        yield f"| {declaration.then} goes on"
    elif last.params.get("ended") is False:
        yield "--max-tokens makes more words"


def print_working(sheet: Worksheet, before: Worksheet, common: Common, env: Environment) -> None:
    """Print the workings of the cells of --work, and the traces of those of --trace."""
    from tmat.workings import cells, trace
    from tmat.workings.cell import Workings
    from tmat.workings.lines import wrapped

    new = Worksheet(sheet.stages[_count_before(sheet, before) :], sheet.vocabulary, sheet.tokens)
    columns = common.width or env.columns
    fold = None if common.full else FOLD
    workings: dict[str, Workings] = {}
    lines: list[Line] = []
    for cell in _cells_to_work(common):
        for stage, name, i, j in cells(new, cell):
            if stage.id not in workings:
                workings[stage.id] = Workings(stage, digits=common.digits, fold=fold, parts=_parts(common))
            text = wrapped(workings[stage.id].cell(name, i, j), columns)
            lines += [*_highlighted(text), ()]
    depth = 2 if common.depth is None else common.depth
    for cell in common.trace or ():
        for stage, name, i, j in cells(new, cell):
            lines += [*tree(trace(sheet, stage.id, name, i, j, depth), sheet, common.digits, columns), ()]
    put(lines[:-1], env, common)


def _cells_to_work(common: Common) -> list[str]:
    """The cells of --work; without a cell those of the chosen matrices, or all."""
    asked: list[str] = []
    for text in common.work or ():
        asked += (split_names(common.only) or [""]) if text in ("*", "") else [text]
    return asked


def _parts(common: Common) -> tuple[str, ...]:
    from tmat.workings.lines import PARTS

    if common.work_steps is None:
        return PARTS
    chosen = tuple(part.strip() for part in common.work_steps.split(",") if part.strip())
    for part in chosen:
        if part not in PARTS:
            raise InputError(
                f"--work-steps {part} is not known", f"expected some of {', '.join(PARTS)}", mend=meant(part, PARTS)
            )
    return chosen


def _highlighted(text: Sequence[str]) -> Iterable[Line]:
    """The lines of a working, the cell's name and the result highlighted."""
    for n, line in enumerate(text):
        if n == 0:
            name, equals, formula = line.partition(" = ")
            yield (Span(name, "name"), Span(equals + formula))
        else:
            yield (Span(line, "result" if n == len(text) - 1 else ""),)


def tree(node: Trace, sheet: Worksheet, digits: int | None, room: int | None) -> list[Line]:
    """A trace as a tree with the numbers as in tables: the traced cell as a result, the others as operands.

    Long formulas are wrapped below, behind the branches.
    """
    from tmat.rendering.layout.numbers import as_shown

    shown: dict[tuple[str, str, bool], list[list[str]]] = {}

    def number(at: Trace) -> str:
        key = (at.stage, at.name, at is not node)
        if key not in shown:
            shown[key] = as_shown(sheet[at.stage], at.name, digits, used=at is not node)
        return shown[key][at.i][at.j]

    def value(at: Trace) -> Line:
        text = number(at)
        exact = not text[-1:].isdigit() or float(text) == at.value
        return Span(" = " if exact else " ≈ "), Span(text, "result")

    def walk(at: Trace, head: str, below: str) -> Iterable[Line]:
        children = list(at.children)
        left_out = [f"{at.above} more, shown above"] * bool(at.above) + [f"{at.folded} more"] * bool(at.folded)
        formula = at.formula or (f"given ({at.origin})" if at.origin else "given")
        cell: Line = (Span(at.label, "label"), *value(at))
        space = None if room is None else max(room - len(head) - 6, 1)
        if space is None or wide(cell) + wide((Span(formula),)) <= space + 3:
            yield (Span(head, "caption"), *cell, Span(f"   {formula}", "caption"))
        else:
            yield (Span(head, "caption"), *cell)
            branch = Span(below + ("│" if children or left_out else " ").ljust(6), "caption")
            yield from ((branch, *row) for row in folded(words(formula, "caption"), space))
        for n, child in enumerate(children):
            last = n == len(children) - 1 and not left_out
            yield from walk(child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "))
        for n, text in enumerate(left_out):
            yield (Span(below + ("└─ " if n == len(left_out) - 1 else "├─ ") + text, "caption"),)

    return list(walk(node, "", ""))


def adapted(look: Look, env: Environment, common: Common) -> Look:
    """The look adapted to the environment: encoding, colours, size."""
    dumb = env.variables.get("TERM") == "dumb" or "NO_COLOR" in env.variables
    return replace(
        look,
        full=True if common.full else (None if env.stdout_tty else True),
        whole=WHOLE,
        encoding=env.encoding,
        glyphs=not env.coloured or dumb,
        top=common.top,
    )


def put(lines: Iterable[Line], env: Environment, common: Common) -> None:
    """Print lines, in colour on a terminal or if colour is forced, else as bare text."""
    lines = list(lines)
    if not env.coloured:
        env.write(encoded(plain_text(lines), env.encoding))
        return
    from tmat.rendering.terminal import to_rich

    console = console_of(env, common.width or env.columns)
    to_rich(lines, console)
    console.file.flush()


def console_of(env: Environment, width: int | None) -> Console:
    """A Rich console on this environment's standard output."""
    from rich.console import Console

    # Rich would accept a COLUMNS such as ², which is no number.
    variables = {name: value for name, value in env.variables.items() if name not in ("COLUMNS", "LINES")}
    stream = io.TextIOWrapper(
        io.BufferedWriter(_Unclosed(env.stdout)), encoding=env.encoding, errors="backslashreplace", newline="\n"
    )
    return Console(
        file=stream, width=width or 80, force_terminal=env.coloured or None, highlight=False, emoji=False,
        _environ=variables, legacy_windows=False,
    )  # fmt: skip


class _Unclosed(io.RawIOBase):
    """A stream that stays open when the text wrapper around it is closed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._stream.write(bytes(data))  # type: ignore[call-overload]
        self._stream.flush()
        return len(data)  # type: ignore[arg-type]
