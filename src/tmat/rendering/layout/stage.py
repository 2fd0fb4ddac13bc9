"""A worksheet as lines: each stage's heading, its steps one equation after another, remarks under them, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from tmat.rendering.layout import remarks as told
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.equation import decimals, equation, hidden, hidden_in_given, operand
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.formula import picks
from tmat.rendering.layout.heading import StepHeads, heading, titles
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import single
from tmat.rendering.styled import EMPTY, Line, plain, space, trimmed
from tmat.sheet.names import in_order, placed
from tmat.sheet.remarks import Remarks
from tmat.sheet.worksheet import Stage, Step, Worksheet, on_pages
from tmat.text.vocabulary import Vocabulary

MARGIN = 1
NARROWEST = 20  # the least width that is laid out for
SILENT = Remarks("")


class Portion(NamedTuple):
    """What of a stage is shown at once: its lines, and the step that they show, if one."""

    stage: Stage
    lines: list[Line]
    step: Step | None = None


def render(
    *sheets: Worksheet, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> list[Line]:
    """Worksheets, or some stages of one, as lines, under the cover that the first may have; ``width`` None: as the numbers need.

    >>> from tmat.rendering.styled import to_text
    >>> from tmat.sheet.worksheet import Matrix
    >>> sheet = Worksheet([Stage("attention", "attention", given={"Q": Matrix.of("Q", [[1.0, 2.0]])}, output="Q")])
    >>> print(to_text(render(sheet)), end="")
     attention
    <BLANKLINE>
         Q 1×2
     1  [ 1  2 ]
    """
    pages = on_pages(sheets)
    drawer = _drawer(look, width)
    cover = pages[0].cover if pages else None
    groups: list[list[list[Line]]] = []  # of paragraphs; groups stand further apart
    if cover is not None:
        groups.append([_set_in(told.opening(drawer, cover))])
    for sheet in pages:
        for _, own in groupby(portions(sheet, width=width, look=look, stages=stages), lambda own: id(own.stage)):
            groups.append([portion.lines for portion in own])
    if cover is not None:
        groups += [[_set_in(lines) for lines in group] for group in told.closing(drawer, cover)]
    lines: list[Line] = []
    for group in groups:
        lines += [EMPTY, EMPTY] if lines else []
        for n, paragraph in enumerate(group):
            lines += [*([EMPTY] if n else []), *paragraph]
    return lines


def portions(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> Iterator[Portion]:
    """The portions one by one: of each stage the heading, then a step at a time, as a reader walks through them.

    What comes from a stage above is not drawn again.
    """
    drawer = _drawer(look, width)
    above: set[str] = set()
    chosen = placed(sheet.stages if stages is None else stages)
    titled = titles(chosen) | titles(sheet.stages)
    for stage in chosen:
        for lines, step in _portions(drawer, stage, titled[stage.id], sheet.tokens, sheet.vocabulary, above):
            yield Portion(stage, _set_in(lines), step)
        above.add(stage.id)


def _drawer(look: Look | None, width: int | None) -> Drawer:
    return Drawer(look or Look(), None if width is None else max(width, NARROWEST) - MARGIN)


def _set_in(lines: Sequence[Line]) -> list[Line]:
    return [trimmed((*space(MARGIN), *line)) if plain(line).strip() else EMPTY for line in lines]


def _portions(
    drawer: Drawer, stage: Stage, title: str, tokens: Sequence[str], vocabulary: Vocabulary | None, above: set[str]
) -> Iterator[tuple[list[Line], Step | None]]:
    remarks = stage.remarks or SILENT
    nothing = {name: hidden_in_given(stage, name) for name in stage.given}
    nothing |= {step.name: hidden(stage, step) for step in stage.steps}
    drawer.hidden = {name: mask for name, mask in nothing.items() if mask is not None}
    wanted = None if drawer.look.only is None else in_order(stage, drawer.look.only)
    shown = {name for name, matrix in stage.given.items() if matrix.origin in above}

    def of_given(names: Sequence[str]) -> Iterator[tuple[list[Line], None]]:
        return ((lines, None) for lines in given(drawer, stage, names))

    yield heading(drawer, stage, title, tokens), None
    for name in stage.given:
        if name in remarks.of and (wanted is None or name in wanted):
            yield from of_given([name])
            yield told.under(drawer, remarks.of[name]), None
            shown.add(name)
    heads = StepHeads(drawer, stage)
    numbered = {step.name: (n, step) for n, step in enumerate(stage.steps, 1)}

    def kind(name: str) -> str:
        if name not in numbered:
            return "given"
        _, step = numbered[name]
        return "part" if picks(step.op, len(step.of), step.params) else "step"

    for what, run in groupby(numbered if wanted is None else wanted, key=kind):
        if what == "given":
            yield from of_given([name for name in run if name not in remarks.of])
            continue
        steps = [numbered[name] for name in run]
        if what == "part" and len(steps) > 1:
            yield from ((lines, steps[0][1]) for lines in pieces(drawer, steps, heads.short))
            verdicts = [
                line for _, step in steps for line in told.named(drawer, step.name, remarks.of.get(step.name, ()))
            ]
            yield from [(verdicts, steps[0][1])] if verdicts else []
            continue
        for number, step in steps:
            beside = None if _is_otherwise(stage, step) else equation(drawer, stage, step, drawer.width)
            if beside is not None:
                shown.update(step.of)
            elif wanted is None:
                yield from of_given(_unseen(stage, step, shown))
                shown.update(step.of)
            yield [*heads.lines(number, step), EMPTY, *_body(drawer, stage, step, beside)], step
    if wanted is None and not stage.steps:
        yield from of_given([name for name in stage.given if name not in remarks.of])
    extra = EXTRAS.get(stage.stage)
    if extra is not None and wanted is None and not remarks.corrections:
        yield from ((lines, None) for lines in extra(drawer, stage, vocabulary))
    if wanted is None:
        yield from ((told.sentences(drawer, said, 0), None) for said in remarks.end)


def _body(drawer: Drawer, stage: Stage, step: Step, beside: list[Line] | None) -> list[Line]:
    """The numbers of a step: with its operands, alone, or as printed beside the right ones; then what is said of them."""
    remarks = stage.remarks or SILENT
    lines: list[Line] = []
    if step.name in remarks.letters:
        lines += [*told.symbols(drawer, remarks.letters[step.name]), EMPTY]
    if step.name in remarks.corrections:
        lines += told.correction(drawer, step.result, remarks.corrections[step.name])
    else:
        lines += beside or single(drawer, step.result, drawer.width, most=decimals(stage, step.name))
    said = remarks.of.get(step.name)
    return [*lines, EMPTY, *told.under(drawer, said)] if said else lines


def _is_otherwise(stage: Stage, step: Step) -> bool:
    """Whether an equation would not hold: the step is corrected, or an operand is not shown as it is taken."""
    corrections = stage.remarks.corrections if stage.remarks else {}
    for name in step.of:
        taken = operand(stage, name) if name in corrections else None
        if taken is not None and not np.array_equal(taken.values, corrections[name].printed):
            return True
    return step.name in corrections


def _unseen(stage: Stage, step: Step, shown: set[str]) -> list[str]:
    """Given matrices that a step takes and that no equation has shown yet."""
    return [name for name in dict.fromkeys(step.of) if name in stage.given and name not in shown]
