"""A worksheet as lines: each stage's heading, its steps one equation after another, remarks under them, and what its kind adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from tmat.numbers.rounding import decimals_said
from tmat.operations import REGISTRY
from tmat.operations.operation import Operation
from tmat.rendering.layout import remarks as told
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.equation import equation, picks, said, shapes
from tmat.rendering.layout.extras import EXTRAS
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import decimals, hidden, hidden_in_given, operand
from tmat.rendering.layout.remarks import INDENT
from tmat.rendering.layout.remarks import sentence as sentence_lines
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import single
from tmat.rendering.styled import EMPTY, Line, Span, columns, folded, padded, phrases, plain, space, trimmed, words
from tmat.sheet.names import in_order, layers, placed
from tmat.sheet.names import told as origins_told
from tmat.sheet.remarks import Remarks
from tmat.sheet.worksheet import Stage, Step, Worksheet, on_pages
from tmat.text.vocabulary import Vocabulary

LONGEST_SENTENCE = 60  # words of it in a heading
FORMULA = 24  # the least room for formulas, so that the shapes of a stage stand in one column


def heading(drawer: Drawer, stage: Stage, title: str, tokens: Sequence[str]) -> list[Line]:
    """The stage's name, the sentence, every convention in force and where the given matrices came from."""
    if stage.remarks is not None:
        return _titled(drawer, stage.remarks, stage.notes)
    name: Line = (Span(drawer.spell.word(title), "heading"),)
    said_words = [drawer.spell.word(word) for word in sentence(stage, tokens)]
    if len(said_words) > LONGEST_SENTENCE:
        count = len(said_words)
        said_words = [*said_words[: LONGEST_SENTENCE // 2], drawer.spell(f"… ({count} words)")]
    sentence_line = (Span(" ".join(said_words), "sentence"),) if said_words else ()
    told = [drawer.spell.word(note) for note in (*stage.notes, *origins(stage))]
    notes = phrases(told, "caption", drawer.spell(" ·"))
    whole = (*name, *space(4), *sentence_line)
    tail = folded(notes, None)
    if tail and (drawer.width is None or columns(whole) + 6 + columns(tail[0]) <= drawer.width):
        gap = 6 if said_words else 0
        return [(*whole, *space(gap), *tail[0])]
    lines = folded([name, *_sentence_pieces(said_words)], drawer.width, indent=4) if said_words else [name]
    return lines + [(*space(4), *line) for line in folded(notes, None if drawer.width is None else drawer.width - 4)]


def titles(stages: Sequence[Stage]) -> dict[str, str]:
    """The title of each stage: its own, else its id, after the layer where there are several: layer 2 of 6 · attention-2."""
    told = {id: f"layer {n} of {count} · {id}" for id, (n, count) in layers(stages).items()}
    return {stage.id: stage.remarks.title if stage.remarks else told.get(stage.id, stage.id) for stage in stages}


def _titled(drawer: Drawer, remarks: Remarks, notes: Sequence[str]) -> list[Line]:
    """The title of a stage that has one of its own, its conventions, and what to know of it besides."""
    title = [(Span(word, "heading"),) for word in drawer.spell(remarks.title).split()]
    told = phrases([drawer.spell.word(note) for note in notes], "caption", drawer.spell(" ·"))
    below = folded(told, None if drawer.width is None else drawer.width - INDENT)
    lines = [*folded(title, drawer.width, indent=INDENT), *((*space(INDENT), *line) for line in below)]
    return lines + [line for said in remarks.introduction for line in sentence_lines(drawer, said, INDENT)]


def _sentence_pieces(said_words: Sequence[str]) -> list[Line]:
    pieces: list[Line] = [(Span(word, "sentence"),) for word in said_words]
    pieces[0] = (*space(3), *pieces[0])
    return pieces


def sentence(stage: Stage, tokens: Sequence[str]) -> Sequence[str]:
    """The words that the stage's rows stand for; none where its rows are only counted."""
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
    return () if all(_is_number(label) for label in source.rows) else source.rows


def _goes_by_rows(op: Operation, operands: int) -> bool:
    return not operands or op.axes_of(operands)[0][0] == op.result[0]


def _is_number(label: str) -> bool:
    return label.lstrip("-").isdecimal()


def origins(stage: Stage) -> list[str]:
    """Where given matrices came from, those from one place together, unless a note says it: W_Q, W_K drawn: uniform, seed 0."""
    told = origins_told(stage.given)
    return [said for origin, said in told.items() if not any(note.endswith(f" of {origin}") for note in stage.notes)]


def rounds(stage: Stage) -> bool:
    """Whether something is rounded: exact is only said where something is not."""
    return any(step.decimals is not None or step.used is not None for step in stage.steps)


def rounded(step: Step) -> str:
    """To how many decimals, and to how many the next step takes it."""
    told = "exact" if step.decimals is None else f"to {decimals_said(step.decimals)}"
    return told + (f"; rounded to {decimals_said(step.used)} for the next step" if step.used is not None else "")


class StepHeads:
    """The lines above the steps of one stage, their columns aligned from step to step."""

    def __init__(self, drawer: Drawer, stage: Stage) -> None:
        self.drawer = drawer
        self.rounds = rounds(stage)
        self.numbers = len(str(len(stage.steps)))
        self._sizes = {step.name: step.values.shape for step in stage.steps}
        self._sizes |= {name: matrix.values.shape for name, matrix in stage.given.items()}
        self.told = {id(step): self._tell(stage, step) for step in stage.steps}
        room = (drawer.width or 160) // 2
        formulas = [n for n in (columns(line) for line, _, _ in self.told.values()) if n <= room]
        self.formula = max([FORMULA, *formulas])
        self.shape = max((columns(shape) for _, shape, _ in self.told.values()), default=0)

    def _tell(self, stage: Stage, step: Step) -> tuple[Line, Line, Line]:
        spell = self.drawer.spell
        formula = said(step.op, [spell.word(name) for name in step.of], step.params)
        found = [operand for operand in (self._sizes.get(name) for name in step.of) if operand is not None]
        sizes = found if len(found) == len(step.of) else []
        shape = shapes(step.op, sizes, (step.result.height, step.result.width), step.params)
        return (
            (Span(spell.word(step.name), "name"), Span(" = " + spell(formula), "formula")),
            (Span(spell(shape), "caption"),),
            (Span(spell(rounded(step)) if self.rounds else "", "caption"),),
        )

    def short(self, number: int, step: Step) -> Line:
        """Number, formula and size in one line, for a part of a matrix among its like."""
        formula, _, rounding = self.told[id(step)]
        size = Span(self.drawer.spell(f" {step.result.size}"), "caption")
        more = (*space(2), *rounding) if rounding[0].text else ()
        return (Span(str(number).rjust(self.numbers), "number"), *space(3), *formula, size, *more)

    def lines(self, number: int, step: Step) -> list[Line]:
        formula, shape, rounding = self.told[id(step)]
        lead: Line = (Span(str(number).rjust(self.numbers), "number"), *space(3))
        indent = self.numbers + 3
        room = self.drawer.width
        line = (*lead, *padded(formula, self.formula), *space(3), *padded(shape, self.shape), *space(3), *rounding)
        if room is None or columns(line) <= room:
            return [line]
        captions = [piece for piece in (shape, rounding) if piece and piece[0].text]
        short = (*lead, *formula, *space(3), *_together(captions))
        if columns(short) <= room:
            return [short]
        name, rest = formula
        pieces: list[Line] = [(*lead, name), *words(rest.text, rest.role)]
        lines = folded(pieces, room, indent=indent + 4)
        beside = _together(captions)
        if columns(beside) <= room - indent:
            return [*lines, (*space(indent), *beside)]
        broken = [row for caption in captions for row in folded(words(caption[0].text, "caption"), room - indent)]
        return lines + [(*space(indent), *row) for row in broken]


def _together(captions: Sequence[Line]) -> Line:
    spans: list[Span] = []
    for caption in captions:
        spans += [*(space(3) if spans else ()), *caption]
    return tuple(spans)


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
