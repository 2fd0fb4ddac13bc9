"""The content of a page in any format: the stages of a worksheet, their matrices, and the remarks on each.

Formats draw this without knowing any stage; two are known here: the vocabulary's words and the decoder's likeliest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tmat.errors import InputError
from tmat.operations.printing.text import Notation
from tmat.rendering.layout.drawer import CUT, edges, named
from tmat.rendering.layout.equation import Formula
from tmat.rendering.layout.look import Look, Scale
from tmat.rendering.layout.numbers import SAME, decimals, hidden, hidden_in_given, texts
from tmat.rendering.layout.single import summary
from tmat.rendering.layout.stage import origins, rounded, rounds, sentence, titles
from tmat.sheet.names import chosen, in_order
from tmat.sheet.remarks import Correction, Mask, Remark, Remarks, Said
from tmat.sheet.worksheet import BLANK, Array, Matrix, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary
from tmat.visible import visible, width
from tmat.workings.formula import formula

SILENT = Remarks("")
FOLD = 6  # terms of a sum that a page shows


@dataclass(frozen=True, slots=True)
class Room:
    """The rows and columns of a matrix that a page has room for; a bigger one is shown by its edges."""

    rows: int
    cols: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A matrix on a page. ``rows`` and ``cols`` are indices, CUT where some are left out; ``cells`` are their texts.

    A step that its source prints wrongly is shown as ``printed``, with the indices of its ``wrong`` cells, and ``right``
    is the matrix beside it.
    """

    matrix: Matrix
    step: Step | None
    number: int  # of the step in its stage, from 1; 0 for a given matrix
    formula: str
    shapes: str
    rounding: str
    rows: list[int]
    cols: list[int]
    cells: list[list[str]]
    summary: str
    scale: Scale | None
    blank: bool
    remarks: tuple[Remark, ...] = ()
    letters: Sequence[Sequence[str]] = ()
    kind: str = ""  # printed or right, where the two differ
    wrong: frozenset[tuple[int, int]] = frozenset()
    right: Shown | None = None

    @property
    def caption(self) -> str:
        """Its name, followed by printed or right where they differ."""
        return f"{self.name} {self.kind}" if self.kind else self.name

    @property
    def details(self) -> str:
        """Its shapes and its rounding."""
        return ", ".join(part for part in (self.shapes, self.rounding) if part)

    @property
    def sentences(self) -> list[Said]:
        """The cells in symbols, a sentence a row, and the remarks."""
        letters = [self.letters, *(remark.letters for remark in self.remarks)]
        below = [(), *(remark.said for remark in self.remarks)]
        rows = [[Said("   ".join(row), "formula") for row in lines] for lines in letters]
        return [sentence for lines, remarks in zip(rows, below, strict=True) for sentence in (*lines, *remarks)]

    @property
    def name(self) -> str:
        return self.matrix.name

    @property
    def characters(self) -> int:
        """About how many characters wide the formula and the matrix beside it are."""
        labels = max((width(visible(self.row_label(row))) for row in self.rows), default=0) if self.has_rows else 0
        heads = [width(visible(self.col_label(col))) if self.has_cols else 0 for col in self.cols]
        columns = [max(map(len, column)) for column in zip(*self.cells, strict=True)]
        cells = sum(max(cell, head) + 2 for cell, head in zip(columns, heads, strict=False))
        return len(self.formula) + 3 + labels + cells

    def row_label(self, row: int) -> str:
        return "⋮" if row == CUT else self.matrix.rows[row]

    def col_label(self, col: int) -> str:
        return "⋯" if col == CUT else self.matrix.cols[col]

    @property
    def has_rows(self) -> bool:
        """Whether the rows have labels other than their numbers."""
        return named(self.matrix.rows) or CUT in self.rows

    @property
    def has_cols(self) -> bool:
        return named(self.matrix.cols) or CUT in self.cols


@dataclass(frozen=True, slots=True)
class Section:
    """A stage on a page; ``likeliest``: for each prediction the word before it, and words with their probabilities."""

    stage: Stage
    title: str
    sentence: tuple[str, ...]
    notes: list[str]
    shown: list[Shown]
    vocabulary: Vocabulary | None = None
    likeliest: tuple[tuple[str, list[tuple[str, float]]], ...] = ()
    remarks: Remarks = SILENT

    def groups(self) -> Iterator[list[Shown]]:
        """Each step after the given matrices that it uses first; at the end the other given matrices."""
        group: list[Shown] = []
        for shown in self.shown:
            group.append(shown)
            if shown.step is not None:
                yield group
                group = []
        if group:
            yield group


def sections(sheet: Worksheet, look: Look, room: Room) -> Iterator[Section]:
    """The stages of a worksheet as sections of a page; outputs of an earlier stage are not shown again as given."""
    above: set[str] = set()
    names, titled = wanted(sheet, look), titles(sheet.stages)
    for stage in sheet.stages:
        if names is not None and stage.id not in names:
            continue
        remarks = stage.remarks
        yield Section(
            stage,
            titled[stage.id],
            () if remarks else tuple(sentence(stage, sheet.tokens)),
            [*stage.notes, *(() if remarks else origins(stage))],
            list(_shown(stage, look, room, above, None if names is None else names[stage.id])),
            sheet.vocabulary if stage.stage == "vocab" else None,
            () if remarks and remarks.corrections else tuple(_likeliest(stage, look.top)),
            remarks or SILENT,
        )
        above.add(stage.id)


def wanted(sheet: Worksheet, look: Look) -> dict[str, list[str]] | None:
    """The names that ``only`` chooses, by stage, in its order; None: all.

    Errors: a name that the worksheet does not have.
    """
    if look.only is None:
        return None
    return {stage.id: in_order(stage, look.only) for stage in chosen(sheet, look.only).stages}


def _shown(stage: Stage, look: Look, room: Room, above: set[str], wanted: list[str] | None) -> Iterator[Shown]:
    """The chosen steps, each after the given matrices that it uses first."""
    rounding = rounds(stage)
    done: set[str] = set()

    def given(names: Sequence[str]) -> Iterator[Shown]:
        for name in names:
            matrix = stage.given.get(name)
            if matrix is None or name in done or (wanted is not None and name not in wanted):
                continue
            done.add(name)
            if wanted is not None or matrix.origin not in above:
                yield shown(stage, matrix.renamed(name), None, 0, look, room)

    numbered = {step.name: (number, step) for number, step in enumerate(stage.steps, start=1)}
    for name in numbered if wanted is None else wanted:
        number, step = numbered.get(name, (0, None))
        yield from given([name] if step is None else step.of if wanted is None else ())
        if step is not None:
            yield shown(stage, step.result, step, number, look, room, rounded(step) if rounding else "")
    yield from given(list(stage.given))


def shown(
    stage: Stage, matrix: Matrix, step: Step | None, number: int, look: Look, room: Room, rounding: str = ""
) -> Shown:
    """One matrix as a page shows it."""
    remarks = stage.remarks or SILENT
    correction = remarks.corrections.get(matrix.name)
    printed = replace(matrix, values=correction.printed) if correction else matrix
    if look.full:
        room = Room(matrix.height, matrix.width)
    rows, cols = _places(matrix.height, room.rows), _places(matrix.width, room.cols)
    blank = is_blank(matrix, given=step is None)
    digits = correction.decimals if correction else look.digits
    hidden_cells = hidden(stage, step) if step else hidden_in_given(stage, matrix.name)
    cells = _cells(printed.values, rows, cols, digits, decimals(stage, matrix.name), blank, hidden_cells)
    cut = CUT in rows or CUT in cols
    drawn = Shown(
        printed,
        step,
        number,
        formula_of(step) if step else matrix.name,
        _shapes(stage, step) if step else matrix.size,
        rounding,
        rows,
        cols,
        cells,
        " · ".join(summary(matrix, rows, cols)) if cut else "",
        Scale.of(matrix.values) if matrix.values.size and not blank else None,
        blank,
        remarks.of.get(matrix.name, ()),
        remarks.letters.get(matrix.name, ()),
    )
    return _as_printed(drawn, correction) if correction else drawn


def as_operand(stage: Stage, matrix: Matrix, look: Look, *, transposed: bool = False) -> Shown:
    """An operand of a step, drawn whole."""
    name, step = matrix.name, stage.step(matrix.name)
    blank = step is not None and is_blank(matrix)
    hidden_cells = hidden(stage, step) if step is not None else hidden_in_given(stage, name)
    if transposed:
        matrix = replace(matrix, name=f"{name}ᵀ", values=matrix.values.T, rows=matrix.cols, cols=matrix.rows)
        hidden_cells = None if hidden_cells is None else hidden_cells.T
    rows, cols = list(range(matrix.height)), list(range(matrix.width))
    cells = _cells(matrix.values, rows, cols, look.digits, decimals(stage, name, used=True), blank, hidden_cells)
    return Shown(matrix, None, 0, name, "", "", rows, cols, cells, "", None, blank)


def _as_printed(shown: Shown, correction: Correction) -> Shown:
    """A wrongly printed matrix, with the right numbers beside it where they are known."""
    wrong = frozenset((int(i), int(j)) for i, j in zip(*correction.wrong.nonzero(), strict=True))
    right = None
    if correction.right is not None:
        cells = _cells(correction.right, shown.rows, shown.cols, correction.decimals, 0, False)
        cells = [
            [text if CUT in (i, j) or (i, j) in wrong else SAME for j, text in zip(shown.cols, row, strict=True)]
            for i, row in zip(shown.rows, cells, strict=True)
        ]
        matrix = replace(shown.matrix, values=correction.right)
        right = replace(
            shown, matrix=matrix, cells=cells, scale=None, remarks=(), letters=(), kind="right", wrong=wrong
        )
    return replace(shown, scale=None, kind="printed", wrong=wrong, right=right)


def is_blank(matrix: Matrix, *, given: bool = False) -> bool:
    """Whether all cells are NaN because they are left blank, to be filled in by hand; a given matrix has BLANK as its origin.

    >>> is_blank(Matrix.of("Q", [[np.nan, np.nan]])), is_blank(Matrix.of("Q", [[np.nan, 1.0]]))
    (True, False)
    """
    emptied = matrix.origin == BLANK or not given
    return emptied and matrix.values.size > 0 and bool(np.isnan(matrix.values).all())


def formula_of(step: Step) -> str:
    """The step as an equation in text, even if its operation is not known."""
    return f"{step.name} = {Formula(step.op, step.of, step.params).text}"


def formula_in(step: Step, notation: Notation) -> str | None:
    """The step as an equation in a notation; None if its operation is not known or does not take such operands."""
    try:
        return formula(step, notation)
    except (InputError, ValueError):
        return None


def capitalized(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _shapes(stage: Stage, step: Step) -> str:
    sizes = [(stage[name].height, stage[name].width) for name in step.of if name in stage]
    return Formula(step.op, step.of, step.params).shapes(sizes, (step.result.height, step.result.width))


def _places(count: int, most: int) -> list[int]:
    few = most // 8  # fewer left out than this are not worth a cut
    return list(range(count)) if count <= most + few else edges(count, (most + 1) // 2, most // 2)


def _cells(
    values: Array,
    rows: list[int],
    cols: list[int],
    digits: int | None,
    most: int,
    blank: bool,
    hidden: Mask | None = None,
) -> list[list[str]]:
    """The texts of the cells, with dots for rows and columns left out; empty texts if blank."""
    if blank:
        return [["" for _ in cols] for _ in rows]
    places = np.ix_([n for n in rows if n != CUT], [n for n in cols if n != CUT])
    shown_values = values[places]
    hidden_cells = None if hidden is None else hidden[places]
    lines = (
        texts(shown_values, digits, most, hidden_cells)
        if shown_values.size
        else [[] for _ in range(shown_values.shape[0])]
    )
    if CUT in cols:
        at = cols.index(CUT)
        for row in lines:
            row.insert(at, "⋯")
    if CUT in rows:
        lines.insert(rows.index(CUT), ["⋱" if col == CUT else "⋮" for col in cols])
    return lines


def _likeliest(stage: Stage, count: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    step = stage.step("probabilities") if stage.stage == "decode" else None
    if step is None or is_blank(step.result):
        return
    for label, row in zip(step.result.rows, step.result.values.tolist(), strict=True):
        best = sorted(range(len(row)), key=lambda j: (-row[j], j))[:count]
        yield label, [(step.result.cols[j], row[j]) for j in best]
