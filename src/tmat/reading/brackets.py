"""Bracketed values, as programs print and write them: nested brackets into rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tmat.errors import InputError
from tmat.reading.lexing import TRUTH, Token
from tmat.reading.number_text import counted, number, why_not
from tmat.visible import visible

DEEPEST = 32
MAKERS = frozenset(
    [
        "array",
        "tensor",
        "Tensor",
        "Array",
        "asarray",
        "matrix",
        "Matrix",
        "mat",
        "c",
        "list",
        "tuple",
        "constant",
        "Parameter",
        "FloatTensor",
        "DoubleTensor",
        "as_tensor",
        "from_numpy",
        "DataFrame",
        "ndarray",
        "NDArray",
        "rbind",
        "cbind",
        "Variable",
        "DeviceArray",
        "SMatrix",
        "pmatrix",
        "bmatrix",
        "data.frame",
        "tibble",
        "OrderedDict",
        "dict",
        "Float64",
        "Float32",
        "Series",
        "MatrixForm",
        "N",
        "float",
        "double",
        "eager_tensor",
        "Val",
        "EagerTensor",
        "LongTensor",
        "HalfTensor",
        "BoolTensor",
        "ImmutableDenseMatrix",
        "ImmutableMatrix",
        "vec",
    ]
)
"""What stands before a bracket that holds numbers: the last part of the name of a call."""

COLUMNS = frozenset(("DataFrame", "data.frame", "tibble", "cbind"))
HARMLESS = frozenset(
    [
        "T",
        "numpy",
        "cpu",
        "cuda",
        "detach",
        "tolist",
        "float",
        "double",
        "half",
        "bfloat16",
        "clone",
        "requires_grad_",
        "requires_grad",
        "to",
        "type",
        "astype",
        "eval",
        "squeeze",
    ]
)

Rows = list[list[Token]]


@dataclass(slots=True)
class Group:
    """What stands between two brackets. ``breaks`` are where rows end: before which cell, and by what."""

    opened: Token
    line: int
    call: str = ""
    label: str = ""
    items: list[Token | Group] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    breaks: dict[int, str] = field(default_factory=dict)
    commas: int = 0
    trailing: bool = False  # a comma before the line's end
    keys: dict[str, str] = field(default_factory=dict)
    key: str = ""  # the keyword whose value is being passed over
    words: list[str] = field(default_factory=list)  # seen since the last comma
    blank_due: bool = False

    def add(self, item: Token | Group, line: int) -> None:
        self.items.append(item)
        self.lines.append(line)
        self.words.clear()
        self.trailing = False


@dataclass(slots=True)
class Value:
    """A value that was bracketed: its rows, the line of each row, labels, and how many brackets stood around a number."""

    rows: Rows
    lines: list[int]
    labels: list[str]
    depth: int
    line: int
    notes: list[str] = field(default_factory=list)


class Brackets:
    """Takes tokens until the bracket that was opened first is closed."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.stack: list[Group] = []
        self.word: Token | None = None
        self.done: Group | None = None
        self.error: InputError | None = None

    def where(self, line: int, token: Token) -> str:
        return f"in {self.origin}, line {line}, column {token.start + 1}"

    def take(self, tokens: list[Token], line: int) -> int:
        """Take the tokens of one line; how many were taken when the bracket closed, or all of them."""
        for n, token in enumerate(tokens):
            self._token(token, line)
            if self.done is not None:
                return n + 1
        if self.stack:
            group = self.stack[-1]
            if group.items and not group.trailing:
                group.breaks.setdefault(len(group.items), "line")
        return len(tokens)

    def fail(self, what: str, line: int, token: Token, mend: str | None = None) -> None:
        """The first thing that is wrong is told; the rest is read on, to where the bracket closes."""
        if self.error is None:
            self.error = InputError(what, self.where(line, token), mend=mend)

    def _token(self, token: Token, line: int) -> None:
        kind, text = token.kind, token.text
        if kind == "open":
            self._open(token, line)
        elif kind == "close":
            self._close(token, line)
        elif self.stack:
            self._inside(self.stack[-1], token, line)
        if kind in ("word", "quoted"):
            self.word = token
        elif not (kind == "blank" and text in ("_", "-")):
            self.word = None

    def _open(self, token: Token, line: int) -> None:
        word = self.word
        call = (
            word.text.rpartition(".")[2] if word is not None and word.end == token.start and token.text in "([{" else ""
        )
        if len(self.stack) > DEEPEST:
            self.fail(f"brackets more than {DEEPEST} deep", line, token)
            self.stack[-1].items.clear()
            return
        group = Group(token, line, call)
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
            self._stray(group, line, token)
        if "([{⟨".index(group.opened.text) != ")]}⟩".index(token.text):
            self.fail(f"'{token.text}' closes '{group.opened.text}' of line {group.line}", line, token)
        if not self.stack:
            self.done = group
            return
        above = self.stack[-1]
        if above.key or (not group.items and not group.keys):
            above.words.clear()
            return
        fraction = _fraction(group)
        above.add(fraction if fraction is not None else group, group.line)

    def _stray(self, group: Group, line: int, token: Token) -> None:
        if group.items and not group.call.endswith("Tensor"):
            what, mend = why_not(group.words[0])
            self.fail(what, line, token, mend)
        group.words.clear()

    def _inside(self, group: Group, token: Token, line: int) -> None:
        kind, text = token.kind, token.text
        if kind == "comma":
            if group.words and not group.key and group.items and group.opened.text != "{":
                self._word_alone(group, line, token)
            elif not group.key and group.trailing and group.items and not group.words and group.opened.text == "[":
                self.fail("an empty cell where a number is due", line, token)
            group.key = ""
            group.words.clear()
            group.commas += 1
            group.trailing = True
        elif group.key:
            group.keys[group.key] += text
        elif kind == "end":
            group.breaks[len(group.items)] = "row"
            group.trailing = False
        elif kind in ("assign", "colon") and group.words:
            key = " ".join(group.words)
            if kind == "assign" and group.opened.text == "(" and text == "=":
                group.key = key
                group.keys[key] = ""
                group.words.clear()
            else:
                group.words[:] = [key]
        elif kind in ("number", "blank") or text in TRUTH:
            if "..." in text or "…" in text:
                self.fail(
                    f"'{text}' stands for numbers that are not there", line, token,
                    "print all of them: np.set_printoptions(threshold=10**9), torch.set_printoptions(profile='full')",
                )  # fmt: skip
            if group.words and kind == "number":
                self._word_alone(group, line, token)
            group.add(token, line)
        elif kind in ("word", "quoted"):
            if text in ("\\", "+", "$", "$$") or (text.startswith("<") and text.endswith(">")):
                return
            group.words.append(text.strip("\"'`"))
        elif kind == "bar" and text == "&":
            group.commas += 1

    def _word_alone(self, group: Group, line: int, token: Token) -> None:
        word = group.words[0]
        if word.rpartition(".")[2].rstrip("0123456789").lower() not in (
            "float",
            "double",
            "int",
            "bfloat",
            "bool",
            "half",
            "long",
        ):
            what, mend = why_not(word)
            self.fail(what, line, token, mend)


def _fraction(group: Group) -> Token | None:
    """The one number in round brackets, as (1/3), or the two of Fraction(1, 3)."""
    if group.opened.text != "(" or not all(isinstance(item, Token) for item in group.items):
        return None
    texts = [item.text for item in group.items if isinstance(item, Token)]
    first = group.items[0]
    assert isinstance(first, Token)
    if group.call == "Fraction" and len(texts) == 2:
        return first._replace(text=f"{texts[0]}/{texts[1]}", kind="number")
    if group.call in ("Rational", "Fraction", "Decimal") or (not group.call and not group.commas and len(texts) == 1):
        return first._replace(text="/".join(texts), kind="number")
    return None


def value_of(group: Group, origin: str) -> Value:
    """The rows of a bracketed value; InputError where it is none: ragged, of three dimensions, mixed."""

    def error(what: str, at: Group, *details: str, mend: str | None = None) -> InputError:
        return InputError(what, f"in {origin}, line {at.line}, column {at.opened.start + 1}", *details, mend=mend)

    notes: list[str] = []
    while len(group.items) == 1 and isinstance(group.items[0], Group):
        inner = group.items[0]
        if group.call in ("matrix", "Matrix") and group.keys and not _has_groups(inner):
            break
        if group.opened.text == "[" or (group.opened.text in "({" and not group.call):
            if not _has_groups(inner):
                break
            if _levels(inner) >= 2:
                notes.append("an outer dimension of 1 is dropped")
        if group.call in COLUMNS or group.keys:
            inner.keys = {**group.keys, **inner.keys}
            inner.call = group.call
        group = inner
    if not group.items:
        raise error("no numbers between the brackets", group)
    groups = [item for item in group.items if isinstance(item, Group)]
    if group.call in ("matrix", "Matrix") and groups and not _has_groups(groups[0]):
        return _shaped(group, groups, error)
    if groups and len(groups) != len(group.items):
        raise error("numbers and brackets side by side", group, mend="expected rows, each in brackets of its own")
    if not groups:
        return _flat(group, error)
    if any(_has_groups(one) for one in groups):
        shape = _shape(group)
        raise error(f"{len(shape)} dimensions ({'×'.join(map(str, shape))})", group, "a matrix has rows and columns: two",
                    mend="give one matrix at a time")  # fmt: skip
    rows = [[item for item in one.items if isinstance(item, Token)] for one in groups]
    labels = [one.label for one in groups]
    if any("row" in one.breaks.values() for one in groups) and len(groups) == 1:
        return _flat(groups[0], error)
    if (group.call in COLUMNS or (group.keys and group.call == "cbind")) and len({len(row) for row in rows}) == 1:
        rows = [list(column) for column in zip(*rows, strict=True)]
        return Value(rows, [group.line] * len(rows), [], 2, group.line, notes)
    return Value(rows, [one.line for one in groups], labels if all(labels) else [], 2, group.line, notes)


def _has_groups(group: Group) -> bool:
    return any(isinstance(item, Group) for item in group.items)


def _levels(group: Group) -> int:
    depth = 1
    while group.items and isinstance(group.items[0], Group):
        group = group.items[0]
        depth += 1
    return depth


def _shape(group: Group) -> list[int]:
    found = [len(group.items)]
    while group.items and isinstance(group.items[0], Group):
        group = group.items[0]
        found.append(len(group.items))
    return found


def _shaped(group: Group, groups: list[Group], error: object) -> Value:
    """R's matrix(c(…), nrow=2), which fills its columns first."""
    assert callable(error)
    cells = [item for item in groups[0].items if isinstance(item, Token)]
    sizes = [item.text for item in group.items[1:] if isinstance(item, Token)]
    rows = _whole(group.keys.get("nrow") or group.keys.get("nr") or (sizes[0] if sizes else ""))
    cols = _whole(group.keys.get("ncol") or group.keys.get("nc") or (sizes[1] if len(sizes) > 1 else ""))
    if rows is None and cols is None:
        rows = len(cells)
    rows = rows if rows is not None else len(cells) // max(cols or 1, 1)
    cols = cols if cols is not None else len(cells) // max(rows, 1)
    if rows * cols != len(cells) or not cells:
        raise error(f"{counted(len(cells), 'number')} for {rows}×{cols} cells", group)
    if group.keys.get("byrow", "").upper() in ("T", "TRUE"):
        table = [cells[i * cols : (i + 1) * cols] for i in range(rows)]
    else:
        table = [[cells[j * rows + i] for j in range(cols)] for i in range(rows)]
    return Value(table, [group.line] * rows, [], 2, group.line)


def _whole(text: str) -> int | None:
    return int(text.rstrip("L")) if re.fullmatch(r"[0-9]{1,6}L?", text) else None


def _flat(group: Group, error: object) -> Value:
    """A bracket of numbers alone: one row, or several where ; or lines part them."""
    assert callable(error)
    cells = [item for item in group.items if isinstance(item, Token)]
    breaks = dict(group.breaks)
    breaks.pop(len(cells), None)
    breaks.pop(0, None)
    by_line = sorted(n for n, how in breaks.items() if how == "line")
    by_sign = sorted(n for n, how in breaks.items() if how == "row")
    cuts = by_sign
    if by_line and (by_sign or not group.commas):
        cuts = sorted({*by_line, *by_sign})
        pieces = _cut(cells, cuts)
        if not by_sign and len({len(piece) for piece in pieces}) > 1:
            long = (
                len(pieces[0]) > 3
                and all(len(p) == len(pieces[0]) for p in pieces[:-1])
                and len(pieces[-1]) < len(pieces[0])
            )
            if not long:
                lengths = ", ".join(str(len(piece)) for piece in pieces[:6])
                raise error("rows of different lengths", group, f"its lines have {lengths} numbers")
            cuts = []  # a long vector that goes on in the next line
        elif not by_sign and cells[-1].end > 60 and len(pieces[0]) > 3:
            raise error(
                f"{len(pieces)} rows, or one row over {len(pieces)} lines?", group,
                mend="put each row in brackets of its own, or ; between rows",
            )  # fmt: skip
    rows = _cut(cells, cuts)
    starts = [0, *cuts]
    return Value(rows, [group.lines[n] for n in starts], [], 2 if cuts else 1, group.line)


def _cut(cells: list[Token], cuts: list[int]) -> Rows:
    return [cells[a:b] for a, b in zip([0, *cuts], [*cuts, len(cells)], strict=True) if b > a]


def truth_as_number(text: str) -> str:
    """True as 1, False as 0: what a mask says."""
    return f"{TRUTH[text]:g}" if text in TRUTH and number(text) is None else text
