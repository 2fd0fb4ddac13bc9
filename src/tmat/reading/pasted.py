"""Named matrices in any text that people paste: one grammar for prints, code, tables, markup and what is typed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from tmat.errors import InputError, fold
from tmat.reading.blocks import Block, Row, TypedMatrix, typed
from tmat.reading.brackets import Brackets, Value, truth_as_number, value_of
from tmat.reading.lexing import TRUTH, Token, lex, narrow_thousands, tidied
from tmat.reading.markup import without_markup
from tmat.reading.naming import bare, is_known, name_of, stage_of
from tmat.reading.number_text import number, why_not
from tmat.reading.openings import after_bracket, cells_of, in_shape, opening, r_index, without_marks
from tmat.reading.text_rows import (
    TIGHT,
    is_box_rule,
    is_cell,
    is_misspelt,
    is_pipe_row,
    is_pipe_rule,
    pipe_cells,
    split_cells,
)
from tmat.visible import visible

_LONG = 100_000
_PLAIN = re.compile(r"(?=\s*[+\-−.,;]?\.?[0-9])[0-9eE+\-−.,; \t]*[0-9][0-9eE+\-−.,; \t]*")
_HEADING = re.compile(r"\s*#{2,6}\s+(\S.*)")
_DIGIT = re.compile("[0-9]")
_DEEP = re.compile(r"[\[({]{40}")
_EMPTY = re.compile(r"(?:[,;|] ?){1000}")  # of a line that is too long to be looked at for their sake
_COMMENT = re.compile(r"(?:^|\s)(?:#.*|//.*|%[%\s]*[^\W\d_].*)$|(?:^|\s)/\*.*?\*/\s*$")
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|`{3,}.*|~{3,}.*|_{5,}|:{3,}.*)\s*")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.(?=\s)|In ?\[\d*\]:|Out ?\[\d*\][:=]|julia>|octave:\d+>|>>|(?:\[\d+\]:))\s?")
_COLUMNS = re.compile(r"\s*Columns?\s+\d+(?:\s*(?:through|thru|to|and|-|–|:)\s*\d+)?\s*:?\s*", re.IGNORECASE)
_SCALE = re.compile(r"\s*[0-9.]+(?:[eE][+\-]?[0-9]+)?\s*[*×]\s*|\s*10\^[+\-]?[0-9]+\s*[*×]\s*")
_NOISE = re.compile(
    r"\s*(?:[0-9,]+\s?[×x]\s?[0-9,]+ (?:(?:[\w.]+\.)?\w*(?:Matrix|Array|Adjoint|Transpose|DataFrame|LinearAlgebra)\b.*|sparse.*)|[0-9,]+-element .*"
    r"|\[[0-9]+ rows x [0-9]+ columns\]|\([0-9]+ rows?\)|shape: ?\([0-9, ]*\)|dtype: ?\w+|Name: ?\S+, dtype: ?\w+"
    r"|Parameter containing:|ans =|import .*|from \S+ import .*|library\(.*\)|print\(.*\)|disp\(.*\)|torch\.Size\(\[[0-9, ]*\]\)"
    r"|\[torch\.\w+ of size .*\]|# A tibble.*|<class .*>|DeviceArray.*shape.*|\(?dtype=\S*\)?,?|device=\S*,?|requires_grad=\S*\)?,?|using .*|end)\s*"
)  # fmt: skip
_TYPES = frozenset(
    [
        "f64",
        "f32",
        "i64",
        "i32",
        "u8",
        "u32",
        "str",
        "cat",
        "<dbl>",
        "<int>",
        "<chr>",
        "<fct>",
        "Float64",
        "Float32",
        "Int64",
        "String",
        "String7",
        "String15",
        "Symbol",
    ]
)
_OPERATORS = frozenset("·×*@+-−/÷⊙∘⊗")
_SIZE_ALONE = re.compile(r"[0-9]+ ?[×x] ?[0-9]+")
_SIZES = re.compile(
    r"(?:[0-9]+ +)?(?:given +)?[0-9]+×[0-9]+(?: [^0-9\s]+ [0-9]+×[0-9]+)*(?:,? .*)?"
)  # over a step: 1  3×2 · 2×3 → 3×3
_CELL_OF = re.compile(r"\s*[^\s\[\]]+\[[^\[\]]*,[^\[\]]*\]\s*(?:[=≈&:]|$)")
_STATEMENT = re.compile(r"\s*(?:[^\W\d][\w.]{0,60}\s*(?::=|=|<-|:)\s*(?:[\[({]|[\w.]+\(\[?)|#{2,6}\s)")
_ENDING = re.compile(r"\s*(?:in|of|on|at|to|for)\b")


@dataclass(slots=True)
class Problem:
    """What kept one matrix from being read: the others are."""

    error: InputError
    name: str
    line: int
    lost: bool = True  # numbers are lost with it; else only words


@dataclass(slots=True)
class Pasted:
    """What a text holds: the matrices, and what could not be read."""

    found: list[TypedMatrix] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def lost(self) -> list[Problem]:
        """The problems that cost a number."""
        return [problem for problem in self.problems if problem.lost]


def read_pasted(text: str, origin: str = "the text", *, commas: bool = False) -> Pasted:
    """The matrices of a text in any of the forms that people paste, in its order, and what could not be read.

    ``commas`` says that commas part cells, as they do in a .csv: none of them is a decimal one.

    >>> found = read_pasted("A = np.array([[0.5, 1],\\n   [2, 1/8]])\\n\\nZ\\ncat: 1 2\\nsat: 3 4").found
    >>> [(one.name, one.matrix.values.tolist()) for one in found]
    [('A', [[0.5, 1.0], [2.0, 0.125]]), ('Z', [[1.0, 2.0], [3.0, 4.0]])]
    """
    plain = without_markup(text.removeprefix("\ufeff"))
    lines = re.split(r"\r\n|\r|\n", plain.text)
    reader = _Reader(origin, plain.lines, tables=plain.prose or any(map(is_pipe_rule, lines)))
    reader.commas = commas
    for line, raw in enumerate(lines, 1):
        reader.take(raw, line)
    reader.end()
    return reader.pasted


class _Reader:
    def __init__(self, origin: str, places: list[int] | None, *, tables: bool) -> None:
        self.origin = origin
        self.places = places  # the line of the source of each line, where markup was taken off
        self.tables = tables  # a page in Markdown: between its tables there may be prose
        self.pasted = Pasted()
        self.seen: dict[tuple[str, str], tuple[int, list[list[str]]]] = {}
        self.stages: list[str] = []  # of each matrix found
        self.stage = ""  # of a worksheet of several stages, the one whose heading came last
        self.block: _Open | None = None
        self.group: Brackets | None = None
        self.before: tuple[str, str] = ("", "")  # what stands before the bracket, and how it is tied to it
        self.blank_since = False
        self.remark = ""  # a comment that is a name
        self.columns: Block | None = None  # the matrix that is printed some columns at a time
        self.in_columns = False
        self.scaled = False
        self.commas = False
        self.working = False  # of a cell, which may go on over lines

    # -- where

    def line_of(self, line: int) -> int:
        return self.places[line - 1] if self.places is not None and line <= len(self.places) else line

    def where(self, line: int, column: int | None = None) -> str:
        place = f"in {self.origin}, line {self.line_of(line)}"
        return place if column is None else f"{place}, column {column}"

    def problem(self, error: InputError, name: str, line: int, *, lost: bool = True) -> None:
        self.pasted.problems.append(Problem(error, name, line, lost))

    # -- line by line

    def take(self, raw: str, line: int) -> None:
        if len(raw) > _LONG and self._is_long_word(raw, line):
            return
        if len(raw) > _LONG and (_DEEP.search(raw) or _EMPTY.search(raw) or not _DIGIT.search(raw)):
            error = InputError(
                "brackets or separators without numbers between", self.where(line), "expected rows of numbers"
            )
            self.problem(error, self._name(), line)
            return
        if self.group is not None and self._goes_on(raw, line):
            return
        text = tidied(raw)
        if _PLAIN.fullmatch(text) and not _RULE.fullmatch(text):
            self.plain(text.strip(), line)
            return
        heading = _HEADING.fullmatch(text)
        if heading:
            self.heading(heading[1], line)
            return
        cut = _COMMENT.sub("", text).rstrip() if "#" in text or "/" in text or "%" in text else text
        stripped = cut.strip()
        if not stripped or (_RULE.fullmatch(stripped) and not is_pipe_row(stripped)):
            self._empty(text, stripped)
            return
        thousands = narrow_thousands(raw)
        if thousands is not None:
            error = InputError(
                f"'{visible(thousands, 40)}': one number, or several cells?", self.where(line),
                mend="write thousands without a space between",
            )  # fmt: skip
            self.problem(error, self._name(), line)
            return
        self.line(cut, line, raw)

    def _is_long_word(self, raw: str, line: int) -> bool:
        """A word of a million letters is refused before it is looked at in every way there is."""
        word = next(
            (word for word in raw.split() if len(word) > _LONG and not re.search(r"[,;\[\]|]", word[:_LONG])), None
        )
        if word is None:
            return False
        error = InputError(
            f"{visible(word, 20)} has {len(word)} characters", self.where(line), "expected rows of numbers"
        )
        self.problem(error, self._name(), line)
        return True

    def _empty(self, text: str, stripped: str) -> None:
        comment = text.strip()
        if comment.startswith("#"):
            said = name_of(comment.lstrip("#"))
            self.stage = said if stage_of(said) else self.stage
            self.remark = said if is_known(said) else self.remark
        elif stripped or not comment.startswith(("//", "%", "/*")):
            self.blank_line()

    def line(self, text: str, line: int, raw: str) -> None:
        """A line that is neither empty, plain numbers nor a heading."""
        prompt = _PROMPT.match(text)
        if prompt and prompt.end() < len(text):
            text = text[: prompt.start()] + " " * (prompt.end() - prompt.start()) + text[prompt.end() :]
        if _COLUMNS.fullmatch(text):
            self.column_block(line)
            return
        if _SCALE.fullmatch(text):
            self.scaled = True
            error = InputError(
                f"'{text.strip()}' before the rows: their digits are lost", self.where(line),
                mend="print them whole: format long g, or format shortg",
            )  # fmt: skip
            self.problem(error, self._name(), line)
            if self.block is not None:
                self.block.spoilt = True
            else:
                self.block = _Open(line, spoilt=True)
            return
        if _NOISE.fullmatch(text):
            self.blank_since = False
            return
        stripped = text.strip()
        boxed = re.sub("[│┃║┆┊]", "|", stripped)
        if is_box_rule(stripped):
            self.rule(line)
            return
        if is_pipe_row(boxed) or is_pipe_rule(boxed):
            self.table_row(boxed, line)
            return
        if len(stripped) > 2 and stripped[0] == stripped[-1] == "=":
            self.heading(stripped.strip("="), line)
            return
        if self.working and stripped.startswith(("=", "≈")):
            return  # the working of a cell goes on
        self.working = False
        opened = self.block is not None and (self.block.filled or not self.blank_since)
        if _CELL_OF.match(text):
            self._one_cell(lex(text), line)
            self.working = True
            return
        if self.tables and (self.blank_since or not opened) and _is_prose(stripped):
            return
        self.statement(lex(text), text, line, raw)
        self.blank_since = False

    # -- brackets

    def _goes_on(self, raw: str, line: int) -> bool:
        """Take a line into the bracket that is open; False where the bracket was evidently never closed."""
        assert self.group is not None
        text = tidied(raw)
        if self.group.stack and _STATEMENT.match(text) and not self.group.stack[-1].key and self._starts_anew(text):
            self._never_closed(line)
            return False
        tokens = lex(_COMMENT.sub("", text) if "#" in text or "/" in text or "%" in text else text)
        taken = self.group.take(tokens, self.line_of(line))
        if self.group.done is not None:
            self._close(tokens[taken:], text, line, raw)
        return True

    def _starts_anew(self, text: str) -> bool:
        assert self.group is not None
        key = re.split(r"[:=<\s]", text.strip(), maxsplit=1)[0]
        return bool(self.group.stack[0].items) and key not in (
            "dtype", "device", "requires_grad", "grad_fn", "shape", "nrow", "ncol", "byrow", "dimnames", "columns", "index", "numpy",
        )  # fmt: skip

    def _never_closed(self, line: int) -> None:
        assert self.group is not None
        opened = self.group.stack[-1] if self.group.stack else None
        at = opened.line if opened else line
        column = opened.opened.start + 1 if opened else 1
        sign = opened.opened.text if opened else "["
        error = InputError(f"'{sign}' is never closed", f"in {self.origin}, line {at}, column {column}",
                           "expected rows of numbers, then the closing bracket")  # fmt: skip
        name = self._prefix_name()
        self.group = None
        self.problem(error, name, at)

    def _prefix_name(self) -> str:
        prefix, _ = self.before
        return name_of(prefix) if prefix else self._name()

    def _name(self) -> str:
        return (self.block.name or "") if self.block is not None else ""

    def statement(self, tokens: list[Token], text: str, line: int, raw: str) -> None:
        """What a line holds from some token on: a bracketed value, a row, a name."""
        if not tokens:
            return
        at = opening(tokens)
        if at is None:
            self.words_and_numbers(tokens, text, line, raw)
            return
        first, rest = at
        prefix = text[tokens[0].start : tokens[first].start] if first else ""
        relation = tokens[first - 1].kind if first else ""
        self.before = (prefix.strip(), relation if relation in ("assign", "colon") else "")
        self.group = Brackets(self.origin)
        self.group.word = tokens[rest - 1] if rest else None
        body = tokens[rest:]
        taken = self.group.take(body, self.line_of(line))
        if self.group.done is not None:
            self._close(body[taken:], text, line, raw)

    def _close(self, rest: list[Token], text: str, line: int, raw: str) -> None:
        """The bracket is closed: what it held is a matrix, or a row."""
        group, self.group = self.group, None
        assert group is not None and group.done is not None
        transposed, reshaped, rest = after_bracket(rest)
        name = self._prefix_name()
        try:
            if group.error is not None:
                raise group.error
            value = value_of(group.done, self.origin)
            if reshaped:
                value = in_shape(value, reshaped, self.where(line))
            if transposed:
                value.rows = (
                    [list(column) for column in zip(*value.rows, strict=True)]
                    if len({len(r) for r in value.rows}) == 1
                    else value.rows
                )
                value.labels, value.lines = [], [value.line] * len(value.rows)
                value.depth = 2
            product = rest and rest[0].kind == "open" and any(token.kind == "assign" for token in rest)
            if product or (
                rest
                and (rest[0].text[:1] in _OPERATORS or rest[0].text in ("cdot", "times"))
                and rest[0].kind != "number"
            ):
                self._operand(rest, text, line, raw, value)
                return
            self.value(value, line, raw)
        except InputError as error:
            self.problem(error, name, line)
            self._drop_empty()
        while rest and (
            rest[0].kind in ("comma", "end", "close") or rest[0].text in ("and", "&", "$", "$$", ".", "\\", "quad")
        ):
            rest = rest[1:]
        if rest and any(token.kind in ("open", "assign", "colon") for token in rest):
            self.blank_since = False
            self.statement(rest, text, line, raw)

    def _operand(self, rest: list[Token], text: str, line: int, raw: str, value: Value) -> None:
        """A value that an operator follows is not the matrix yet: that stands right of the last =."""
        last = max((n for n, token in enumerate(rest) if token.kind == "assign"), default=None)
        if last is None or last + 1 == len(rest):
            raise InputError("an operation where a matrix is due", self.where(value.line), mend="write its result")
        prefix, _ = self.before
        kept = self.pasted
        self.statement(rest[last + 1 :], text, line, raw) if not prefix else self._named(
            prefix, rest[last + 1 :], text, line, raw
        )
        assert kept is self.pasted

    def _named(self, prefix: str, tokens: list[Token], text: str, line: int, raw: str) -> None:
        at = opening(tokens)
        if at is None:
            self.start(name_of(prefix), line)
            self.words_and_numbers(tokens, text, line, raw)
            return
        self.group = Brackets(self.origin)
        self.before = (prefix, "assign")
        taken = self.group.take(tokens[at[1] :], self.line_of(line))
        if self.group.done is not None:
            self._close(tokens[at[1] :][taken:], text, line, raw)

    def value(self, value: Value, line: int, raw: str) -> None:
        """A bracketed value: a matrix under its name, or one row of several that stand below one another."""
        prefix, relation = self.before
        dims = re.search(r"\[([0-9]{1,5})\]\[([0-9]{1,5})\]\s*=?\s*$", prefix)
        if dims and value.depth == 1:
            value = in_shape(value, (int(dims[1]), int(dims[2])), self.where(line))
        labels: list[str | None] = list(value.labels) or [None] * len(value.rows)
        rows = [
            Row(at, [truth_as_number(token.text) for token in tokens], label, raw, bracket=True)
            for tokens, label, at in zip(value.rows, labels, value.lines, strict=True)
        ]
        if value.depth > 1:
            if prefix:
                self.start(name_of(prefix), value.line, own=True)
            block = self.open(value.line)
            if block.filled:
                self.finish()
                block = self.open(value.line)
            block.rows += rows
            block.notes += value.notes
            block.whole = True
            self.close_whole()
            return
        [row] = rows
        if prefix:
            row.label = bare(prefix.rstrip(" :=≈").strip()) if relation else bare(prefix)
            row.relation = relation
            if not relation and is_known(name_of(prefix)):
                row.relation = "assign"
        self.labelled(row)

    def close_whole(self) -> None:
        """A matrix that its bracket ends: what follows is another's."""
        if self.block is not None:
            self.finish()

    def labelled(self, row: Row) -> None:
        """A row with a label before a colon or an = : one of several, or a matrix of one row; which, shows at the end."""
        block = self.block
        goes_on = (
            block is not None and not block.whole
            and ((not block.filled and (not self.blank_since or block.heading)) or (block.filled and not self.blank_since))
        )  # fmt: skip
        if block is not None and goes_on:
            if block.filled and (row.label is None) != (block.rows[-1].label is None) and row.relation != "colon":
                goes_on = False
            if (
                not block.filled
                and row.relation == "assign"
                and row.label
                and is_known(name_of(row.label))
                and block.name
            ):
                goes_on = _same_name(block.name, name_of(row.label)) or False
                if not goes_on:
                    self.start(name_of(row.label), row.line, own=True)
                    row.label = None
                    assert self.block is not None
                    self.block.rows.append(row)
                    return
                row.label = None
        if not goes_on:
            self.finish()
        self.open(row.line).rows.append(row)

    # -- rows and names

    def plain(self, text: str, line: int) -> None:
        """A line of nothing but plain numbers."""
        block = self.block
        if block is not None and block.filled and block.rows[-1].relation:
            self.finish()
        self.add_row(text, line, text)
        self.blank_since = False

    def add_row(self, text: str, line: int, raw: str, label: str | None = None) -> None:
        block = self.open(line)
        if block.whole:
            self.finish()
            block = self.open(line)
        if ";" in text:
            pieces = [piece.strip() for piece in text.strip().rstrip(";").split(";")]
            single = len(pieces) > 1 and not any(re.search(r"\s", piece) or (piece.count(",") > 1) for piece in pieces)
            if single and all(is_cell(p) or TIGHT.search(p) for p in pieces[1:]):
                block.rows.append(Row(line, pieces, label, raw, text if self.tight(text) else "", semicolons=True))
                return
        if self.tight(text):
            block.rows.append(Row(line, [], label, raw, text))
            return
        for cells in split_cells(text) or [[""]] * (text.count(",") > 0):
            block.rows.append(Row(line, cells, label, raw))

    def tight(self, text: str) -> bool:
        """Whether a comma of the text may be a decimal one."""
        return not self.commas and TIGHT.search(text) is not None

    def words_and_numbers(self, tokens: list[Token], text: str, line: int, raw: str) -> None:
        """A line without a bracketed value."""
        tokens = without_marks(tokens)
        if not tokens:
            return
        cut = max((n for n, t in enumerate(tokens) if t.kind == "assign"), default=None)
        if cut is None:
            cut = next((n for n, t in enumerate(tokens) if t.kind == "colon"), None)
        if cut is not None and cut > 0:
            right = tokens[cut + 1 :]
            label = text[tokens[0].start : tokens[cut].start].strip()
            if right and right[0].kind in ("number", "blank") and not is_cell(label):
                self.row_of(label, tokens[cut].kind, right, text, line, raw)
                return
            if right and right[0].kind in ("number", "blank"):
                self.row_of(label, "colon", right, text, line, raw)
                return
            self._spoken(tokens, text, line)
            return
        numbers = [token for token in tokens if token.kind in ("number", "blank")]
        truths = all(token.text in TRUTH or token.kind == "comma" for token in tokens)
        if truths:
            self.open(line).rows.append(
                Row(line, [truth_as_number(t.text) for t in tokens if t.kind == "word"], raw=raw)
            )
            return
        if not numbers or self._is_counted_name(tokens):
            self._spoken(tokens, text, line)
            return
        self.unlabelled(tokens, text, line, raw)

    def _is_counted_name(self, tokens: list[Token]) -> bool:
        """head 1, (1) Q, 2 · scores: a name with a number before or behind it."""
        numbers = [n for n, token in enumerate(tokens) if token.kind in ("number", "blank")]
        if len(numbers) != 1 or len(tokens) > 6:
            return False
        at = numbers[0]
        whole = tokens[at].text.strip("().")
        if not whole.isdigit() and tokens[at].text not in ("-", "–", "—"):
            return False
        words = " ".join(token.text for token in tokens if token.kind == "word")
        return (
            at in (0, len(tokens) - 1)
            and words[:1].isalpha()
            and (is_known(words) or is_known(name_of(words)) or words.lower() in ("head", "step"))
        )

    def unlabelled(self, tokens: list[Token], text: str, line: int, raw: str) -> None:
        """A row whose cells are parted by spaces, tabs or commas, perhaps with words before them."""
        indexed = r_index(tokens)
        if indexed is not None:
            label, rest = indexed
            if not any(token.kind in ("number", "blank") for token in rest):
                return  # R's head: [,1] [,2]
            self.row_of(label, "", rest, text, line, raw)
            return
        spelled = any(re.search(r"[^0-9eE+\-−–.,]", token.text) for token in tokens if token.kind == "number")
        spelled = spelled or "≈" in text or "≃" in text or "~" in text
        start = text[tokens[0].start : tokens[-1].end]
        block = self.block
        if block is not None and block.filled and block.rows[-1].relation:
            self.finish()
        kinds = {token.kind for token in tokens}
        if spelled and "tab" not in kinds and not self.tight(text):
            row: list[Token] = []
            for token in [*tokens, Token("end", ";", len(text), len(text))]:
                if token.kind != "end":
                    row.append(token)
                elif row:
                    self.open(line).rows.append(Row(line, cells_of(row), raw=raw))
                    row = []
        else:
            self.add_row(start, line, raw)

    def row_of(self, label: str, relation: str, right: list[Token], text: str, line: int, raw: str) -> None:
        """A row after its label and a colon, or a matrix after its name and an =."""
        body = text[right[0].start : right[-1].end]
        named = bare(label.strip("()[] ")) or label
        if any(token.kind == "end" for token in right[:-1]) and relation:
            self.start(name_of(label), line, own=True)
            self.add_row(body, line, raw)
            return
        words = [token for token in right if token.kind == "word"]
        if words and relation == "assign":
            error = InputError(*_no_number(words[0].text, self.where(line, words[0].start + 1)))
            self.problem(error, name_of(label), line)
            return
        spelled = not self.tight(body)
        cells = cells_of(right) if spelled else []
        self.labelled(Row(line, cells, named, raw, "" if spelled else body, relation=relation))

    def _one_cell(self, tokens: list[Token], line: int) -> None:
        """Q[1, 2] = 0.3·0.5 + … = 0.4 is the working of a cell: no matrix, and what it comes to stands in one."""
        numbers = [token for token in tokens if token.kind == "number"]
        if len(numbers) < 2 and not any(token.kind == "word" for token in tokens[1:]):
            error = InputError(
                "a cell alone where a matrix is due", self.where(line), mend="write the whole matrix: a line a row"
            )
            self.problem(error, tokens[0].text, line)

    def _spoken(self, tokens: list[Token], text: str, line: int) -> None:
        """A line without a row: a name, the columns' labels, or prose."""
        block = self.block
        words = [
            token.text.strip("\"'`") for token in tokens if token.kind in ("word", "quoted", "number", "blank", "tab")
        ]
        words = [word for word in words if word.strip()]
        wrong = next(
            (
                token
                for token in tokens
                if token.kind == "word" and is_misspelt(token.text) and not _SIZE_ALONE.fullmatch(token.text)
            ),
            None,
        )
        if wrong is not None:
            what, mend = why_not(wrong.text)
            error = InputError(what, self.where(line, wrong.start + 1), mend=mend)
            self.problem(error, self._name(), line)
            return
        said = text.strip()
        ends = said.rstrip().endswith((":", "="))
        if set(words) <= _TYPES and block is not None and block.header is not None:
            return
        if r_index(tokens) is not None:
            return
        sizes = [bool(_SIZE_ALONE.fullmatch(word)) for word in words]
        if self.tables and sizes[:1] == [True]:
            return  # a caption that begins with a size names nothing
        title = block is not None and block.heading and self.blank_since and sizes.count(False) == 1
        if block is None or block.filled or block.whole or block.name is None or title or ends:
            also = block.name if block is not None and not block.filled and block.name and ends else ""
            if also and block is not None and not block.spoilt:
                self.block = None
            self.start(name_of(said), line, own=ends)
            if not ends and len(words) > 1 and self.block is not None and not is_known(self.block.name or ""):
                self.block.perhaps = words
            if also and self.block is not None:
                self.block.also = also
            return
        if block.header is None and (not self.blank_since or block.heading):
            block.header = (
                words if "\t" not in text.strip() else [cell.strip() for cell in text.rstrip("\n").split("\t")]
            )
            return
        self.no_rows(block)
        self.block = None
        self.start(name_of(said), line)

    def heading(self, text: str, line: int) -> None:
        self.finish()
        said = text.strip()
        name = name_of(said)
        self.stage = name if stage_of(name) else self.stage
        words = name.split()
        if len(words) == 1 or is_known(name):
            self.block = _Open(line, name, heading=True)
        elif "=" in said or re.search(r"\(\s*[0-9]+ ?[×x*] ?[0-9]+\s*\)", said):
            self.block = _Open(line, words[0] if words else "", heading=True)
        self.blank_since = False

    def blank_line(self) -> None:
        block = self.block
        if block is not None and block.filled and not self.in_columns:
            self.finish()
        elif block is not None:
            block.perhaps = None
        self.blank_since = True

    def start(self, name: str, line: int, *, own: bool = False) -> None:
        """A matrix of that name begins; ``own`` where its name and its numbers are one statement, so that one above is a title."""
        block = self.block
        also = ""
        if own and block is not None and not block.filled and block.name and not block.spoilt:
            also = block.name
            self.block = None
        self.finish()
        self.columns, self.in_columns = None, False
        self.block = _Open(line, name, also=also)

    def open(self, line: int) -> _Open:
        if self.block is None:
            self.block = _Open(line, self.remark or None)
            self.remark = ""
        return self.block

    def _drop_empty(self) -> None:
        """The name whose rows could not be read has had its say."""
        if self.block is not None and not self.block.filled:
            self.block = None

    def column_block(self, line: int) -> None:
        """Columns 1 through 8: the matrix goes on beside."""
        block = self.block
        self.blank_since = False
        if block is not None and block.filled:
            if self.columns is None:
                self.columns = block
            else:
                self.columns.beside.append(block)
            self.block = _Open(line, self.columns.name)
        self.in_columns = True

    # -- tables

    def rule(self, line: int) -> None:
        """A line of a frame: what stands above the first one is a head."""
        block = self.block
        if block is None or not block.rows:
            return
        if len(block.rows) == 1 and block.header is None and not block.framed:
            self._head_of_table(block)
        block.framed = True

    def _head_of_table(self, block: _Open) -> None:
        cells = block.rows[0].cells
        if cells[0] == "" or any(not is_cell(cell) for cell in cells):
            block.header = block.rows.pop().cells
        block.head_of_table = True

    def table_row(self, text: str, line: int) -> None:
        block = self.open(line)
        if is_pipe_rule(text):
            if len(block.rows) == 1 and block.header is None:
                self._head_of_table(block)
            return
        cells = pipe_cells(text)
        if all(cell in _TYPES or cell in ("---", "") for cell in cells):
            return
        if not block.rows and block.header is None and any(not is_cell(cell) for cell in cells[1:] or cells):
            block.header = cells
        else:
            block.rows.append(Row(line, cells, raw=text))
        self.blank_since = False

    # -- the end of a matrix

    def no_rows(self, block: Block) -> None:
        what = f"'{visible(block.name or '', 60)}' is followed by no rows"
        error = InputError(
            what, self.where(block.line), "expected a matrix's name, then its rows, each a line of numbers",
            mend="begin remarks with #",
        )  # fmt: skip
        self.problem(error, block.name or "", block.line, lost=False)

    def finish(self) -> None:
        block, self.block = self.block, None
        if block is None:
            return
        if self.columns is not None:
            if block is not self.columns and block.filled:
                self.columns.beside.append(block)
            block, self.columns, self.in_columns = self.columns, None, False  # type: ignore[assignment]
            assert block is not None
        if getattr(block, "spoilt", False):
            return
        block.rows = [row for row in block.rows if row.cells or row.text]
        if not block.rows:
            if not (block.heading and block.header is None):
                self.no_rows(block)
            return
        if block.perhaps is not None and block.header is None and block.heads(block.perhaps):
            block.header, block.name = block.perhaps, self.remark or None
        for one in _parted(block):
            self._settle(one)

    def _settle(self, block: Block) -> None:
        name = block.name or ""
        block.line = self.line_of(block.line)
        for row in block.rows:
            row.line = row.line if row.bracket else self.line_of(row.line)
        try:
            found = typed(block, self.origin)
        except InputError as refused:
            if not name and stage_of(self.stage) == "vocab":
                return  # the table of a vocabulary
            self.problem(refused, name, block.line)
            return
        twin, texts = self.seen.setdefault((self.stage, fold(name)), (block.line, found.texts))
        if twin != block.line or texts is not found.texts:
            if texts == found.texts:
                return  # the same again, as a page shows an operand again
            what = f"'{visible(name, 60)}' is given twice" if name else "two blocks of rows without a name"
            error = InputError(
                what, f"in {self.origin}, lines {twin} and {block.line}", mend=None if name else "put a name over each"
            )
            self.problem(error, name, block.line)
            return
        self.pasted.found.append(found)
        self.stages.append(self.stage)

    def end(self) -> None:
        if self.group is not None:
            self._never_closed(0)
        self.finish()
        found = self.pasted.found
        counts = Counter(fold(one.name) for one in found)
        for n, (one, stage) in enumerate(zip(found, self.stages, strict=True)):
            if counts[fold(one.name)] > 1 and stage:
                found[n] = replace(one, name=f"{stage}.{one.name}")


class _Open(Block):
    """The block that rows are being added to."""

    __slots__ = ("framed", "spoilt")

    def __init__(
        self, line: int, name: str | None = None, *, heading: bool = False, also: str = "", spoilt: bool = False
    ) -> None:
        super().__init__(line, name, also, heading)
        self.spoilt = spoilt
        self.framed = False


def _no_number(word: str, where: str) -> tuple[str, str]:
    return f"'{visible(word, 40)}' where a number is due", where


def _same_name(above: str, own: str) -> bool:
    from tmat.sheet.names import meanings

    return bool(set(meanings(above)) & set(meanings(own)))


def _parted(block: Block) -> list[Block]:
    """A run of rows with names before them: each a matrix where all are names of matrices, else rows of one."""
    labels = [row.label for row in block.rows]
    if not all(labels) or block.name is not None or any(not row.relation for row in block.rows):
        return [block]
    names = [name_of(str(label)) for label in labels]
    stems = {re.sub(r"(?:\[?[0-9₀-₉]+\]?)$", "", str(label)).strip() for label in labels}
    counted = len(stems) == 1 and len(labels) > 1 and len(set(labels)) == len(labels)
    if counted and min(stems) and not min(stems)[-1:].isdigit():
        stem = name_of(min(stems))
        if is_known(stem) or is_known(stem.upper()):
            if not stem.isupper() or len(stem) > 1 or "[" in str(labels[0]):
                block.name = stem.upper() if len(stem) == 1 else stem
                return [block]
        elif len(labels) > 1:
            return [block]
    if len(labels) == 1 or all(is_known(name) for name in names):
        found = []
        for row, name in zip(block.rows, names, strict=True):
            row.label = None
            found.append(Block(row.line, name, rows=[row], notes=list(block.notes)))
        return found
    return [block]


def _is_prose(text: str) -> bool:
    """Whether a line is a size, a formula, or has more words than numbers: no row, and no name."""
    if "$" in text or text.startswith("**") or _SIZE_ALONE.fullmatch(text) or _SIZES.fullmatch(text):
        return True
    if text.endswith(("=", ":")) or (any(sign in text for sign in "[({") and opening(lex(text)) is not None):
        return False
    words = text.split()
    return len(words) > 2 and 2 * sum(
        number(word.strip(",()")) is not None or is_cell(word.strip(",()")) for word in words
    ) < len(words)
