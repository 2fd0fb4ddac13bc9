"""A parser of brackets as programs write and print them: tokens into nested groups until the outermost closes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tmat.errors import InputError
from tmat.reading.lexing import TRUTH, Token, apart
from tmat.reading.number_text import number, why_not
from tmat.reading.text_rows import split_cells
from tmat.visible import visible

DEEPEST = 32
MAKERS = frozenset((
    "array", "tensor", "Tensor", "Array", "asarray", "matrix", "Matrix", "mat", "c", "list", "tuple", "constant", "Parameter", "FloatTensor",
    "DoubleTensor", "as_tensor", "from_numpy", "DataFrame", "ndarray", "NDArray", "rbind", "cbind", "Variable", "DeviceArray", "SMatrix", "pmatrix",
    "bmatrix", "data.frame", "tibble", "OrderedDict", "dict", "Float64", "Float32", "float64", "float32", "Series", "MatrixForm", "N", "float",
    "double", "eager_tensor", "Val", "EagerTensor", "LongTensor", "HalfTensor", "BoolTensor", "ImmutableDenseMatrix", "ImmutableMatrix", "vec",
    "structure", "Fraction", "Rational", "stack", "vstack", "arrayOf", "doubleArrayOf", "floatArrayOf", "listOf", "NewDense", "fromLists", "reshape",
    "arr2", "ARRAY", "pdl", "Float32Array", "Float64Array", "DenseMatrix", "NMatrix", "fromstring", "hcat", "column_stack", "c_",
    "List", "asList", "pl.DataFrame", "polars.DataFrame",
))  # fmt: skip
"""What stands before a bracket that holds numbers: the last part of the name of a call."""

_BUILDS = frozenset(("new", "rows", "of", "from"))  # Matrix.rows([…]), DenseMatrix.new(…)
_SERIES = frozenset(("c", "matrix", "array", "structure"))  # in which 1:6 is R's 1, 2, …, 6
LONGEST_SERIES = 100_000
COLUMNWISE = frozenset(
    ("DataFrame", "pl.DataFrame", "polars.DataFrame", "data.frame", "tibble", "cbind", "hcat", "column_stack", "c_")
)
_NAMED = COLUMNWISE - {"DataFrame", "pl.DataFrame", "polars.DataFrame"} | {"rbind"}  # calls whose keywords are labels
_OPTIONS = frozenset(("stringsAsFactors", "check.names", "row.names", "deparse.level"))
_LISTS = frozenset(("list", "vector", "matrix"))
TYPES = ("float", "double", "int", "bfloat", "bool", "half", "long")
_PASSED_OVER = frozenset(("\\", "+", "$", "$$"))


def call_name(word: str) -> str:
    """The last part of a call's name: tensor of torch.tensor."""
    return word if word in MAKERS else re.split(r"[.:]", word)[-1].rstrip("!")


def is_maker(word: str) -> bool:
    """Whether a call makes an array, so that numbers are in its brackets."""
    parts = re.split(r"[.:]+", word)
    own = parts[-2] if len(parts) > 1 and parts[-1] in _BUILDS else call_name(word)
    return own in MAKERS or word in MAKERS or re.fullmatch("S?Matrix[0-9]x[0-9]", own) is not None


@dataclass(slots=True)
class Group:
    """The content of a pair of brackets. ``breaks``: before which cells rows end, and by what."""

    opened: Token
    line: int
    call: str = ""
    dotted: bool = False  # np.reshape, not reshape
    label: str = ""
    items: list[Token | Group] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    breaks: dict[int, str] = field(default_factory=dict)
    commas: int = 0
    trailing: bool = False  # a comma before the line's end
    keys: dict[str, str] = field(default_factory=dict)
    key: str = ""  # the keyword whose value is being passed over
    words: list[str] = field(default_factory=list)  # seen since the last comma
    cuts: list[int] = field(default_factory=list)  # before which cell a comma stands
    series: bool = False  # R's colon after a whole number

    def is_plain(self) -> bool:
        """Whether the next number is simply one more cell."""
        return not (self.key or self.words or self.series)

    def add(self, item: Token | Group, line: int) -> None:
        self.items.append(item)
        self.lines.append(line)
        self.words.clear()
        self.trailing = False

    def take_rows(self, rows: list[list[str]], line: int) -> None:
        """Add rows of numbers, a line each."""
        opened = Token("open", "[", 0, 1)
        for n, cells in enumerate(rows, line):
            items: list[Token | Group] = [Token("number", cell, 0, 0) for cell in cells]
            self.add(Group(opened, n, items=items, lines=[n] * len(cells), commas=len(cells)), n)

    @property
    def groups(self) -> list[Group]:
        return [item for item in self.items if isinstance(item, Group)]

    @property
    def tokens(self) -> list[Token]:
        return [item for item in self.items if isinstance(item, Token)]


class Brackets:
    """Takes tokens until the bracket that was opened first is closed."""

    def __init__(self, origin: str, word: Token | None = None) -> None:
        self.origin = origin
        self.stack: list[Group] = []
        self.word = word  # what stands directly before the bracket
        self.done: Group | None = None
        self.error: InputError | None = None

    def take(self, tokens: list[Token], line: int) -> int:
        """Take the tokens of one line, up to where the outermost bracket closes; how many were taken."""
        if len(tokens) > 1 and tokens[-1].text == "..." and tokens[-2].kind in ("comma", "end"):
            tokens = tokens[:-1]  # MATLAB: the row goes on in the next line
        for n, token in enumerate(tokens):
            kind = token.kind
            if self.stack and kind == "number" and self.stack[-1].is_plain():
                self.stack[-1].add(token, line)
                self.word = None
                continue
            if kind == "run":
                self._run(token, line)
            elif kind == "open":
                self._open(token, line)
            elif kind == "close":
                self._close(token, line)
            elif self.stack:
                self._inside(self.stack[-1], token, line)
            if kind in ("word", "quoted"):
                self.word = token
            elif not (kind == "blank" and token.text in ("_", "-")):
                self.word = None
            if self.done is not None:
                return n + 1
        if self.stack and self.stack[-1].items and not self.stack[-1].trailing:
            self.stack[-1].breaks.setdefault(len(self.stack[-1].items), "line")
        return len(tokens)

    def takes_rows(self) -> Group | None:
        """The open bracket whose next line may be one more bracketed row; None if there is none."""
        if not self.stack or self.error is not None or self.word is not None:
            return None
        group = self.stack[-1]
        last = group.items[-1] if group.items and not (group.key or group.words) else None
        if not isinstance(last, Group) or not last.items or not isinstance(last.items[0], Token):
            return None
        return group if group.opened.text == last.opened.text == "[" else None

    def fail(self, what: str, line: int, token: Token, mend: str | None = None) -> None:
        """Record the first error; reading goes on to where the bracket closes."""
        if self.error is None:
            self.error = InputError(what, f"in {self.origin}, line {line}, column {token.start + 1}", mend=mend)

    def _open(self, token: Token, line: int) -> None:
        word = self.word
        call = call_name(word.text) if word is not None and word.end == token.start and token.text in "([{" else ""
        if len(self.stack) > DEEPEST:
            self.fail(f"brackets more than {DEEPEST} deep", line, token)
            self.stack[-1].items.clear()
            return
        group = Group(token, line, call, bool(call) and word is not None and word.text != call)
        if self.stack:
            above = self.stack[-1]
            if call and above.words:
                above.words.pop()
            if above.words:
                group.label = " ".join(above.words)
            elif call and call not in MAKERS and not above.key and not call.endswith("}"):
                self.fail(f"'{visible(call, 40)}(' where numbers are due", line, token, "write the numbers themselves")
        self.stack.append(group)

    def _close(self, token: Token, line: int) -> None:
        if not self.stack:
            return
        group = self.stack.pop()
        if group.words and not group.key:
            if group.items and not group.call.endswith("Tensor"):
                self._no_number(group.words[0], line, token)
            group.words.clear()
        if "([{⟨".index(group.opened.text) != ")]}⟩".index(token.text):
            self.fail(f"'{token.text}' closes '{group.opened.text}' of line {group.line}", line, token)
        if not self.stack:
            self.done = group
            return
        above = self.stack[-1]
        if above.key:
            above.keys[above.key] += " ".join(each.text for each in group.tokens)
        if above.key or (not group.items and not group.keys):
            above.words.clear()
            return
        above.add(_fraction(group) or group, group.line)

    def _inside(self, group: Group, token: Token, line: int) -> None:
        kind, text = token.kind, token.text
        if kind == "comma":
            self._comma(group, token, line)
        elif group.key:
            group.keys[group.key] += text
        elif kind == "end":
            group.breaks[len(group.items)] = "row"
            group.trailing = False
        elif kind in ("assign", "colon") and group.words:
            self._key(group, kind, text)
        elif kind in ("number", "blank") or text in TRUTH:
            self._number(group, token, line)
        elif kind == "quoted" and self._quoted(group, token, line):
            return
        elif text == "\\" and group.items:
            group.breaks[len(group.items)] = "row"  # Stata; at the end of a line it only goes on
            group.words.clear()
        elif text == "+" and group.items and not group.trailing:
            self.fail("an operation where a number is due", line, token, "write its result")
        elif kind in ("word", "quoted"):
            if text not in _PASSED_OVER and not (text.startswith("<") and text.endswith(">")):
                group.words.append(text.strip("\"'`"))
        elif kind == "bar" and text == "&":
            group.commas += 1
        elif kind == "colon":
            last = group.items[-1] if group.items else None
            if group.call in _SERIES and isinstance(last, Token) and last.text.isdigit():
                group.series = True
            else:
                self._word_alone(text, line, token)

    def _quoted(self, group: Group, token: Token, line: int) -> bool:
        """Take the numbers between quotes: one number, or the rows in a call's text; whether there were any."""
        alone = token.text[1:-1]
        if number(alone) is not None and not group.words:
            group.add(Token("number", alone, token.start, token.end), line)
            return True
        rows = rows_in_quotes(token.text) if group.call and not group.items else []
        for row in rows:
            for cell in row:
                group.add(Token("number", cell, token.start, token.end), line)
            group.breaks[len(group.items)] = "row"
        return bool(rows)

    def _run(self, token: Token, line: int) -> None:
        """Take many plain numbers at once."""
        if not self.stack:
            return
        group = self.stack[-1]
        if group.key or group.words:
            for each in apart([token]):
                self._inside(self.stack[-1], each, line)
            return
        texts = token.text.replace(",", " ").split()
        group.items += [Token("number", text, token.start, token.end) for text in texts]
        group.lines += [line] * len(texts)
        group.commas += token.text.count(",")
        group.trailing = token.text.rstrip().endswith(",")

    def _comma(self, group: Group, token: Token, line: int) -> None:
        if group.words and not group.key and group.items and group.opened.text != "{":
            self._word_alone(group.words[0], line, token)
        elif not group.key and group.trailing and group.items and not group.words and group.opened.text == "[":
            self.fail("an empty cell where a number is due", line, token)
        group.key = ""
        group.words.clear()
        group.commas += 1
        group.cuts.append(len(group.items))
        group.trailing = True

    def _key(self, group: Group, kind: str, text: str) -> None:
        key = " ".join(group.words)
        labels = group.call in _NAMED and key not in _OPTIONS
        if not labels and kind == "assign" and group.opened.text == "(" and text == "=":
            group.key, group.keys[key], group.words = key, "", []
        else:
            group.words = [key]

    def _number(self, group: Group, token: Token, line: int) -> None:
        if "..." in token.text or "…" in token.text:
            self.fail(f"'{token.text}' stands for numbers that are not there", line, token,
                      "print all of them: np.set_printoptions(threshold=10**9), torch.set_printoptions(profile='full')")  # fmt: skip
        if group.series:
            group.series = False
            self._series(group, token, line)
            return
        if group.words and not group.items and group.opened.text == "(" and group.words[0] in _LISTS:
            group.words.clear()  # Lisp's (list 1 2)
        if group.words and token.kind == "number":
            self._word_alone(group.words[0], line, token)
        group.add(token, line)

    def _series(self, group: Group, token: Token, line: int) -> None:
        first = int(group.tokens[-1].text)
        if not token.text.isdigit() or not first <= int(token.text) <= first + LONGEST_SERIES:
            self.fail(f"'{first}:{visible(token.text, 40)}' where numbers are due", line, token)
            return
        for value in range(first + 1, int(token.text) + 1):
            group.add(token._replace(text=str(value)), line)

    def _word_alone(self, word: str, line: int, token: Token) -> None:
        if call_name(word).rstrip("0123456789").lower() not in TYPES:
            self._no_number(word, line, token)

    def _no_number(self, word: str, line: int, token: Token) -> None:
        what, mend = why_not(word)
        self.fail(what, line, token, mend)


def rows_in_quotes(text: str) -> list[list[str]]:
    """The rows that a text in quotes holds, as np.matrix("1 2; 3 4") has them; none where it holds no numbers.

    >>> rows_in_quotes("'1 2; 3 4'"), rows_in_quotes("'a'")
    ([['1', '2'], ['3', '4']], [])
    """
    rows = split_cells(text.strip("\"'`").replace("\n", ";"))
    cells = [cell for row in rows for cell in row]
    return rows if len(cells) > 1 and all(number(cell) is not None for cell in cells) else []


def _fraction(group: Group) -> Token | None:
    """The one number in round brackets, as (1/3), or the two of Fraction(1, 3)."""
    if group.opened.text != "(" or not group.items or group.groups:
        return None
    texts = [item.text for item in group.tokens]
    if group.call == "Fraction" and len(texts) == 2:
        return group.tokens[0]._replace(text=f"{texts[0]}/{texts[1]}", kind="number")
    if group.call in ("Rational", "Fraction", "Decimal") or (not group.call and not group.commas and len(texts) == 1):
        return group.tokens[0]._replace(text="/".join(texts), kind="number")
    return None
