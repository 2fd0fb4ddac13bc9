"""Lines without a bracketed value: rows, labelled rows, names, column labels, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tmat.errors import InputError
from tmat.reading.bracketed import in_shape
from tmat.reading.lexing import TRUTH, Token, closing
from tmat.reading.naming import SIZE_ALONE, declared, is_known, name_of
from tmat.reading.no_matrix import is_measure, is_time
from tmat.reading.number_text import number, why_not
from tmat.reading.openings import opening
from tmat.reading.rows import Mark, Problem, Row, Words, r_index, rows_of
from tmat.reading.statements import Item
from tmat.reading.text_rows import is_cell, is_misspelt, split_cells
from tmat.visible import visible

TYPES = frozenset((
    "f64", "f32", "i64", "i32", "u8", "u32", "str", "cat", "<dbl>", "<int>", "<chr>", "<fct>", "Float64", "Float32", "Int64", "String", "String7",
    "String15", "Symbol", "double", "float", "int64", "int32", "bigint", "varchar",
))  # fmt: skip
_SIZES = re.compile(
    r"(?:[0-9]+ +)?(?:given +)?[0-9]+×[0-9]+(?: [^0-9\s]+ [0-9]+×[0-9]+)*(?:,? .*)?"
)  # over a step: 1  3×2 · 2×3 → 3×3
_MOST = 8  # words of a label


class Unbracketed:
    """Reads lines without brackets; ``prose``: words are skipped, as between the tables of a page."""

    def __init__(self, origin: str, *, prose: bool = False, decimal: bool = True) -> None:
        self.origin = origin
        self.prose = prose
        self.decimal = decimal  # a comma may be a decimal one

    def where(self, line: int, column: int | None = None) -> str:
        return f"in {self.origin}, line {line}" + ("" if column is None else f", column {column}")

    def wrong(self, line: int, what: str, *details: str, column: int | None = None, mend: str | None = None, name: str = "") -> Problem:  # fmt: skip
        return Problem(InputError(what, self.where(line, column), *details, mend=mend), name, line)

    def cell_alone(self, line: int, name: str) -> Problem:
        what, mend = "a cell alone where a matrix is due", "write the whole matrix: a line a row"
        return self.wrong(line, what, mend=mend, name=name)

    def unbracketed(self, tokens: list[Token], text: str, line: int, raw: str) -> Iterator[Item]:
        """A row after its label, a row, or words."""
        if not tokens:
            return
        cut = _last_assign(tokens)
        if cut is None:
            cut = next((n for n, t in enumerate(tokens) if t.kind == "colon" and not _in_time(tokens, n)), None)
        elif tokens[cut].text == "==":
            yield Mark(line, "passed")  # a comparison, or a package's version
            return
        if cut is not None and (second := _second(tokens[:cut])) is not None:
            what = f"'{visible(second, 40)}': a second name in the line"
            yield self.wrong(line, what, mend="write one matrix under the other")
            return
        while cut is not None and cut + 2 < len(tokens) and tokens[cut + 1].kind == "tab":
            tokens = [*tokens[: cut + 1], *tokens[cut + 2 :]]
        if _is_sentence(tokens, text):
            yield Words(line, text.strip(), text.split())
            return
        indexed = r_index(tokens)
        sentence = sum(token.kind == "word" for token in tokens[: cut or 0]) > _MOST  # in which a number is said
        if cut and not sentence and cut + 1 < len(tokens) and tokens[cut + 1].kind in ("number", "blank"):
            label = text[tokens[0].start : tokens[cut].start].strip()
            relation = tokens[cut].kind if not is_cell(label) else "colon"
            yield from self._labelled(label, relation, tokens[cut + 1 :], text, line, raw)
        elif cut:
            yield from self._words(tokens, text, line)
        elif all(token.text in TRUTH or token.kind in ("comma", "end") for token in tokens):
            numbers = " ".join(f"{TRUTH[t.text]:g}" if t.kind == "word" else t.text for t in tokens)
            yield from (Row(line, cells, raw=raw) for cells in split_cells(numbers))
        elif indexed is not None:
            if any(token.kind in ("number", "blank") for token in indexed[1]):
                yield from self._labelled(indexed[0], "", indexed[1], text, line, raw)
        elif _is_row(tokens, text):
            yield from rows_of(text, tokens, line, raw, decimal=self.decimal)
        else:
            yield from self._words(tokens, text, line)

    def _labelled(
        self, label: str, relation: str, right: list[Token], text: str, line: int, raw: str
    ) -> Iterator[Item]:
        """A row after its label and a colon, or a matrix after its name and an =."""
        if is_measure(label) or (" · " in label and not is_known(name_of(label))):  # one head · no mask · d_k = 2
            yield Mark(line, "passed")
            return
        word = next((token for token in right if token.kind == "word"), None)
        if word is not None and relation == "assign":
            what = f"'{visible(word.text, 40)}' where a number is due"
            yield self.wrong(line, what, column=word.start + 1, name=name_of(label))
            return
        rows = rows_of(text, right, line, raw, decimal=self.decimal)
        size = declared(label) if len(rows) == 1 else None
        if size is not None:
            yield from self._in_shape(name_of(label), rows[0], size, line)
            return
        if relation and any(token.kind == "end" for token in right[:-1]):
            yield Words(line, label, label.split(), ends=True)
            yield from rows
            return
        for row in rows:
            row.label, row.relation = label, relation
            yield row

    def _in_shape(self, name: str, row: Row, size: tuple[int, int], line: int) -> Iterator[Item]:
        """Numbers in the size that is declared before them: APL's 2 3 ⍴ 1 2 3 4 5 6, OpenCV's (2,3) << 1, 2, …."""
        cells = row.cells or row.text.replace(",", " ").split()
        while cells and cells[-1].strip() in (")", "", ")."):
            cells = cells[:-1]
        if len(cells) == 1:  # Q[0][1] = 0.5
            yield self.cell_alone(line, name)
            return
        try:
            rows = in_shape(cells, size, lambda what: InputError(what, self.where(line)))
        except InputError as error:
            yield Problem(error, name, line)
            return
        if name:
            yield Words(line, name, [name], ends=True)
        yield from (Row(line, cells, raw=row.raw) for cells in rows)

    def _words(self, tokens: list[Token], text: str, line: int) -> Iterator[Item]:
        """A line without a row: a name, the columns' labels, or prose."""
        words = [token for token in tokens if token.kind == "word"]
        wrong = next((t for t in words if is_misspelt(t.text) and not SIZE_ALONE.fullmatch(t.text)), None)
        nested = next((n for n in range(1, len(tokens)) if tokens[n].kind == tokens[n - 1].kind == "open"), None)
        if wrong is None and nested is not None and any(token.kind == "number" for token in tokens[nested:]):
            wrong = next((token for token in words if token.start > tokens[nested].start), None)
        if wrong is not None and not text.rstrip().endswith("="):  # what an equals sign ends is a name
            what, mend = why_not(wrong.text)
            yield self.wrong(line, what, column=wrong.start + 1, mend=mend)
            return
        left = next((n for n, t in enumerate(tokens) if t.kind == "open" and closing(tokens, n) is None), len(tokens))
        if sum(token.kind == "number" for token in tokens[left:]) > 1:
            what = f"'{visible(text[: tokens[left].end].strip(), 40)}' holds numbers and is not closed"
            mend = "write the numbers in brackets: [[…], […]]"
            yield self.wrong(line, what, column=tokens[left].start + 1, mend=mend)
            return
        stripped = text.strip()
        parts = [t.text.strip("\"'`") for t in tokens if t.kind in ("word", "quoted", "number", "blank", "tab")]
        parts = [part for part in parts if part.strip()]
        if parts and set(parts) <= TYPES:
            yield Mark(line, "types")
        elif not (self.prose and parts and SIZE_ALONE.fullmatch(parts[0])):  # a caption that begins with a size
            if (sign := "\t" if "\t" in stripped else ",") in stripped:
                parts = [cell.strip() for cell in text.rstrip("\n").split(sign)]
            ends = stripped.endswith((":", "=", "→", "->", "=>"))
            yield Words(line, stripped, parts, ends=ends, indented=text[:1].isspace())


def _last_assign(tokens: list[Token]) -> int | None:
    """The last equals sign that stands in no bracket: of matrix(seq(1, 6), nrow=2) there is none."""
    depth, found = 0, None
    for n, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "assign" and (depth <= 0 or token.text == "<<"):
            found = n
    return found


def _is_sentence(tokens: list[Token], text: str) -> bool:
    """Whether a line is a sentence with a number or two: Note that each row sums to 1."""
    words = sum(token.kind == "word" and token.text[0].isalpha() for token in tokens)
    numbers = sum(any(sign.isdigit() for sign in token.text) for token in tokens)
    return text.rstrip()[-1:] in (".", "!", "?") and tokens[0].kind == "word" and words > 3 and words >= 4 * numbers


def _second(before: list[Token]) -> str | None:
    """A second name in the line, right after numbers: K in Q = 1 2   K = 5 6."""
    first = next((n for n, token in enumerate(before) if token.kind == "assign"), len(before))
    *_, last, word = [None, None, *(token for token in before[first + 1 :] if token.kind != "comma")]
    named = last and word and word.kind == "word" and word.text[0].isalpha() and last.kind in ("number", "blank")
    return word.text if word and named else None


def _in_time(tokens: list[Token], n: int) -> bool:
    """Whether the colon at a token belongs to a time, a range or an aside, and ends no label."""
    if sum((token.kind == "open") - (token.kind == "close") for token in tokens[max(0, n - 40) : n]) > 0:
        return True  # (default: 6)
    if not 0 < n < len(tokens) - 1 or tokens[n - 1].end < tokens[n].start or tokens[n].end < tokens[n + 1].start:
        return False
    return is_time(tokens[n - 1].text, tokens[n + 1].text)


def _is_row(tokens: list[Token], text: str) -> bool:
    """Whether an unlabelled line is a row: its numbers do not merely count a name, as in head 1 or (1) Q."""
    numbers, depth = [], 0
    for n, token in enumerate(tokens):
        depth = max(0, depth + (token.kind == "open") - (token.kind == "close"))  # a) 1 2
        if not depth and token.kind in ("number", "blank"):
            numbers.append(n)
    if not numbers:
        return False
    words = [token.text for token in tokens if token.kind in ("word", "quoted")]
    if len(numbers) > 1 or not words or len(tokens) > 8:
        return True
    counts = tokens[numbers[0]].text in ("-", "–", "—") or tokens[numbers[0]].text.strip("().").isdigit()
    last = tokens[-1].kind not in ("number", "blank")
    phrase = " ".join(words)
    named = is_known(phrase) or is_known(name_of(phrase)) or is_known(name_of(text))
    return not (
        counts and (named or phrase.lower() in ("head", "step")) and (last or numbers[0] in (0, len(tokens) - 1))
    )


def is_prose(text: str, tokens: list[Token]) -> bool:
    """Whether a line is a size, a formula or mostly words: neither a row nor a name."""
    bold = text.startswith("**") and not is_known(name_of(text))
    if "$" in text or bold or SIZE_ALONE.fullmatch(text) or _SIZES.fullmatch(text):
        return True
    if text.endswith(("=", ":")) or (any(sign in text for sign in "[({") and opening(tokens) is not None):
        return False
    words = [word.strip(",()") for word in text.split()]
    return len(words) > 2 and 2 * sum(number(word) is not None or is_cell(word) for word in words) < len(words)
