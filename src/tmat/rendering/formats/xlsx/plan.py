"""The place of every matrix: a tab a stage, its matrices one below the other.

Products have their operands beside them, as on paper: the left one to the left, the right one above. An operand that is
on the sheet already is repeated as references; Q·Kᵀ has Kᵀ above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tmat.errors import LimitError
from tmat.operations import Operation
from tmat.rendering.formats.xlsx.links import fed_back, links
from tmat.rendering.formats.xlsx.named import calculation
from tmat.rendering.formats.xlsx.tab import LABELS, LIKELY, Beside, Placed, Tab, quoted
from tmat.rendering.layout.look import Look
from tmat.rendering.page import SILENT, Room, Section, Shown, sections
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.stages.vocab import UNKNOWN
from tmat.visible import visible

ROWS, COLS = 1_048_576, 16_384  # of a sheet (Excel's limits; LibreOffice has the same rows)
MOST_CELLS = 1_000_000  # numbers on a sheet; writing more would take a gigabyte
LONGEST_NAME = 31
MOST_BESIDE = 24  # columns of the left operand and the product together: what fits a landscape page at half the size
GAP = 2  # columns between the left operand and the product: one for the bracket, one for the labels
NOTES = 96  # characters of notes in a line
_UNFIT = re.compile(r"[!\[\]:*?/\\\x00-\x1f\x7f]")  # XlsxWriter takes ! for the end of a sheet's name


def planned(sheet: Worksheet, look: Look, number: int, count: int) -> list[Tab]:
    """The tabs of one worksheet, the ``number``-th of ``count``.

    Errors: a stage that takes more rows or columns than a sheet has.
    """
    look = replace(look, full=True)
    live = not any(np.isnan(step.values).any() for stage in sheet for step in stage.steps)
    tabs: list[Tab] = []
    taken: set[str] = set()
    for stage in sheet.stages:
        _refuse_large(stage)
        # of a single stage, so that outputs of earlier stages are shown too
        single = Worksheet([stage], sheet.vocabulary, sheet.tokens)
        (section,) = sections(single, look, Room(ROWS, COLS))
        prefix = f"{number} " if count > 1 else ""
        tab = Tab(sheet_name(prefix + stage.id, taken), section, list(_notes(stage, live)), live=live)
        if live:
            tab.calculation = calculation(stage, section.shown)
        if sheet.vocabulary is not None:
            tab.unknown = (sheet.vocabulary.case, sheet.vocabulary.id(UNKNOWN))
        _place(tab)
        tabs.append(tab)
    by_stage = {tab.stage.id: tab for tab in tabs}
    for tab in tabs:
        for name, link in links(sheet, tab.stage).items():
            linked = by_stage[link.stage].matrices.get(link.name)
            if name in tab.matrices and linked is not None and live:
                tab.links[name] = (link, linked)
        if tab.stage.stage == "backward":  # it uses the numbers of the forward pass
            earlier = tabs[: tabs.index(tab)]
            tab.named = {name: _named_cell(earlier, name, number) for name, number in tab.calculation.cells.items()}
        tab.fed_back = _fed_back(fed_back(sheet, tab.stage), by_stage) if live else None
    return tabs


def _named_cell(tabs: list[Tab], name: str, number: float) -> str:
    """The named cell of an earlier sheet with that number, as a formula; empty if there is none."""
    return next((f"{quoted(tab.name)}!{name}" for tab in tabs if tab.calculation.cells.get(name) == number), "")


def _fed_back(ids: tuple[str, str] | None, tabs: dict[str, Tab]) -> tuple[Placed, Placed] | None:
    """The ids of the words so far (the step without operands) and the prediction (the output), if both are shown."""
    if ids is None:
        return None
    without_operands = [
        placed
        for placed in tabs[ids[0]].matrices.values()
        if placed.shown.step is not None and not placed.shown.step.of
    ]
    last = tabs[ids[1]].matrices.get(tabs[ids[1]].stage.output or "")
    return (without_operands[0], last) if without_operands and last is not None else None


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A valid and unused name of a sheet: at most 31 characters, none of []:*?/\\; case does not count.

    >>> taken = set()
    >>> sheet_name("decode-1.self-attention", taken), sheet_name("a/b" * 20, taken), sheet_name("a/b" * 30, taken)
    ('decode-1.self-attention', 'a-ba-ba-ba-ba-ba-ba-ba-ba-ba-ba', 'a-ba-ba-ba-ba-ba-ba-ba-ba-ba- 2')
    """
    # Characters beyond the first plane count twice in Excel's limit.
    base = "".join(character if ord(character) < 0x10000 else "-" for character in visible(wanted))
    base = _UNFIT.sub("-", base).strip("' ") or "stage"
    if base.casefold() == "history":  # Excel reserves that name
        base += "-"
    name, n = base[:LONGEST_NAME].rstrip("' "), 2
    while name.casefold() in taken:
        tail = f" {n}"
        name, n = base[: LONGEST_NAME - len(tail)].rstrip("' ") + tail, n + 1
    taken.add(name.casefold())
    return name


def _place(tab: Tab) -> None:
    row = tab.words_at
    vocabulary = tab.section.vocabulary
    if vocabulary is not None:
        row += len(vocabulary.words) + 3
    products = _products(tab)
    for given, shown in bands(tab.section, products):
        matrix = shown.matrix
        row += 1
        tab.begins.append(row)
        if matrix.name in products:
            row = _corner(tab, shown, {one.matrix.name: one for one in given}, products[matrix.name], row)
        else:
            source = tab.matrices.get(shown.step.of[0]) if shown.step is not None and shown.step.of else None
            left = source.left if source is not None and tab.beside else LABELS
            tab.matrices[matrix.name] = Placed(tab, shown, row, left)
            row = tab.matrices[matrix.name].remarks + len(shown.sentences)
        if matrix.name == LIKELY:
            row += sum(len(words) + 2 for _, words in tab.section.likeliest)
    tab.end = row + 1
    if row > ROWS:
        raise _too_large(tab.stage, f"it takes {row:,} rows", f"{ROWS:,} rows")


def _products(tab: Tab) -> dict[str, bool]:
    """The products whose operands are drawn beside them, and whether the right one is transposed."""
    if tab.section.remarks is not SILENT:
        return {}  # the remarks of an article are below each matrix
    shown = {one.matrix.name: one for one in tab.section.shown}
    products: dict[str, bool] = {}
    for name, op in tab.calculation.steps.items():
        step = shown[name].step
        transposed = takes_transposed(op, step) if step is not None else None
        if step is not None and transposed is not None and fits(shown[step.of[0]].matrix, step.result):
            products[name] = transposed
    return products


def _corner(tab: Tab, shown: Shown, given: dict[str, Shown], transposed: bool, row: int) -> int:
    """Place a product and its operands, beginning at a row; returns the row after them."""
    step = shown.step
    assert step is not None
    names = step.of[:2]
    left, right = (given.get(name) or tab.matrices[name].shown for name in names)
    right = drawn_beside(right, transposed=transposed)
    column = LABELS + left.matrix.width + GAP
    above = Placed(tab, right, row, column)
    under = above.after + 1
    beside = Placed(tab, left, under)
    for name, placed in zip(names, (beside, above), strict=True):
        if name in given:
            tab.matrices[name] = placed
    tab.matrices[step.name] = Placed(tab, shown, under, column)
    tab.beside[step.name] = Beside(beside, above, transposed)
    return beside.after


def takes_transposed(op: Operation, step: Step) -> bool | None:
    """Whether the right operand of a product is transposed above it; None if the step is no product.

    >>> from tmat.operations import REGISTRY
    >>> def asked(name, *of):
    ...     return takes_transposed(REGISTRY[name], Step(Matrix.of("Z", [[1]]), name, of))
    >>> asked("matmul", "A", "B"), asked("matmul_transposed", "A", "B"), asked("add", "A", "B"), asked("matmul", "A", "A")
    (False, True, None, None)
    """
    axes, (row, column) = op.axes, op.result
    if len(axes) not in (2, 3) or len(set(step.of)) != len(axes) or axes[0][0] != row:
        return None
    within = axes[0][1]
    if within in (row, column) or axes[2:] not in ((), (("1", column),)):
        return None  # the axis summed over is not in the result; a third operand is a bias
    return {(within, column): False, (column, within): True}.get(axes[1])


def drawn_beside(shown: Shown, *, transposed: bool) -> Shown:
    """An operand as it is drawn beside a product, transposed if the product takes it so."""
    matrix = shown.matrix
    if not transposed:
        return shown
    matrix = Matrix(f"{matrix.name}ᵀ", matrix.values.T, matrix.cols, matrix.rows)
    return replace(shown, matrix=matrix, cells=[list(column) for column in zip(*shown.cells, strict=True)])


def fits(left: Matrix, product: Matrix) -> bool:
    """Whether left operand and product fit beside each other and have cells."""
    return left.width + product.width <= MOST_BESIDE and left.values.size > 0 and product.values.size > 0


def bands(section: Section, products: dict[str, bool]) -> Iterator[tuple[list[Shown], Shown]]:
    """The matrices from top to bottom, each step with the given matrices to draw beside it.

    A given matrix that is not drawn beside the first step that uses it comes alone before that step.
    """
    for *given, last in section.groups():
        beside: set[str] = set()
        if last.step is not None and last.name in products:
            beside = set(last.step.of[: 1 if products[last.name] else 2])
        yield from (([], shown) for shown in given if shown.name not in beside)
        yield [shown for shown in given if shown.name in beside], last


def _refuse_large(stage: Stage) -> None:
    """Refuse a stage that is too large, before it is laid out, which would take long."""
    matrices = [*stage.given.values(), *(step.result for step in stage.steps)]
    for matrix in matrices:
        if matrix.width > COLS - LABELS - 1:
            most = f"{COLS:,} columns, of which the labels and the brackets take two"
            raise _too_large(stage, f"{matrix.name} has {matrix.width:,} columns", most)
    rows = sum(matrix.height + 3 for matrix in matrices)
    if rows > ROWS:
        raise _too_large(stage, f"it takes {rows:,} rows", f"{ROWS:,} rows")
    count = sum(matrix.values.size for matrix in matrices)
    if count > MOST_CELLS:
        raise _too_large(stage, f"it has {count:,} numbers", f"{MOST_CELLS:,} of them")


def _too_large(stage: Stage, what: str, most: str) -> LimitError:
    return LimitError(
        f"{stage.id} does not fit on a sheet", what, f"a sheet has at most {most}",
        mend="choose what is needed with ‹keep›, or write ‹format npz›",
    )  # fmt: skip


def _notes(stage: Stage, live: bool) -> Iterator[str]:
    """The conventions, wrapped to lines, and how to use the sheet."""
    line = ""
    for note in stage.notes:
        text = visible(note)
        if line and len(line) + len(text) + 3 > NOTES:
            yield line
            line = ""
        line += (" · " if line else "") + text
    if line:
        yield line
    if not live:
        yield "To be filled in: the framed cells."
    elif stage.names():
        yield "Blue is given: change it, and every number follows."
    else:  # a line between the heading and the table, which readers would take for the table's name
        yield "The words and their numbers."
