"""A worksheet as lines: each stage's heading, its steps one equation after another, remarks under them, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from tmat.numbers.rounding import decimals_said
from tmat.operations import REGISTRY
from tmat.operations.operation import Operation
from tmat.rendering.layout import remarks as remark_lines
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.equation import Formula, equation
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import decimals, hidden, hidden_in_given, operand
from tmat.rendering.layout.remarks import INDENT
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import single
from tmat.rendering.styled import EMPTY, Line, Span, columns, folded, indented, joined, phrases, space, trimmed, words
from tmat.sheet.names import in_order, layers, origin_captions, placed
from tmat.sheet.remarks import Remarks
from tmat.sheet.worksheet import Stage, Step, Worksheet, on_pages
from tmat.text.vocabulary import Vocabulary

LONGEST_SENTENCE = 60  # words of it in a heading
FORMULA = 24  # the least room for formulas, so that the shapes of a stage stand in one column


def heading(drawer: Drawer, stage: Stage, title: str, tokens: Sequence[str]) -> list[Line]:
    """The stage's title, the words of its rows, the conventions in force, and the origins of the given matrices."""
    spell, width = drawer.spell, drawer.width
    if stage.remarks is not None:
        return _titled(drawer, stage.remarks, stage.notes)
    name: Line = (Span(spell.word(title), "heading"),)
    row_words = spell.words(sentence(stage, tokens))
    if len(row_words) > LONGEST_SENTENCE:
        row_words = [*row_words[: LONGEST_SENTENCE // 2], spell(f"… ({len(row_words)} words)")]
    notes = phrases(spell.words([*stage.notes, *origins(stage)]), "caption", spell(" ·"))
    start = (*name, *space(4), *((Span(" ".join(row_words), "sentence"),) if row_words else ()))
    in_line = folded(notes, None)
    if in_line and (width is None or columns(start) + 6 + columns(in_line[0]) <= width):
        return [(*start, *space(6 if row_words else 0), *in_line[0])]
    lines = [name]
    if row_words:
        first, *others = [(Span(word, "sentence"),) for word in row_words]
        lines = folded([name, (*space(3), *first), *others], width, indent=4)
    return lines + indented(folded(notes, None if width is None else width - 4), 4)


def titles(stages: Sequence[Stage]) -> dict[str, str]:
    """The title of each stage by id: its own, else the id, after the layer where there are several: layer 2 of 6 · attention-2."""
    in_layers = {id: f"layer {n} of {count} · {id}" for id, (n, count) in layers(stages).items()}
    return {stage.id: stage.remarks.title if stage.remarks else in_layers.get(stage.id, stage.id) for stage in stages}


def _titled(drawer: Drawer, remarks: Remarks, notes: Sequence[str]) -> list[Line]:
    """The title of a stage that has one of its own, its conventions and its introduction."""
    title = [(Span(word, "heading"),) for word in drawer.spell(remarks.title).split()]
    conventions = phrases(drawer.spell.words(notes), "caption", drawer.spell(" ·"))
    below = folded(conventions, None if drawer.width is None else drawer.width - INDENT)
    return [
        *folded(title, drawer.width, indent=INDENT),
        *indented(below, INDENT),
        *remark_lines.sentences(drawer, remarks.introduction, INDENT),
    ]


def sentence(stage: Stage, tokens: Sequence[str]) -> Sequence[str]:
    """The words that the stage's rows stand for; none where its rows are only numbered."""
    if stage.steps:
        first = stage.steps[0]
        known = first.of and first.of[0] in stage
        if not known and first.op in REGISTRY and not _goes_by_rows(REGISTRY[first.op], len(first.of)):
            return ()  # a mean of all rows stands for no word
        source = stage[first.of[0]] if known else first.result
    elif stage.output in stage:
        source = stage.result
    else:
        return ()
    if tuple(source.rows) == tuple(tokens):
        return tokens
    return () if all(label.lstrip("-").isdecimal() for label in source.rows) else source.rows


def _goes_by_rows(op: Operation, operands: int) -> bool:
    return not operands or op.axes_of(operands)[0][0] == op.result[0]


def origins(stage: Stage) -> list[str]:
    """The origins of given matrices with their names, but for those that a note says: W_Q, W_K drawn: uniform, seed 0."""
    captions = origin_captions(stage.given)
    return [
        caption
        for origin, caption in captions.items()
        if not any(note.endswith(f" of {origin}") for note in stage.notes)
    ]


def rounds(stage: Stage) -> bool:
    """Whether any step is rounded; only then are the others called exact."""
    return any(step.decimals is not None or step.used is not None for step in stage.steps)


def rounded(step: Step) -> str:
    """To how many decimals a step is rounded, and to how many the next step takes it."""
    shown = "exact" if step.decimals is None else f"to {decimals_said(step.decimals)}"
    return shown + (f"; rounded to {decimals_said(step.used)} for the next step" if step.used is not None else "")


class StepHeads:
    """The lines above the steps of one stage: number, formula, shapes and rounding, aligned from step to step."""

    def __init__(self, drawer: Drawer, stage: Stage) -> None:
        self.drawer = drawer
        self.number_width = len(str(len(stage.steps)))
        sizes = {name: matrix.values.shape for name, matrix in stage.given.items()}
        sizes |= {step.result.name: step.result.values.shape for step in stage.steps}
        names = {name: drawer.spell.word(name) for step in stage.steps for name in (*step.of, step.result.name)}
        rounding = rounds(stage)
        self.formulas: dict[int, Formula] = {}  # by the id of the step
        self._pieces: dict[int, tuple[Line, Line, Line]] = {}  # formula, shapes, rounding
        for step in stage.steps:
            formula = Formula(step.op, [names[name] for name in step.of], step.params)
            operand_sizes = [sizes[name] for name in step.of if name in sizes]
            shapes = formula.shapes(
                operand_sizes if len(operand_sizes) == len(step.of) else (), step.result.values.shape
            )
            texts = drawer.spell.each([f" = {formula.text}", shapes, rounded(step) if rounding else ""])
            self.formulas[id(step)] = formula
            self._pieces[id(step)] = (
                (Span(names[step.result.name], "name"), Span(texts[0], "formula")),
                (Span(texts[1], "caption"),),
                (Span(texts[2], "caption"),),
            )
        self._widths = {key: (columns(formula), columns(shapes)) for key, (formula, shapes, _) in self._pieces.items()}
        room = (drawer.width or 160) // 2
        self.formula_width = max([FORMULA, *(wide for wide, _ in self._widths.values() if wide <= room)])
        self.shapes_width = max((wide for _, wide in self._widths.values()), default=0)

    def short(self, number: int, step: Step) -> Line:
        """Number, formula and size in one line, for a part of a matrix among others."""
        formula, _, rounding = self._pieces[id(step)]
        size = Span(self.drawer.spell(f" {step.result.size}"), "caption")
        more = (*space(2), *rounding) if rounding[0].text else ()
        return (*self._numbered(number), *formula, size, *more)

    def lines(self, number: int, step: Step) -> list[Line]:
        """Number, formula, shapes and rounding: in one line where there is room, else with the rest below the formula."""
        formula, shapes, rounding = self._pieces[id(step)]
        formula_width, shapes_width = self._widths[id(step)]
        lead = self._numbered(number)
        room = self.drawer.width
        missing = max(self.formula_width - formula_width, 0)
        line = (*lead, *formula, *space(missing + 3), *shapes, *space(self.shapes_width - shapes_width + 3), *rounding)
        if room is None or columns(line) <= room:
            return [line]
        captions = [piece for piece in (shapes, rounding) if piece[0].text]
        together = joined(captions, space(3))
        short = (*lead, *formula, *space(3), *together)
        if columns(short) <= room:
            return [short]
        indent = self.number_width + 3
        name, rest = formula
        lines = folded([(*lead, name), *words(rest.text, rest.role)], room, indent=indent + 4)
        if columns(together) <= room - indent:
            return [*lines, (*space(indent), *together)]
        broken = [row for caption in captions for row in folded(words(caption[0].text, "caption"), room - indent)]
        return lines + indented(broken, indent)

    def _numbered(self, number: int) -> Line:
        return (Span(str(number).rjust(self.number_width), "number"), *space(3))


MARGIN = 1
NARROWEST = 20  # the least width that is laid out for
NO_REMARKS = Remarks("")


class Portion(NamedTuple):
    """A piece of a stage that is shown at once: its lines, and the step that they show, if any."""

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
        groups.append([_with_margin(remark_lines.opening(drawer, cover))])
    for sheet in pages:
        for _, own in groupby(portions(sheet, width=width, look=look, stages=stages), lambda own: id(own.stage)):
            groups.append([portion.lines for portion in own])
    if cover is not None:
        groups += [[_with_margin(lines) for lines in group] for group in remark_lines.closing(drawer, cover)]
    lines: list[Line] = []
    for group in groups:
        lines += [EMPTY, EMPTY] if lines else []
        for n, paragraph in enumerate(group):
            lines += [*([EMPTY] if n else []), *paragraph]
    return lines


def portions(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, stages: Sequence[Stage] | None = None
) -> Iterator[Portion]:
    """The stages in portions: of each the heading, then a step at a time, as ``--step`` shows them.

    A given matrix that comes from a stage above is not drawn again.
    """
    drawer = _drawer(look, width)
    above: set[str] = set()
    chosen = placed(sheet.stages if stages is None else stages)
    titled = titles(chosen) | titles(sheet.stages)
    for stage in chosen:
        for lines, step in _portions(drawer, stage, titled[stage.id], sheet.tokens, sheet.vocabulary, above):
            yield Portion(stage, _with_margin(lines), step)
        above.add(stage.id)


def _drawer(look: Look | None, width: int | None) -> Drawer:
    return Drawer(look or Look(), None if width is None else max(width, NARROWEST) - MARGIN)


def _with_margin(lines: Sequence[Line]) -> list[Line]:
    return [trimmed(line) for line in indented(lines, MARGIN)]


def _portions(
    drawer: Drawer, stage: Stage, title: str, tokens: Sequence[str], vocabulary: Vocabulary | None, above: set[str]
) -> Iterator[tuple[list[Line], Step | None]]:
    remarks = stage.remarks or NO_REMARKS
    masks = {name: hidden_in_given(stage, name) for name in stage.given}
    masks |= {step.name: hidden(stage, step) for step in stage.steps}
    drawer.hidden = {name: mask for name, mask in masks.items() if mask is not None}
    wanted = None if drawer.look.only is None else in_order(stage, drawer.look.only)
    shown = {name for name, matrix in stage.given.items() if matrix.origin in above}

    def of_given(names: Sequence[str]) -> Iterator[tuple[list[Line], None]]:
        return ((lines, None) for lines in given(drawer, stage, names))

    yield heading(drawer, stage, title, tokens), None
    for name in stage.given:
        if name in remarks.of and (wanted is None or name in wanted):
            yield from of_given([name])
            yield remark_lines.under(drawer, remarks.of[name]), None
            shown.add(name)
    heads = StepHeads(drawer, stage)
    numbered = {step.name: (n, step) for n, step in enumerate(stage.steps, 1)}

    def kind(name: str) -> str:
        if name not in numbered:
            return "given"
        return "part" if heads.formulas[id(numbered[name][1])].selects else "step"

    for what, run in groupby(numbered if wanted is None else wanted, key=kind):
        if what == "given":
            yield from of_given([name for name in run if name not in remarks.of])
            continue
        steps = [numbered[name] for name in run]
        if what == "part" and len(steps) > 1:
            yield from ((lines, steps[0][1]) for lines in pieces(drawer, steps, heads.short))
            verdicts = [
                line
                for _, step in steps
                for line in remark_lines.named(drawer, step.name, remarks.of.get(step.name, ()))
            ]
            yield from [(verdicts, steps[0][1])] if verdicts else []
            continue
        for number, step in steps:
            formula = heads.formulas[id(step)]
            in_a_row = None if _is_otherwise(stage, step) else equation(drawer, stage, step, formula)
            if in_a_row is not None:
                shown.update(step.of)
            elif wanted is None:
                yield from of_given(_unseen(stage, step, shown))
                shown.update(step.of)
            yield [*heads.lines(number, step), EMPTY, *_body(drawer, stage, step, in_a_row)], step
    if wanted is None and not stage.steps:
        yield from of_given([name for name in stage.given if name not in remarks.of])
    extra = EXTRAS.get(stage.stage)
    if extra is not None and wanted is None and not remarks.corrections:
        yield from ((lines, None) for lines in extra(drawer, stage, vocabulary))
    if wanted is None:
        yield from ((remark_lines.sentences(drawer, said, 0), None) for said in remarks.end)


def _body(drawer: Drawer, stage: Stage, step: Step, in_a_row: list[Line] | None) -> list[Line]:
    """The numbers of a step, as an equation in a row, alone, or as printed beside the right ones; then the remarks on them."""
    remarks = stage.remarks or NO_REMARKS
    lines: list[Line] = []
    if step.name in remarks.letters:
        lines += [*remark_lines.symbols(drawer, remarks.letters[step.name]), EMPTY]
    if step.name in remarks.corrections:
        lines += remark_lines.correction(drawer, step.result, remarks.corrections[step.name])
    else:
        lines += in_a_row or single(drawer, step.result, drawer.width, most=decimals(stage, step.name))
    own = remarks.of.get(step.name)
    return [*lines, EMPTY, *remark_lines.under(drawer, own)] if own else lines


def _is_otherwise(stage: Stage, step: Step) -> bool:
    """Whether an equation would not hold: the step is corrected, or an operand is printed with other numbers than it is taken."""
    corrections = stage.remarks.corrections if stage.remarks else {}
    for name in step.of:
        taken = operand(stage, name) if name in corrections else None
        if taken is not None and not np.array_equal(taken.values, corrections[name].printed):
            return True
    return step.name in corrections


def _unseen(stage: Stage, step: Step, shown: set[str]) -> list[str]:
    """Given matrices that a step takes and that no equation has shown yet."""
    return [name for name in dict.fromkeys(step.of) if name in stage.given and name not in shown]
