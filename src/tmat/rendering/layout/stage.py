"""A worksheet as lines: each stage's heading, its steps one equation after another, remarks under them, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from tmat.rendering.layout import remarks as told
from tmat.rendering.layout.drawer import Pen
from tmat.rendering.layout.equation import decimals, operand, strip
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.formula import picks
from tmat.rendering.layout.heading import StepHeads, heading
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import alone
from tmat.rendering.styled import EMPTY, Line, plain, space, trimmed
from tmat.sheet.remarks import Remarks
from tmat.sheet.selecting import matching
from tmat.sheet.worksheet import Stage, Step, Worksheet, on_pages
from tmat.text.vocabulary import Vocabulary

MARGIN = 1
NARROWEST = 20  # the least width that is laid out for
SILENT = Remarks("")


class Portion(NamedTuple):
    """What of a stage is shown at once: its lines, and the step that they show, if one."""

    lines: list[Line]
    step: Step | None = None


def render(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> list[Line]:
    """The worksheet, or some stages of it, as lines; ``width`` None: as wide as the numbers need.

    >>> from tmat.rendering.styled import to_text
    >>> from tmat.sheet.worksheet import Matrix
    >>> sheet = Worksheet([Stage("attention", "attention", given={"Q": Matrix.of("Q", [[1.0, 2.0]])}, output="Q")])
    >>> print(to_text(render(sheet)), end="")
     attention
    <BLANKLINE>
         Q 1×2
     1  [ 1  2 ]
    """
    return render_all([sheet], width=width, look=look, stages=stages)


def render_all(
    sheets: Sequence[Worksheet],
    *,
    width: int | None = None,
    look: Look | None = None,
    stages: Sequence[Stage] | None = None,
) -> list[Line]:
    """Worksheets as lines, one below the other, under the cover that the first may have."""
    sheets = on_pages(sheets)
    pen = _pen(look, width)
    cover = sheets[0].cover if sheets else None
    groups: list[list[list[Line]]] = []  # of paragraphs; groups stand further apart
    if cover is not None:
        groups.append([_set_in(told.opening(pen, cover))])
    for sheet in sheets:
        above: set[str] = set()
        for stage in sheet.stages if stages is None else stages:
            own = blocks(stage, tokens=sheet.tokens, vocabulary=sheet.vocabulary, width=width, look=look, above=above)
            groups.append([portion.lines for portion in own])
            above.add(stage.id)
    if cover is not None:
        groups += [[_set_in(lines) for lines in group] for group in told.closing(pen, cover)]
    lines: list[Line] = []
    for group in groups:
        lines += [EMPTY, EMPTY] if lines else []
        for n, paragraph in enumerate(group):
            lines += [*([EMPTY] if n else []), *paragraph]
    return lines


def render_stage(
    stage: Stage,
    *,
    tokens: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
    width: int | None = None,
    look: Look | None = None,
) -> list[Line]:
    """One stage as lines."""
    return render(Worksheet([stage], vocabulary, tuple(tokens)), width=width, look=look)


def blocks(
    stage: Stage,
    *,
    tokens: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
    width: int | None = None,
    look: Look | None = None,
    above: set[str] | None = None,
) -> Iterator[Portion]:
    """The portions of a stage one by one: the heading, then a step at a time, as a reader walks through them.

    ``above`` names the stages already shown: what comes from them is not drawn again.
    """
    for lines, step in _portions(_pen(look, width), stage, tokens, vocabulary, above or set()):
        yield Portion(_set_in(lines), step)


def _pen(look: Look | None, width: int | None) -> Pen:
    return Pen(look or Look(), None if width is None else max(width, NARROWEST) - MARGIN)


def _set_in(lines: Sequence[Line]) -> list[Line]:
    return [trimmed((*space(MARGIN), *line)) if plain(line).strip() else EMPTY for line in lines]


def _portions(
    pen: Pen, stage: Stage, tokens: Sequence[str], vocabulary: Vocabulary | None, above: set[str]
) -> Iterator[Portion]:
    remarks = stage.remarks or SILENT
    wanted = None if pen.look.only is None else {name for only in pen.look.only for name in matching(stage, only)}
    shown = {name for name, matrix in stage.given.items() if matrix.origin in above}

    def of_given(names: Sequence[str]) -> Iterator[Portion]:
        return (Portion(lines) for lines in given(pen, stage, names))

    yield Portion(heading(pen, stage, tokens))
    for name in stage.given:
        if name in remarks.of and (wanted is None or name in wanted):
            yield from of_given([name])
            yield Portion(told.under(pen, remarks.of[name]))
            shown.add(name)
    heads = StepHeads(pen, stage)
    chosen = [(n, step) for n, step in enumerate(stage.steps, 1) if wanted is None or step.name in wanted]
    for is_part, run in groupby(chosen, key=lambda pair: picks(pair[1].op, len(pair[1].of), pair[1].params)):
        steps = list(run)
        if is_part and len(steps) > 1:
            yield from (Portion(lines, steps[0][1]) for lines in pieces(pen, steps, heads.short))
            verdicts = [line for _, step in steps for line in told.named(pen, step.name, remarks.of.get(step.name, ()))]
            yield from [Portion(verdicts)] if verdicts else []
            continue
        for number, step in steps:
            equation = None if _is_otherwise(stage, step) else strip(pen, stage, step, pen.width)
            if equation is not None:
                shown.update(step.of)
            elif wanted is None:
                yield from of_given(_unseen(stage, step, shown))
                shown.update(step.of)
            yield Portion([*heads.lines(number, step), EMPTY, *_body(pen, stage, step, equation)], step)
    if wanted is not None:
        yield from of_given([name for name in stage.given if name in wanted and name not in remarks.of])
    elif not stage.steps:
        yield from of_given([name for name in stage.given if name not in remarks.of])
    extra = EXTRAS.get(stage.stage)
    if extra is not None and wanted is None and not remarks.corrections:
        yield from map(Portion, extra(pen, stage, vocabulary))
    if wanted is None:
        yield from (Portion(told.sentences(pen, said, 0)) for said in remarks.end)


def _body(pen: Pen, stage: Stage, step: Step, equation: list[Line] | None) -> list[Line]:
    """The numbers of a step: with its operands, alone, or as printed beside the right ones; then what is said of them."""
    remarks = stage.remarks or SILENT
    lines: list[Line] = []
    if step.name in remarks.letters:
        lines += [*told.symbols(pen, remarks.letters[step.name]), EMPTY]
    if step.name in remarks.corrections:
        lines += told.correction(pen, step.result, remarks.corrections[step.name])
    else:
        lines += equation or alone(pen, step.result, pen.width, most=decimals(stage, step.name))
    said = remarks.of.get(step.name)
    return [*lines, EMPTY, *told.under(pen, said)] if said else lines


def _is_otherwise(stage: Stage, step: Step) -> bool:
    """Whether an equation would not hold: the step is corrected, or an operand is not shown as it is taken."""
    corrections = stage.remarks.corrections if stage.remarks else {}
    for name in step.of:
        taken = operand(stage, name) if name in corrections else None
        if taken is not None and not np.array_equal(taken.values, corrections[name].printed):
            return True
    return step.name in corrections


def _unseen(stage: Stage, step: Step, shown: set[str]) -> list[str]:
    """Given matrices that a step takes and that no strip has shown yet."""
    return [name for name in dict.fromkeys(step.of) if name in stage.given and name not in shown]
