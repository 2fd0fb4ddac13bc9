"""Tables and workings on the terminal: the library's lines, printed with Rich in this environment's streams."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from tmat.cli.environment import Environment, encoded
from tmat.cli.options import Common, split_names
from tmat.errors import InputError, meant
from tmat.rendering.layout import Look, position_table, render
from tmat.rendering.styled import Line, Span
from tmat.rendering.styled import to_text as plain_text
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.stages import declared, stage_names

if TYPE_CHECKING:
    from rich.console import Console

FOLD = 8  # terms of a sum shown in a working, unless --full


def print_tables(sheet: Worksheet, before: Worksheet, common: Common, env: Environment, look: Look) -> None:
    """The stages that are new, as tables; a decoder's inner stages only where they are asked for."""
    first = len(before.stages)
    names = split_names(common.only)
    if names:
        from tmat.sheet.selecting import chosen

        sheet = chosen(sheet, names, first=first)
    fresh = sheet.stages[first:]
    inner = [stage for stage in fresh if stage.id.startswith("decode-") and stage.stage != "decode"]
    if inner and not common.all_stages and not names:
        fresh = [stage for stage in fresh if stage not in inner]
    look = fitted(look, env, common)
    width = common.width or env.columns
    if common.position is not None:
        lines = [line for stage in fresh for line in position_table(stage, common.position, width=width, look=look)]
    else:
        lines = render(sheet, width=width, look=look, stages=fresh)
    put(lines, env, common)
    _hint(fresh, env)


def _hint(stages: Sequence[Stage], env: Environment) -> None:
    if not stages:
        return
    last = stages[-1]
    after = declared(last.stage).then if last.stage in stage_names() else ""
    said = []
    if last.steps:
        result = last.steps[-1]
        cell = f"{result.name}[{result.result.rows[0]},{result.result.cols[0]}]" if result.values.size else result.name
        said.append(f"--work '{cell}' shows how a number came about")
    if after:
        said.append(f"| {after} goes on")
    env.hint("\n " + " · ".join(said))


def print_working(sheet: Worksheet, before: Worksheet, common: Common, env: Environment) -> None:
    """The working of the cells asked for, and the tree of those to be traced."""
    from tmat.workings import cells, trace
    from tmat.workings.cell import Workings
    from tmat.workings.lines import wrapped

    fresh = Worksheet(sheet.stages[len(before.stages) :], sheet.vocabulary, sheet.tokens)
    columns = common.width or env.columns
    fold = None if common.full else FOLD
    workings: dict[str, Workings] = {}
    lines: list[Line] = []
    for asked in _asked(common):
        for stage, name, i, j in cells(fresh, asked):
            if stage.id not in workings:
                workings[stage.id] = Workings(stage, digits=common.digits, fold=fold, parts=_parts(common))
            text = wrapped(workings[stage.id].cell(name, i, j), columns)
            lines += [*_worked(text), ()]
    depth = 2 if common.depth is None else common.depth
    for asked in common.trace or ():
        for stage, name, i, j in cells(fresh, asked):
            lines += [*tree(trace(sheet, stage.id, name, i, j, depth), common.digits), ()]
    put(lines[:-1], env, common)


def _asked(common: Common) -> list[str]:
    """Which cells: as said, or all of the matrices chosen, or all there are."""
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


def _worked(text: Sequence[str]) -> Iterable[Line]:
    """The cell's name and its result stand out."""
    for n, line in enumerate(text):
        if n == 0:
            name, equals, formula = line.partition(" = ")
            yield (Span(name, "name"), Span(equals + formula))
        else:
            yield (Span(line, "result" if n == len(text) - 1 else ""),)


def tree(node: object, digits: int | None = None) -> list[Line]:
    """A trace as a tree."""
    from tmat.numbers import format_number
    from tmat.workings.trace import Trace

    assert isinstance(node, Trace)

    def number(value: float) -> str:
        text = format_number(value, None)
        short = format_number(value, 4 if digits is None else digits)
        return text if len(text) <= len(short) else short

    def walk(at: Trace, head: str, below: str) -> Iterable[Line]:
        said = at.formula or (f"given ({at.origin})" if at.origin else "given")
        yield (
            Span(head, "caption"), Span(at.label, "label"), Span(" = "), Span(number(at.value), "result"),
            Span(f"   {said}", "caption"),
        )  # fmt: skip
        rest = list(at.children)
        more = [f"{at.above} more, shown above"] * bool(at.above) + [f"{at.folded} more"] * bool(at.folded)
        for n, child in enumerate(rest):
            last = n == len(rest) - 1 and not more
            yield from walk(child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "))
        for n, text in enumerate(more):
            yield (Span(below + ("└─ " if n == len(more) - 1 else "├─ ") + text, "caption"),)

    return list(walk(node, "", ""))


def fitted(look: Look, env: Environment, common: Common) -> Look:
    """The look with what this environment says of itself."""
    dumb = env.variables.get("TERM") == "dumb" or "NO_COLOR" in env.variables
    return replace(
        look,
        full=True if common.full else (None if env.stdout_tty else True),
        encoding=env.encoding,
        glyphs=not env.stdout_tty or dumb,
        top=common.top,
    )


def put(lines: Iterable[Line], env: Environment, common: Common) -> None:
    """Print lines: in colour on a terminal, as bare text elsewhere."""
    lines = list(lines)
    if not env.stdout_tty:
        env.write(encoded(plain_text(lines), env.encoding))
        return
    from tmat.rendering.terminal import to_rich

    console = console_of(env, common.width or env.columns)
    to_rich(lines, console)
    console.file.flush()


def console_of(env: Environment, width: int | None) -> Console:
    """A Rich console on this environment's standard output."""
    from rich.console import Console

    # Rich would take a COLUMNS that is no number for one.
    variables = {name: value for name, value in env.variables.items() if name not in ("COLUMNS", "LINES")}
    stream = io.TextIOWrapper(
        io.BufferedWriter(_Unclosed(env.stdout)), encoding=env.encoding, errors="backslashreplace", newline="\n"
    )
    return Console(
        file=stream, width=width or 80, force_terminal=env.stdout_tty or None, highlight=False, emoji=False,
        _environ=variables, legacy_windows=False,
    )  # fmt: skip


class _Unclosed(io.RawIOBase):
    """A stream that outlives the text wrapper around it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._stream.write(bytes(data))  # type: ignore[call-overload]
        self._stream.flush()
        return len(data)  # type: ignore[arg-type]
