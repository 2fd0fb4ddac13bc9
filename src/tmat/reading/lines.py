"""What each line of a text is: a name, a row, a table's row, a bracketed value over one line or many, a rule, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tmat.errors import InputError
from tmat.reading.lexing import MOST, TRUTH, Token, apart, lex, narrow_thousands, tidied
from tmat.reading.naming import is_known, name_of
from tmat.reading.number_text import number, why_not
from tmat.reading.openings import opening
from tmat.reading.rows import Row, r_index, rows_of, without_marks
from tmat.reading.statements import Statement, Valued
from tmat.reading.text_rows import is_box_rule, is_cell, is_misspelt, is_pipe_row, is_pipe_rule, pipe_cells
from tmat.visible import visible

_LONG = 100_000
_PLAIN = re.compile(r"(?=\s*[+\-−.,;]?\.?[0-9])(?:[0-9eE.,; \t]|[+\-−](?=[0-9.]))*+")
_HEADING = re.compile(r"\s*#{2,6}\s+(\S.*)")
_COMMENT = re.compile(r"(?:^|\s)(?:#.*|//.*|%[%\s]*[^\W\d_].*)$|(?:^|\s)/\*.*?\*/\s*$")
_RULE = re.compile(r"\s*(?:[={2}\-]{3,}(?:\s+[=\-]{2,})*|\*{3,}|`{3,}.*|~{3,}.*|_{5,}|:{3,}.*)\s*")
_PROMPT = re.compile(
    r"\s*(?:>>>|\.\.\.(?=\s)|In ?\[\d*\]:|Out ?\[\d*\][:=]|julia>|octave:\d+>|>>|>(?=\s)|(?:\[\d+\]:))\s?"
)
_BULLET = re.compile(r"\s*(?:[*•·](?=\s+(?:[\[(\"']|[^\W\d]))|[\-–](?=\s+(?:[\[(]|[^\W\d][^:=]{0,60}[:=])))")
_COLUMNS = re.compile(r"\s*Columns?\s+\d+(?:\s*(?:through|thru|to|and|-|–|:)\s*\d+)?\s*:?\s*", re.IGNORECASE)
_SCALE = re.compile(r"\s*(?:[0-9.]+(?:[eE][+\-]?[0-9]+)?|10\^[+\-]?[0-9]+)\s*[*×]\s*")
_SHOWN = re.compile(r"\s*(?:print|disp|display|show)\(\s*([^\W\d][\w.]*)\s*\)\s*")
_NOISE = re.compile(
    r"\s*(?:[0-9,]+\s?[×x]\s?[0-9,]+ (?:(?:[\w.]+\.)?\w*(?:Matrix|Array|Adjoint|Transpose|DataFrame|LinearAlgebra)\b.*|sparse.*)|[0-9,]+-element .*"
    r"|\[[0-9]+ rows x [0-9]+ columns\]|\(?[0-9]+ rows?\b.*|shape: ?\([0-9, ]*\)|dtype: ?\w+|Name: ?\S+, dtype: ?\w+"
    r"|Parameter containing:|ans =|import .*|from \S+ import .*|library\(.*\)|print\(.*\)|disp\(.*\)|torch\.Size\(\[[0-9, ]*\]\)"
    r"|\[torch\.\w+ of size .*\]|# A tibble.*|<[^<>]*>|DeviceArray.*shape.*|\(?dtype=\S*\)?,?|device=\S*,?|requires_grad=\S*\)?,?|using .*|end)\s*"
)  # fmt: skip
_TYPES = frozenset((
    "f64", "f32", "i64", "i32", "u8", "u32", "str", "cat", "<dbl>", "<int>", "<chr>", "<fct>", "Float64", "Float32", "Int64", "String", "String7",
    "String15", "Symbol",
))  # fmt: skip
_SIZE_ALONE = re.compile(r"[0-9]+ ?[×x] ?[0-9]+")
_SIZES = re.compile(
    r"(?:[0-9]+ +)?(?:given +)?[0-9]+×[0-9]+(?: [^0-9\s]+ [0-9]+×[0-9]+)*(?:,? .*)?"
)  # over a step: 1  3×2 · 2×3 → 3×3
_CELL_OF = re.compile(r"\s*[^\s\[\](){}]{1,60}\[[^\[\](){},]{1,60},[^\[\](){}]{1,60}\]\s*(?:[=≈&:]|$)")
_TABLE_SIGNS = str.maketrans("│┃║┆┊", "|||||")


@dataclass(slots=True)
class Words:
    """A line without a row: a name, the columns' labels, or prose."""

    line: int
    said: str
    words: list[str]
    ends: bool = False  # in a colon or an equals sign
    kind: str = "words"  # or heading, remark, shown


@dataclass(slots=True)
class Mark:
    """A line that says how others go together: blank, rule, head, columns, spoilt, passed."""

    line: int
    kind: str


@dataclass(slots=True)
class Wrong:
    """A line that cannot be read, and of which matrix it is; None is the one under way."""

    line: int
    error: InputError
    name: str | None = None


Item = Words | Row | Valued | Mark | Wrong


class Lines:
    """Takes lines one by one; ``prose`` says that words are to be passed over, as between the tables of a page."""

    def __init__(self, origin: str, *, prose: bool = False, decimal: bool = True) -> None:
        self.origin = origin
        self.prose = prose
        self.decimal = decimal
        self.statement: Statement | None = None  # a bracket is open
        self.working = False  # of a cell, which may go on over lines

    def where(self, line: int, column: int | None = None) -> str:
        return f"in {self.origin}, line {line}" + ("" if column is None else f", column {column}")

    def wrong(self, line: int, what: str, *details: str, column: int | None = None, mend: str | None = None, name: str | None = None) -> Wrong:  # fmt: skip
        return Wrong(line, InputError(what, self.where(line, column), *details, mend=mend), name)

    def take(self, raw: str, line: int) -> Iterator[Item]:
        """What the line is; a line may hold several values."""
        if len(raw) > _LONG:
            refused = self._too_long(raw, line)
            if refused is not None:
                yield refused
                return
        text = tidied(raw)
        if self.statement is not None:
            if not self.statement.never_closed(text):
                yield from self._taken(lex(_uncommented(text)), text, line, raw)
                return
            yield self._unclosed()
        if any(sign in "0123456789" for sign in text[:200]) and _PLAIN.fullmatch(text):
            yield from rows_of(text.strip(), [], line, text, decimal=self.decimal)
        elif heading := _HEADING.fullmatch(text):
            yield Words(line, heading[1], heading[1].split(), kind="heading")
        else:
            yield from self._line(text, _uncommented(text).rstrip(), line, raw)

    def end(self) -> Iterator[Item]:
        """What is wrong where the text ends."""
        if self.statement is not None:
            yield self._unclosed()

    def _unclosed(self) -> Wrong:
        assert self.statement is not None
        error, name = self.statement.unclosed()
        line, self.statement = self.statement.brackets.stack[0].line, None
        return Wrong(line, error, name)

    def _too_long(self, raw: str, line: int) -> Wrong | None:
        """A long line that is no matrix is refused before it is looked at in every way there is."""
        word = max(raw.split(), key=len, default="")
        if len(word) > _LONG and not re.search(r"[,;\[\]|]", word[:_LONG]):
            return self.wrong(line, f"{visible(word, 20)} has {len(word)} characters", "expected rows of numbers")
        data = raw.encode("utf-8", "replace")
        if 8 * (len(data) - len(data.translate(None, b"0123456789"))) < len(raw) - raw.count(" "):
            return self.wrong(line, "brackets or separators without numbers between", "expected rows of numbers")
        other = len(data.translate(None, b"0123456789eE+-., ;\t[]"))
        if len(raw) > 10 * _LONG and (other > len(raw) // 10 or raw.count(";") > 2 * _LONG):
            return self._of_more(raw, line)
        return None

    def _of_more(self, raw: str, line: int) -> Wrong:
        what = f"a line of {len(raw)} characters that are not only numbers"
        return self.wrong(line, what, f"at most {10 * _LONG} are read", mend="write each row on a line of its own")

    # -- one line

    def _line(self, text: str, cut: str, line: int, raw: str) -> Iterator[Item]:
        """A line that is neither plain numbers nor a heading, and belongs to no open bracket; ``cut`` has no remark."""
        stripped = cut.strip()
        pipes = stripped.translate(_TABLE_SIGNS)
        if not stripped or (_RULE.fullmatch(stripped) and not is_pipe_row(stripped)):
            yield from self._empty(text.strip(), stripped, line)
        elif (thousands := narrow_thousands(raw)) is not None:
            yield self.wrong(line, f"'{visible(thousands, 40)}': one number, or several cells?",
                               mend="write thousands without a space between")  # fmt: skip
        elif _COLUMNS.fullmatch(cut):
            yield Mark(line, "columns")
        elif _SCALE.fullmatch(cut):
            yield Mark(line, "spoilt")
            yield self.wrong(line, f"'{stripped}' before the rows: their digits are lost",
                               mend="print them whole: format long g, or format shortg")  # fmt: skip
        elif is_box_rule(stripped):
            yield Mark(line, "rule")
        elif is_pipe_rule(pipes):
            yield Mark(line, "head")
        elif is_pipe_row(pipes):
            cells = pipe_cells(pipes)
            types = all(cell in _TYPES or cell in ("---", "") for cell in cells)
            yield Mark(line, "passed") if types else Row(line, cells, raw=pipes, bars=True)
        elif len(stripped) > 2 and stripped[0] == stripped[-1] == "=":
            yield Words(line, stripped.strip("="), stripped.strip("=").split(), kind="heading")
        else:
            yield from self._said(cut, line, raw)

    def _empty(self, comment: str, stripped: str, line: int) -> Iterator[Item]:
        if comment.startswith("#"):
            yield Words(line, name_of(comment.lstrip("#")), [], kind="remark")
        elif len(stripped.split()) > 1 or stripped.startswith("---"):
            yield Mark(line, "rule")
        elif stripped or not comment.startswith(("//", "%", "/*")):
            yield Mark(line, "blank")

    def _said(self, text: str, line: int, raw: str) -> Iterator[Item]:
        """What people say or programs print, without what stands before it: a prompt, a bullet."""
        prompt = _PROMPT.match(text)
        if prompt and prompt.end() < len(text):
            text = " " * prompt.end() + text[prompt.end() :]
            if shown := _SHOWN.fullmatch(text):
                yield Words(line, shown[1], [shown[1]], kind="shown")
                return
        if _NOISE.fullmatch(text):
            yield Mark(line, "passed")
            return
        if bullet := _BULLET.match(text):
            text = " " * bullet.end() + text[bullet.end() :]
        if self.working and text.lstrip().startswith(("=", "≈")):
            return  # the working of a cell goes on
        tokens = lex(text)
        self.working = _CELL_OF.match(text) is not None
        if self.working:
            yield from self._one_cell(tokens, line)
        elif not (self.prose and _is_prose(text.strip(), tokens)):
            yield from self._taken(tokens, text, line, raw)

    def _one_cell(self, tokens: list[Token], line: int) -> Iterator[Item]:
        """Q[1, 2] = 0.3·0.5 + … = 0.4 is the working of a cell: no matrix, and what it comes to stands in one."""
        numbers = [token for token in tokens if token.kind == "number"]
        if len(numbers) < 2 and not any(token.kind == "word" for token in tokens[1:]):
            yield self.wrong(line, "a cell alone where a matrix is due", mend="write the whole matrix: a line a row",
                               name=tokens[0].text)  # fmt: skip

    def _taken(self, tokens: list[Token], text: str, line: int, raw: str) -> Iterator[Item]:
        """Bracketed values while there are any, then what is left."""
        if len(tokens) > MOST:
            self.statement = None
            yield self._of_more(raw, line)
            return
        while tokens:
            if self.statement is None:
                at = opening(tokens)
                if at is None and len(raw) > 10 * _LONG:
                    yield self._of_more(raw, line)
                    return
                if at is None:
                    yield from self._unbracketed(without_marks(apart(tokens)), text, line, raw)
                    return
                self.statement = Statement(self.origin, tokens, at, text)
                tokens = tokens[at[1] :]
            tokens = tokens[self.statement.brackets.take(tokens, line) :]
            if self.statement.brackets.done is None:
                return
            values: list[Valued] = []
            try:
                values = self.statement.closed(tokens, line, raw)
            except InputError as error:
                yield Wrong(line, error, self.statement.name)
            tokens = self.statement.rest
            if self.statement.goes_on:
                continue
            self.statement = None
            yield from values
            while tokens and (tokens[0].kind in ("comma", "end", "close") or tokens[0].text in _AFTER):
                tokens = tokens[1:]
            if not any(token.kind in ("open", "assign", "colon") for token in tokens):
                return

    # -- without a bracket

    def _unbracketed(self, tokens: list[Token], text: str, line: int, raw: str) -> Iterator[Item]:
        """A row after its label, a row, or words."""
        if not tokens:
            return
        cut = max((n for n, t in enumerate(tokens) if t.kind == "assign"), default=None)
        if cut is None:
            cut = next((n for n, t in enumerate(tokens) if t.kind == "colon"), None)
        indexed = r_index(tokens)
        if cut and cut + 1 < len(tokens) and tokens[cut + 1].kind in ("number", "blank"):
            label = text[tokens[0].start : tokens[cut].start].strip()
            relation = tokens[cut].kind if not is_cell(label) else "colon"
            yield from self._labelled(label, relation, tokens[cut + 1 :], text, line, raw)
        elif cut:
            yield from self._spoken(tokens, text, line)
        elif all(token.text in TRUTH or token.kind == "comma" for token in tokens):
            yield Row(line, [f"{TRUTH[t.text]:g}" for t in tokens if t.kind == "word"], raw=raw)
        elif indexed is not None:
            if any(token.kind in ("number", "blank") for token in indexed[1]):
                yield from self._labelled(indexed[0], "", indexed[1], text, line, raw)
        elif _is_row(tokens, text):
            yield from rows_of(text, tokens, line, raw, decimal=self.decimal)
        else:
            yield from self._spoken(tokens, text, line)

    def _labelled(
        self, label: str, relation: str, right: list[Token], text: str, line: int, raw: str
    ) -> Iterator[Item]:
        """A row after its label and a colon, or a matrix after its name and an =."""
        word = next((token for token in right if token.kind == "word"), None)
        if word is not None and relation == "assign":
            what = f"'{visible(word.text, 40)}' where a number is due"
            yield self.wrong(line, what, column=word.start + 1, name=name_of(label))
            return
        rows = rows_of(text, right, line, raw, decimal=self.decimal)
        if relation and any(token.kind == "end" for token in right[:-1]):
            yield Words(line, label, label.split(), ends=True)
            yield from rows
            return
        for row in rows:
            row.label, row.relation = label, relation
            yield row

    def _spoken(self, tokens: list[Token], text: str, line: int) -> Iterator[Item]:
        """A line without a row: a name, the columns' labels, or prose."""
        words = [token for token in tokens if token.kind == "word"]
        wrong = next((t for t in words if is_misspelt(t.text) and not _SIZE_ALONE.fullmatch(t.text)), None)
        nested = next((n for n in range(1, len(tokens)) if tokens[n].kind == tokens[n - 1].kind == "open"), None)
        if wrong is None and nested is not None and any(token.kind == "number" for token in tokens[nested:]):
            wrong = next((token for token in words if token.start > tokens[nested].start), None)
        if wrong is not None:
            what, mend = why_not(wrong.text)
            yield self.wrong(line, what, column=wrong.start + 1, mend=mend)
            return
        said = text.strip()
        spoken = [t.text.strip("\"'`") for t in tokens if t.kind in ("word", "quoted", "number", "blank", "tab")]
        spoken = [word for word in spoken if word.strip()]
        if spoken and set(spoken) <= _TYPES:
            yield Mark(line, "types")
        elif not (self.prose and spoken and _SIZE_ALONE.fullmatch(spoken[0])):  # a caption that begins with a size
            if "\t" in said:
                spoken = [cell.strip() for cell in text.rstrip("\n").split("\t")]
            yield Words(line, said, spoken, ends=said.endswith((":", "=", "→", "->", "=>")))


_AFTER = ("and", "&", "$", "$$", ".", "\\", "quad")


def _uncommented(text: str) -> str:
    if len(text) > _LONG or not ("#" in text or "/" in text or "%" in text):
        return text
    return _COMMENT.sub("", text)


def _is_row(tokens: list[Token], text: str) -> bool:
    """Whether a line without a label holds numbers for their own sake: none that only counts a name, as in head 1 or (1) Q."""
    numbers, depth = [], 0
    for n, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if not depth and token.kind in ("number", "blank"):
            numbers.append(n)
    if not numbers:
        return False
    words = [token.text for token in tokens if token.kind in ("word", "quoted")]
    if len(numbers) > 1 or not words or len(tokens) > 8:
        return True
    counts = tokens[numbers[0]].text in ("-", "–", "—") or tokens[numbers[0]].text.strip("().").isdigit()
    last = tokens[-1].kind not in ("number", "blank")
    said = " ".join(words)
    named = is_known(said) or is_known(name_of(said)) or is_known(name_of(text))
    return not (counts and (named or said.lower() in ("head", "step")) and (last or numbers[0] in (0, len(tokens) - 1)))


def _is_prose(text: str, tokens: list[Token]) -> bool:
    """Whether a line is a size, a formula, or has more words than numbers: no row, and no name."""
    if "$" in text or text.startswith("**") or _SIZE_ALONE.fullmatch(text) or _SIZES.fullmatch(text):
        return True
    if text.endswith(("=", ":")) or (any(sign in text for sign in "[({") and opening(tokens) is not None):
        return False
    words = [word.strip(",()") for word in text.split()]
    return len(words) > 2 and 2 * sum(number(word) is not None or is_cell(word) for word in words) < len(words)
