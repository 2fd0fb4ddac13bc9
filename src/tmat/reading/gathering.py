"""Items of lines collected into blocks: the rows of one matrix and the words above them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tmat.errors import InputError
from tmat.reading.blocks import Block
from tmat.reading.labels import counts
from tmat.reading.naming import bare, is_known, name_of
from tmat.reading.no_matrix import is_heading, without_settings
from tmat.reading.number_text import is_decimal_comma
from tmat.reading.rows import Mark, Problem, Row, Words, rows_of
from tmat.reading.statements import Item, NamedValue
from tmat.reading.text_rows import is_cell
from tmat.reading.titles import parted, title
from tmat.sheet.names import meanings
from tmat.visible import visible

_SEMICOLONS = re.compile(r"[\[({]([^\[\](){};]*;[^\[\](){}]*)[\])}]")  # [1; 2; 3]: a column, or one of several rows


class Gatherer:
    """Takes items in order; yields finished blocks, and problems."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.block: Block | None = None
        self.gap = False  # a blank line since the last thing
        self.before: Item | None = None  # the last thing
        self.under = False  # whether this one stands right below rows
        self.remark = ""  # a comment that is a name
        self.words: Block | None = None  # a table of words under a name
        self.columns: Block | None = None  # the matrix that is printed some columns at a time

    @property
    def opened(self) -> bool:
        """Whether the next line may belong to rows or a name directly above."""
        return self.block is not None and not self.gap

    @property
    def open_rows(self) -> list[Row]:
        """The rows that a row without a label on the next line belongs to."""
        block = self.block
        if block is None or self.gap or not block.rows or block.rows[-1].relation or block.rows[-1].label is not None:
            return []
        return block.rows

    def take(self, item: Item) -> Iterator[Block | Problem]:
        """The blocks that an item ends, and the problems it brings."""
        gap, self.gap = self.gap, False
        self.under = not gap and isinstance(self.before, (Row, NamedValue))
        self.before = item
        if isinstance(item, Problem):
            yield from self._wrong(item, gap)
        elif isinstance(item, Mark):
            yield from self._mark(item, gap)
        elif isinstance(item, Words):
            yield from self._words(item, gap)
        elif isinstance(item, NamedValue):
            yield from self._value(item, gap)
        elif item.bars:
            if gap and self.block is not None and self.block.rows and self.block.rows[-1].label is not None:
                yield from self.finish()
            self._table_row(item, gap)
        else:
            yield from self._row(item, gap)

    def _wrong(self, item: Problem, gap: bool) -> Iterator[Block | Problem]:
        """A line that cannot be read spoils its matrix; the first such line is reported."""
        if not item.name:
            block = self._open(item.line, gap)
            if not (block.spoilt and block.rows):
                yield Problem(item.error, block.called, item.line)
            if not block.spoilt:
                block.rows.append(Row(item.line, []))
            block.spoilt = True
            return
        if self.block is not None and not self.block.rows:
            self.block = None  # the problem stands for the name
        elif gap:
            yield from self.finish()
        yield Problem(item.error, item.name, item.line)

    def _open(self, line: int, gap: bool) -> Block:
        if self.block is None:
            self.block = Block(line, self.remark or None, under=self.under and not self.remark)
            self.remark = ""
        if not self.block.rows:
            self.block.apart = gap
        return self.block

    # -- words and marks

    def _words(self, item: Words, gap: bool) -> Iterator[Block | Problem]:
        if item.kind == "remark":
            self.remark = item.text if is_known(item.text) else self.remark
            self.gap = gap
            return
        if item.kind in ("rows", "columns"):
            if self.block is not None and not self.block.rows:
                self.block.labels[item.kind] = item.words
            self.gap = gap
            return
        if item.kind == "heading" or self.block is None or self.block.rows or self.block.spoilt:
            yield from self.finish()
        if item.kind == "heading":
            name = name_of(item.text)
            sized = "=" in item.text or re.search(r"\(\s*[0-9]+ ?[×x*] ?[0-9]+\s*\)", item.text)
            if not (len(name.split()) == 1 or is_known(name) or sized):
                return
        if self.block is None:
            self.block = Block(item.line)
        self.columns = None
        self.block.above.append((item, gap))

    def _mark(self, mark: Mark, gap: bool) -> Iterator[Block | Problem]:
        block = self.block
        if mark.kind == "blank":
            self.gap = True
            if block is not None and block.rows and self.columns is None and not (block.loose or _may_be_loose(block)):
                yield from self.finish()
        elif mark.kind == "columns":
            if self.columns is None:
                self.columns = block or Block(mark.line)
            elif block is not None and block.rows and block is not self.columns:
                self.columns.beside.append(block)
            self.block = self.columns if not self.columns.rows else Block(mark.line)
        elif mark.kind == "spoilt":
            self._open(mark.line, gap).spoilt = True
        elif mark.kind == "head":
            self._head(self._open(mark.line, gap))
        elif mark.kind == "rule" and block is not None and block.rows and not block.framed:
            self._head(block)
            block.framed = True
        elif mark.kind == "series" and block is not None and all(len(row.cells) == 2 for row in block.rows):
            for row in block.rows:  # pandas' index, and a number
                row.label, row.cells, row.relation = row.cells[0], row.cells[1:], "remark"
        elif mark.kind == "types":
            self.gap = gap

    # -- rows

    def _doubt(self, block: Block, row: Row) -> Iterator[Problem]:
        block.spoilt = True
        what = "an empty line between rows: one matrix, or two?"
        error = InputError(what, f"in {self.origin}, line {row.line}", mend="put a name over each matrix")
        yield Problem(error, block.called or name_of(block.rows[0].label or ""), row.line)

    def _goes_on(self, block: Block, row: Row) -> bool:
        """Whether a row after an empty line continues the rows above, as in PARI: in brackets, without commas."""
        last = block.rows[-1]
        alike = row.label is None and row.bracket == last.bracket and len(row.cells) == len(last.cells)
        block.loose = alike and (block.loose or _may_be_loose(block)) and not (row.bracket and "," in row.raw)
        return block.loose

    def _row(self, row: Row, gap: bool) -> Iterator[Block | Problem]:
        """A row. With a label and : or =, whether it is a row of a matrix or a matrix of its own is decided at the end."""
        block = self.block
        if block is not None and block.rows:
            last = block.rows[-1]
            one = row.column and row.column == last.column  # of brackets drawn with [ and ]
            other = (row.label is None) != (last.label is None) and row.relation != "colon" and not one
            goes_on = gap and self._goes_on(block, row)
            if goes_on and (last.label is not None or (block.above and not row.bracket)):
                yield from self._doubt(block, row)
            elif (gap and not (goes_on and row.bracket)) or (
                other and (row.label is not None or not _named_by_first(block, row))
            ):
                yield from self.finish()
        elif block is not None and block.above and row.relation == "assign" and row.label:
            own = name_of(row.label)
            if is_known(own):
                if not set(meanings(block.called)) & set(meanings(own)):
                    block.above.append((Words(row.line, row.label, [own], ends=True), gap))
                row.label = None
        self._open(row.line, gap).rows.append(row)

    def _value(self, item: NamedValue, gap: bool) -> Iterator[Block | Problem]:
        """A bracketed value: a named matrix, or one of several rows below one another."""
        value, prefix = item.value, item.prefix
        labels: list[str | None] = list(value.labels) or [None] * len(value.rows)
        rows = [Row(at, cells, label, item.raw) for cells, label, at in zip(value.cells(), labels, value.lines, strict=True)]  # fmt: skip
        if value.depth == 2 and len(rows) > 1 and (inside := _SEMICOLONS.match(item.raw, item.column - 1)):
            parts = rows_of(inside[1].strip(), [], value.line, item.raw)
            as_typed = re.sub(r"[;,\s]", "", inside[1]) == "".join(cell for row in rows for cell in row.cells)
            rows = parts if as_typed and len(parts) == 1 else rows
        if len(rows) == 1 and (value.depth == 1 or rows[0].semicolons):
            [row] = rows
            row.column, row.bracket = item.column, True
            if prefix:
                row.label = bare(prefix.rstrip(" :=≈→->").strip())
                row.relation = item.relation or ("assign" if is_known(name_of(prefix)) else "")
            yield from self._row(row, gap)
            return
        if self.block is not None and self.block.rows:
            yield from self.finish()
        if prefix:
            yield from self._words(Words(value.line, prefix, prefix.split(), ends=True), gap)
        block = self._open(value.line, gap)
        block.result = item.relation == "assign" and not (prefix or gap or block.above)
        for row in rows:
            row.bracket = True
        block.rows, block.notes = rows, value.notes
        yield from self.finish()

    def _table_row(self, row: Row, gap: bool) -> None:
        block = self._open(row.line, gap)
        cells = row.cells
        if cells[0].endswith("=") and not row.raw.startswith("|"):  # of brackets drawn with bars
            block.above.append((Words(row.line, cells[0], [cells[0]], ends=True), False))
            row.cells = cells = cells[1:]
        if cells in ([], [""]):
            return
        if not block.rows and block.header is None and not all(map(_fills, cells[1:] or cells)):
            block.header = cells
        else:
            block.rows.append(row)

    def _head(self, block: Block) -> None:
        """A rule under the first row: the row is the column labels, unless it is numbers."""
        if len(block.rows) != 1 or block.header is not None:
            return
        cells = block.rows[0].cells
        labelled = len(cells) > 2 and cells[0] != "" and not _fills(cells[0])
        labelled = labelled and all(map(_fills, cells[1:])) and not counts(cells[1:])
        if cells and not labelled and (cells[0] == "" or not all(map(_fills, cells))):
            block.header = block.rows.pop().cells
        block.head_of_table = True

    # -- the end of a matrix

    def finish(self) -> Iterator[Block | Problem]:
        """End the current block."""
        block, self.block = self.block, None
        words, self.words = self.words, None
        if words is not None and (block is None or not block.rows):
            yield words  # which nobody can read as numbers
        yield from self._finished(block)

    def _finished(self, block: Block | None) -> Iterator[Block | Problem]:
        if self.columns is not None:
            if block is not None and block.rows and block is not self.columns:
                self.columns.beside.append(block)
            block, self.columns = self.columns, None
        if block is None or any(each.spoilt for each in (block, *block.beside)):
            return
        block.rows = [row for row in block.rows if row.cells or row.text]
        if block.rows and all(row.bars and not any(map(_fills, row.cells)) for row in block.rows):
            self.words = Block(block.line, block.called, header=block.header, rows=block.rows)
            self.block = Block(block.line, above=block.above)  # the matrix may stand below a table of words
            return
        if not block.above and block.rows:
            first, *rest = block.rows
            if is_heading(first, alone=not rest) and not any(is_heading(row, alone=False) for row in rest):
                block.rows = rest
        kept = block.rows
        if kept and kept[0].relation:
            kept = without_settings(kept, named=is_known(block.called))
        if len(kept) < len(block.rows):
            row = next(row for row, also in zip(block.rows, [*kept, None], strict=False) if row is not also)
            lost = bool(kept) and is_known(block.called)
            what = f"'{visible((row.label or '').strip(), 60)}' has one number: a setting, no matrix"
            mend = "put a number that is meant as a matrix in brackets: [[…]]"
            error = InputError(what, f"in {self.origin}, line {row.line}", mend=mend)
            yield Problem(error, block.called if lost else name_of(row.label or ""), row.line, lost=lost)
            block.rows = [] if lost else kept
            if not block.rows:
                return
        if block.rows:
            title(block)
        elif block.header is not None:
            block.above.append((Words(block.line, " ".join(block.header), block.header), False))
        for words, _ in block.above:
            if words.kind == "words":
                name = name_of(words.text)
                error = InputError(
                    f"'{visible(name, 60)}' is followed by no rows", f"in {self.origin}, line {words.line}",
                    "expected a matrix's name, then its rows, each a line of numbers", mend="begin remarks with #",
                )  # fmt: skip
                yield Problem(error, name, words.line, lost=False)
        if block.rows:
            yield from parted(block)


def _named_by_first(block: Block, row: Row) -> bool:
    """Turn the label of a block's only row into the block's name, if it is a matrix's name and the next row is as long."""
    first, *others = block.rows
    label = first.label or ""
    same = len(first.cells or first.text.split()) == len(row.cells or row.text.split())
    if others or not same or not (first.relation == "assign" or is_known(name_of(label))):
        return False
    if label:
        first.label, first.relation = None, ""
        block.above.append((Words(first.line, label, label.split(), ends=True), False))
    return True


def _may_be_loose(block: Block) -> bool:
    """Whether the single row of a block may be followed by others with empty lines between."""
    [*others, row] = block.rows
    named = row.label is not None and not (row.bracket and row.relation == "assign")
    return not (others or named or row.bars or block.spoilt) and len(row.cells) > 1


def _fills(cell: str) -> bool:
    return is_cell(cell) or is_decimal_comma(cell)
