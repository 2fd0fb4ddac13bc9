"""Classifying the lines of a text: names, rows, rows of tables, bracketed values over one or several lines, rules, blanks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tmat.errors import InputError
from tmat.reading.dialects import plainer
from tmat.reading.lexing import MOST, Token, apart, lex, narrow_thousands, tidied
from tmat.reading.naming import name_of
from tmat.reading.no_matrix import is_code, is_measure
from tmat.reading.openings import opening
from tmat.reading.rows import Mark, Problem, Row, Words, rows_of, without_marks
from tmat.reading.statements import Item, NamedValue, Statement
from tmat.reading.text_rows import is_box_rule, is_cell, is_pipe_row, is_pipe_rule, pipe_cells
from tmat.reading.unbracketed import TYPES, Unbracketed, is_prose
from tmat.visible import visible

_LONG = 100_000
_MOST_VALUES = 200  # that one line holds beside one another
_PLAIN = re.compile(r"(?=\s*[+\-−.,;]?\.?[0-9])(?:[0-9eE.,; \t]++|[+\-−](?=[0-9.]))*+")
_HEADING = re.compile(r"\s*#{2,6}\s+(\S.*)")
_COMMENT = re.compile(r"(?:^|\s)(?:#(?!#\w).*|//.*|%[%\s]*[^\W\d_].*)$|(?:^|\s)/\*.*?\*/\s*$")
_LABELS = re.compile(r"# (rows|columns): ")  # which tmat writes where a label cannot stand before numbers
_RULE = re.compile(r"\s*(?:[={2}\-]{3,}(?:\s+[=\-]{2,})*|\*{3,}|`{3,}.*|~{3,}.*|_{5,}|:{3,}.*)\s*")
_PROMPT = re.compile(
    r"\s*(?:>>>|\.\.\.:?(?=\s+\S)|In ?\[\d*\]:|Out ?\[\d*\][:=]|julia>|octave:\d+>|>>|>(?=\s)|(?:\[\d+\]:)|\(%[io]\d+\)|\((?:gdb|lldb)\)(?: pp?(?= ))?|\(Pdb\)(?: pp?(?= ))?|[$%]\d+ =)\s?"
)
_CONTINUED = re.compile(r"^\s*(?:\.\.\.:?|>)(?=\s+[\[(0-9+\-.])")  # the prompt of a statement that goes on
_SIZE_ALONE = re.compile(r"\s*(?:\w+ =\s*)?\([0-9]{1,5}><[0-9]{1,5}\)\s*")
_EMPTY = re.compile(r"\[\s{2,}\]|\(\s{2,}\)|[┌└╭╰]\s+[┐┘╮╯]")
_DIRECTIVE = re.compile(r"\s*\.\. [\w-]+::\s*(.*?)\s*")  # of reStructuredText: .. csv-table:: Q
_BULLET = re.compile(r"\s*(?:[*•·](?=\s+(?:[\[(\"']|[^\W\d]))|[\-–](?=\s+(?:[\[(]|[^\W\d][^:=]{0,60}[:=])))")
_COLUMNS = re.compile(r"\s*Columns?\s+\d+(?:\s*(?:through|thru|to|and|-|–|:)\s*\d+)?\s*:?\s*", re.IGNORECASE)
_SCALE = re.compile(r"\s*(?:[0-9.]+(?:[eE][+\-]?[0-9]+)?|10\^[+\-]?[0-9]+)\s*[*×]\s*")
_SHOWN = re.compile(r"\s*(?:print|disp|display|show)\(\s*([^\W\d][\w.]*)\s*\)\s*")
_NOISE = re.compile(
    r"\s*(?:[0-9,]+\s?[×x]\s?[0-9,]+ (?:(?:[\w.]+\.)?\w*(?:Matrix|Array|Adjoint|Transpose|DataFrame|LinearAlgebra)\b.*|sparse.*)|[0-9,]+-element .*"
    r"|\[[0-9]+ rows x [0-9]+ columns\]|\(?[0-9]+ rows?\b.*|shape: ?\([0-9, ]*\)|dtype: ?\w+|Name: ?\S+, dtype: ?\w+"
    r"|Parameter containing:|ans =|\([0-9]{1,3}(?:\.[0-9]{1,3})?[a-z]?\)|[\w.\-]++@[^\s$#%]++[$#%](?: .*)?|(?:\w+=[#>]|(?:sqlite|mysql|duckdb)>) .*|PS [A-Za-z]:\\[^>]*>.*|import .*|from \S+ import .*|library\(.*\)|print\(.*\)|disp\(.*\)|torch\.Size\(\[[0-9, ]*\]\)"
    r"|\[torch\.\w+ of size .*\]|# A tibble.*|<[^<>]*>|DeviceArray.*shape.*|\(?dtype=\S*\)?,?|device=\S*,?|requires_grad=\S*\)?,?|using .*|end|\[(?:cols|options|%\w+)\b.*\]|\|={3,}|:\w[\w-]*:.*)\s*"
)  # fmt: skip
_CELL_OF = re.compile(r"\s*[^\s\[\](){}=:≈]{1,60}\[[^\[\](){},]{1,60},[^\[\](){}]{1,60}\]\s*(?:[=≈&:]|$)")
_FORMULA = re.compile(r"([^=]+=)[^=\[]+=\s*$")
_REPR = re.compile(
    r"<(?:\w+\.)*(?:Tensor|Variable)\b[^<>\[\]]{0,200}\bnumpy="
)  # TensorFlow shows an array within its own
_TABLE_SIGNS = str.maketrans("│┃║┆┊", "|||||")


class Lines(Unbracketed):
    """Reads lines one by one; a bracket may stay open between them."""

    def __init__(self, origin: str, *, decimal: bool = True) -> None:
        super().__init__(origin, decimal=decimal)
        self.statement: Statement | None = None  # a bracket is open
        self.working = False  # of a cell, which may go on over lines
        self.size = ""

    def take(self, raw: str, line: int) -> Iterator[Item]:
        """The items of a line; a line may hold several values."""
        if len(raw) > _LONG:
            refused = self._too_long(raw, line)
            if refused is not None:
                yield refused
                return
        text = tidied(raw)
        if self.size:
            text, self.size = f"{self.size} {text}", ""
        if "><" in text and _SIZE_ALONE.fullmatch(text):
            self.size = text  # as Haskell prints it above the rows
            return
        if self.statement is not None and self.statement.is_object(text):
            self.statement = None
        if self.statement is not None:
            if not self.statement.never_closed(text):
                text = _CONTINUED.sub(lambda found: " " * len(found[0]), text)
                text = plainer(text)
                yield from _each(self._taken(lex(_uncommented(text)), text, line, raw), self.wrong)
                return
            yield self._unclosed()
        if not text:
            yield Mark(line, "blank")
        elif _PLAIN.fullmatch(text):
            yield from rows_of(text.strip(), [], line, text, decimal=self.decimal)
        elif heading := _HEADING.fullmatch(text):
            yield Words(line, heading[1], heading[1].split(), kind="heading")
        else:
            text = plainer(text)
            yield from self._line(text, _uncommented(text).rstrip(), line, raw)

    def end(self) -> Iterator[Item]:
        """The problem of a bracket that is open where the text ends."""
        if self.statement is not None:
            yield self._unclosed()

    def _unclosed(self) -> Problem:
        assert self.statement is not None
        error, name = self.statement.unclosed()
        line, self.statement = self.statement.brackets.stack[0].line, None
        return Problem(error, name, line)

    def _too_long(self, raw: str, line: int) -> Problem | None:
        """Refuse a long line that is no matrix before the slow patterns see it."""
        if not all(re.search(r"\s", raw[n : n + _LONG]) for n in range(0, len(raw), _LONG)):
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

    def _of_more(self, raw: str, line: int) -> Problem:
        what = f"a line of {len(raw)} characters that are not only numbers"
        return self.wrong(line, what, f"at most {10 * _LONG} are read", mend="write each row on a line of its own")

    # -- one line

    def _line(self, text: str, cut: str, line: int, raw: str) -> Iterator[Item]:
        """A line that is neither plain numbers nor a heading nor within a bracket; ``cut`` is the line without its comment."""
        stripped = cut.strip()
        pipes = stripped.translate(_TABLE_SIGNS)
        if not stripped or (_RULE.fullmatch(stripped) and not is_pipe_row(stripped)):
            yield from self._empty(text.strip(), stripped, line)
        elif (thousands := narrow_thousands(raw)) is not None:
            yield self.wrong(line, f"'{visible(thousands, 40)}': one number, or several cells?",
                               mend="write thousands without a space between")  # fmt: skip
        elif " / " in stripped and _may_part_rows(stripped):
            yield self.wrong(line, "' / ' between numbers: fractions, or a new row?",
                               mend="write fractions without spaces, 3/2, and rows on lines of their own, or with ; between")  # fmt: skip
        elif _COLUMNS.fullmatch(cut):
            yield Mark(line, "columns")
        elif _SCALE.fullmatch(cut):
            yield Mark(line, "spoilt")
            yield self.wrong(line, f"'{stripped}' before the rows: their digits are lost",
                               mend="print them whole: format long g, or format shortg")  # fmt: skip
        elif _EMPTY.fullmatch(stripped):
            yield Mark(line, "passed")  # between the rows of drawn brackets
        elif is_box_rule(stripped):
            yield Mark(line, "rule")
        elif is_pipe_rule(pipes):
            yield Mark(line, "head")
        elif is_pipe_row(pipes):
            cells = pipe_cells(pipes)
            types = all(cell in TYPES or cell in ("---", "") for cell in cells)
            yield Mark(line, "passed") if types else Row(line, cells, raw=pipes, bars=True)
        elif len(stripped) > 2 and stripped[0] == stripped[-1] == "=":
            yield Words(line, stripped.strip("="), stripped.strip("=").split(), kind="heading")
        else:
            yield from self._content(cut, line, raw)

    def _empty(self, comment: str, stripped: str, line: int) -> Iterator[Item]:
        if labels := _LABELS.match(comment):
            yield Words(line, comment, comment[labels.end() :].split(" | "), kind=labels[1])
        elif comment.startswith("%%MatrixMarket"):
            mend = "write a row on each line: scipy.io.mmread(…).toarray()"
            yield self.wrong(line, "the Matrix Market format is not read", mend=mend)
        elif comment.startswith("#"):
            text = comment.lstrip("#")
            yield Words(line, name_of(text), text.split(), kind="remark")
        elif len(stripped.split()) > 1 or stripped.startswith("---"):
            yield Mark(line, "rule")
        elif stripped or not comment.startswith(("//", "%", "/*")):
            yield Mark(line, "blank")

    def _content(self, text: str, line: int, raw: str) -> Iterator[Item]:
        """A line of content, without the prompt or bullet before it."""
        prompt = _PROMPT.match(text)
        if prompt and prompt.end() == len(text) and prompt[0].strip() not in (">", ">>", ">>>"):
            yield Mark(line, "passed")
            return
        if prompt and prompt.end() < len(text):
            text = " " * prompt.end() + text[prompt.end() :]
            if shown := _SHOWN.fullmatch(text):
                yield Words(line, shown[1], [shown[1]], kind="shown")
                return
        if "numpy=" in text:
            text = _REPR.sub(lambda shown: " " * len(shown[0]), text)
        if directive := _DIRECTIVE.fullmatch(text):
            name = directive[1]
            yield Words(line, name, name.split(), kind="heading") if name else Mark(line, "passed")
            return
        if not text.strip() or _NOISE.fullmatch(text) or is_code(text):
            yield Mark(line, "series" if "dtype: " in text else "passed")
            return
        if bullet := _BULLET.match(text):
            text = " " * bullet.end() + text[bullet.end() :]
        if self.working and text.lstrip(" &").startswith(("=", "≈", "approx ")):
            return  # the working of a cell goes on
        if (name := _FORMULA.match(text)) is not None:  # dropped = weights ∘ keep / (1 − 0.5) =
            text = name[1]
        tokens = lex(text)
        self.working = _CELL_OF.match(text) is not None
        if self.working:
            yield from self._one_cell(tokens, line)
        elif not (self.prose and is_prose(text.strip(), tokens)):
            yield from _each(self._taken(tokens, text, line, raw), self.wrong)

    def _one_cell(self, tokens: list[Token], line: int) -> Iterator[Item]:
        """Q[1, 2] = 0.3·0.5 + … = 0.4 is the working of a cell: no matrix, and what it comes to stands in one."""
        numbers = [token for token in tokens if token.kind == "number"]
        if len(numbers) < 2 and not any(token.kind == "word" for token in tokens[1:]):
            yield self.cell_alone(line, tokens[0].text)

    def _taken(self, tokens: list[Token], text: str, line: int, raw: str) -> Iterator[Item]:
        """The bracketed values of a line, then the rest."""
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
                    yield from self.unbracketed(without_marks(apart(tokens)), text, line, raw)
                    return
                self.statement = Statement(self.origin, tokens, at, text)
                tokens = tokens[at[1] :]
            tokens = tokens[self.statement.brackets.take(tokens, line) :]
            if self.statement.brackets.done is None:
                return
            value = None
            try:
                value = self.statement.closed(tokens, line, raw)
            except InputError as error:
                yield Problem(error, self.statement.name, line)
            tokens = self.statement.rest
            if self.statement.goes_on:
                continue
            self.statement = None
            if value is not None and not is_measure(value.prefix):
                yield value
            while tokens and (tokens[0].kind in ("comma", "end", "close") or tokens[0].text in _AFTER):
                tokens = tokens[1:]
            if not any(token.kind in ("open", "assign", "colon") for token in tokens):
                return


def _may_part_rows(text: str) -> bool:
    """Whether the parts between slashes are rows of equal length, of numbers parted by spaces."""
    rows = [part.split() for part in text.rpartition("=")[2].split(" / ")]
    same = len({len(row) for row in rows}) == 1 < len(rows[0])
    return same and len(rows) > 1 and all(is_cell(cell.strip("[](),")) for row in rows for cell in row)


def _each(items: Iterable[Item], wrong: Callable[..., Problem]) -> Iterator[Item]:
    """The values of a line: each has a name of its own, or is one more row, as in Q = (1, 2), (3, 4)."""
    last: Item | None = None
    count = 0
    for item in items:
        count += isinstance(item, NamedValue)
        if count > _MOST_VALUES and isinstance(item, NamedValue):
            what = f"more than {_MOST_VALUES} brackets beside one another"
            last = wrong(item.value.line, what, mend="write each row on a line of its own")
            break
        if not isinstance(item, NamedValue) or item.relation:
            yield from () if last is None else (last,)
            last = item
            continue
        at, pair = item.value.line, isinstance(last, NamedValue) and not item.prefix
        if isinstance(last, NamedValue) and pair and last.takes(item):
            last.value.rows += item.value.rows
            last.value.lines += item.value.lines
            last.value.depth = 2
        elif pair or (item.value.depth == 1 and (_AMONG.search(item.prefix) or (item.prefix and _GOES_ON.match(item.raw[item.column - 1 :])))):  # fmt: skip
            name = last.prefix if isinstance(last, NamedValue) else ""
            last = wrong(at, "several values where one is due", column=item.column, name=name_of(name),
                         mend="write each under a name of its own")  # fmt: skip
        else:
            yield from () if last is None else (last,)
            last = item
    yield from () if last is None else (last,)


_GOES_ON = re.compile(r"[\[({⟨][^\[\](){}⟨⟩]*[\])}⟩][.,;:]?\s+[^\W\d]{2,}")  # in prose: you need [1]. It uses …
_AMONG = re.compile(r"[(\[][0-9.\s,+\-−]+[)\]]\s*(?:[^\W\d]+|[,;&])$")  # the points (1, 2) and
_AFTER = ("and", "&", "$", "$$", ".", "\\", "quad")


def _uncommented(text: str) -> str:
    if len(text) > _LONG or text.lstrip().startswith("|") or not ("#" in text or "/" in text or "%" in text):
        return text
    return _COMMENT.sub("", text)
