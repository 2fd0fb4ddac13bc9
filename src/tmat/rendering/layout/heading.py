"""What stands above the matrices: a stage's heading, a step's formula with its shapes and its rounding."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.numbers.rounding import decimals_said
from tmat.operations import REGISTRY
from tmat.operations.operation import Operation
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.formula import said, shapes
from tmat.rendering.layout.remarks import INDENT
from tmat.rendering.layout.remarks import sentence as sentence_lines
from tmat.rendering.styled import Line, Span, columns, folded, padded, phrases, space, words
from tmat.sheet.names import layers
from tmat.sheet.names import told as origins_told
from tmat.sheet.remarks import Remarks
from tmat.sheet.worksheet import Stage, Step

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
