"""Matrices as people type them: a name, its rows, a blank line. They can be read back as matrices or as answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from tmat.numbers import format_number
from tmat.reading.text_rows import is_cell, is_misspelt
from tmat.rendering.formats import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import corrected, texts
from tmat.rendering.page import formula_of
from tmat.rendering.several import Entry, entries
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Matrix, Stage, Worksheet, on_pages
from tmat.text.vocabulary import Vocabulary
from tmat.visible import pad, visible, width

BLANK = "_"
ALIGNED = 128  # rows up to which columns are aligned
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_UNFIT = re.compile(r"[^\w.-]")


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """Every matrix under its name, its formula or origin in a comment; blank cells are ``_``.

    Numbers have the digits that they need to read back to the same bits, or the decimals asked for.

    >>> print(document([Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[1.5, -2]], rows=["When"])})])]), end="")
    # s
    <BLANKLINE>
    X   # given, 1×2
    When 1.5 -2.0
    """
    look = look or Look()
    sheets = on_pages(sheets)
    grouped = groupby(entries(sheets, look), key=lambda entry: id(entry.stage))
    blocks = {key: ["\n".join(_block(entry, look.digits)) for entry in group] for key, group in grouped}
    parts: list[str] = list(_opening(sheets[0].cover)) if sheets and sheets[0].cover else []
    for sheet in sheets:
        parts += [_remark(f"tokens: {' '.join(sheet.tokens)}")] if sheet.tokens else []
        for stage in sheet.stages:
            group = blocks.get(id(stage), [])
            if group or look.only is None:
                parts += ["\n".join(_caption(stage, sheet.vocabulary)), *group]
                parts += [_remarks(said) for said in stage.remarks.end] if stage.remarks else []
    return "\n\n".join(parts) + "\n"


def _caption(stage: Stage, vocabulary: Vocabulary | None) -> Iterator[str]:
    yield _remark(stage.remarks.title if stage.remarks else stage.id)
    yield from (_remark(note) for note in stage.notes)
    yield from (_remark(remark.text) for remark in stage.remarks.introduction) if stage.remarks else ()
    if stage.stage == "vocab" and vocabulary is not None:
        yield from (_remark(f"{n} {word}") for n, word in enumerate(vocabulary.words, start=vocabulary.first_id))


def _remark(text: str) -> str:
    return f"# {visible(text)}".rstrip()


def _block(entry: Entry, digits: int | None) -> Iterator[str]:
    matrix, step = entry.matrix, entry.step
    formula = "given" if step is None else formula_of(step)
    if not matrix.values.size:
        yield _remark(f"{entry.name} has no cells: {matrix.size}")
        return
    yield f"{_name(entry.name)}   # {visible(formula)}, {matrix.size}"
    heads = _words(matrix.cols)
    labels = _words(matrix.rows)
    for side, side_labels, shown in (("rows", matrix.rows, labels), ("columns", matrix.cols, heads)):
        if shown is None and any(label != str(n) for n, label in enumerate(side_labels, start=1)):
            yield _remark(f"{side}: {' | '.join(side_labels)}")
    yield from _aligned(heads, labels, _cells(matrix, digits, entry.blank))
    yield from _remarked(entry)


def _remarked(entry: Entry) -> Iterator[str]:
    """The remarks on a matrix, in comments: the printed and the right numbers where they differ, the verdicts."""
    remarks = entry.stage.remarks
    if remarks is None:
        return
    correction = remarks.corrections.get(entry.matrix.name)
    if correction is not None and not np.array_equal(correction.printed, entry.matrix.values):
        yield from _rows("printed", texts(correction.printed, correction.decimals))
    if correction is not None and correction.right is not None:
        yield from _rows("right", corrected(correction))
    for remark in remarks.of.get(entry.matrix.name, ()):
        yield from _rows("printed", remark.letters)
        yield _remarks(remark.said)


def _rows(name: str, cells: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (_remark(f"{name}: {' '.join(row)}") for row in cells)


def _opening(cover: Cover) -> Iterator[str]:
    """The cover: title, summary, count, and its tables row by row."""
    yield _remarks((Said(f"{cover.name}: {cover.title}"), Said(cover.summary)))
    yield from [_remarks(cover.count)] if cover.count else []
    for table in cover.tables:
        headings = [text for text in (table.title, table.caption) if text]
        yield "\n".join(map(_remark, (*headings, *(" | ".join(row) for row in (table.head, *table.rows)))))


def _remarks(remarks: Sequence[Said]) -> str:
    return "\n".join(_remark(" " * remark.indent + remark.text) for remark in remarks)


def _name(name: str) -> str:
    """The name in characters that reading takes for a name."""
    plain = _UNFIT.sub("_", name)
    return f"matrix{plain}" if is_cell(plain) else plain


def _words(labels: Sequence[str]) -> list[str] | None:
    """The labels, if all of them are words, which can stand before numbers; else None."""
    return list(labels) if all(map(_is_word, labels)) else None


def _is_word(label: str) -> bool:
    return _WORD.fullmatch(label) is not None and not is_cell(label) and not is_misspelt(label)


def _cells(matrix: Matrix, digits: int | None, blank: bool) -> list[list[str]]:
    if blank:
        return [[BLANK] * matrix.width for _ in range(matrix.height)]
    return [[_number(x, digits) for x in row] for row in matrix.values.tolist()]


def _number(x: float, digits: int | None) -> str:
    return repr(x) if digits is None else format_number(x, digits)


def _aligned(heads: list[str] | None, labels: list[str] | None, cells: list[list[str]]) -> Iterator[str]:
    """The rows as lines, columns aligned; those of large matrices are not, as nobody reads them by eye."""
    rows = [heads, *cells] if heads is not None else cells
    widths = [max(map(width, column)) for column in zip(*rows[:ALIGNED], strict=True)]
    label_width = max(map(width, labels), default=0) + 1 if labels is not None else 0
    for n, row in enumerate(rows):
        label = labels[n - (heads is not None)] if labels is not None and row is not heads else ""
        padded = (pad(cell, wide, "right") for cell, wide in zip(row, widths, strict=True))
        line = " ".join(padded if len(rows) <= ALIGNED else row)
        yield (pad(label, label_width) + line).rstrip()


FORMAT = Format((".txt",), text_of(document), pages=True)
