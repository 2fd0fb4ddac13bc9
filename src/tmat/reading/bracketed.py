"""The content of brackets as rows: nested lists, flat lists cut by ; or line ends, R's columns, transpositions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tmat.errors import InputError
from tmat.reading.brackets import COLUMNWISE, Group
from tmat.reading.lexing import TRUTH, Token, closing
from tmat.reading.number_text import counted, number

Cell = TypeVar("Cell")
_SIZED = frozenset(("matrix", "Matrix", "structure", "array", "reshape", "NewDense", "NMatrix", "new", "constant"))
_HARMLESS = frozenset((
    "T", "numpy", "cpu", "cuda", "detach", "tolist", "float", "double", "half", "bfloat16", "clone", "requires_grad_", "requires_grad", "to", "type",
    "astype", "eval", "squeeze",
))  # fmt: skip
_TRANSPOSED = (".T", "ᵀ", "'", "^T", ".t", ".mT", "⊤", "^\\top")


@dataclass(slots=True)
class Value:
    """A bracketed value: its rows, the line of each row, labels, and the depth of nesting around a number."""

    rows: list[list[Token]]
    lines: list[int]
    labels: list[str]
    depth: int
    line: int
    notes: list[str] = field(default_factory=list)

    def cells(self) -> list[list[str]]:
        """Its numbers as they were typed: True as 1, False as 0, None as a blank."""
        return [
            [f"{TRUTH[t.text]:g}" if t.text in TRUTH and number(t.text) is None else t.text for t in row]
            for row in self.rows
        ]


def value_of(group: Group, origin: str) -> Value:
    """The rows of a bracketed value; InputError where it is none: ragged, of three dimensions, mixed."""

    def error(what: str, *details: str, mend: str | None = None) -> InputError:
        where = f"in {origin}, line {group.line}, column {group.opened.start + 1}"
        return InputError(what, where, *details, mend=mend)

    group, notes = _unwrapped(group)
    group.items = [_row(item) if isinstance(item, Group) else item for item in group.items]
    groups = group.groups
    if not group.items:
        raise error("no numbers between the brackets")
    if group.call in _SIZED and (inner := _unshaped(group)) is not None:
        return _shaped(group, inner, error)
    if groups and len(groups) != len(group.items):
        raise error("numbers and brackets side by side", mend="expected rows, each in brackets of its own")
    if not groups and group.call == "matrix" and not group.keys.keys().isdisjoint(_SIZES):  # R's matrix(1:6, nrow = 2)
        return _shaped(group, replace(group, call="c"), error)
    if not groups:
        return _flat(group, error)
    if any(one.groups for one in groups):
        shape = _shape(group)
        raise error(f"{len(shape)} dimensions ({'×'.join(map(str, shape))})", "a matrix has rows and columns: two",
                    mend="give one matrix at a time")  # fmt: skip
    if len(groups) == 1 and "row" in groups[0].breaks.values():
        return _flat(groups[0], error)
    rows = [one.tokens for one in groups]
    listed = group.opened.text != "{" and (
        group.call == "DataFrame" or group.keys.get("orient", "").strip("\"'") == "row"
    )  # pandas takes lists as rows, a dictionary as columns; Polars both as columns, unless told
    stacked = group.call == "stack" and (group.keys.get("dim") or group.keys.get("axis")) in ("1", "-1")
    if ((group.call in COLUMNWISE and not listed) or stacked) and len({len(row) for row in rows}) == 1:
        rows = [list(column) for column in zip(*rows, strict=True)]
        return Value(rows, [group.line] * len(rows), [], 2, group.line, notes)
    labels = [one.label for one in groups]
    return Value(rows, [one.line for one in groups], labels if all(labels) else [], 2, group.line, notes)


def _unwrapped(group: Group) -> tuple[Group, list[str]]:
    """The inner bracket where outer brackets hold nothing else; a dropped outer dimension of 1 is noted."""
    notes: list[str] = []
    while group.groups and (len(group.items) == 1 or _names_its_size(group)):
        inner = group.groups[0]
        if group.call in _SIZED and not group.keys.keys().isdisjoint(_SIZES) and not inner.groups:
            break
        if group.opened.text == "[" or (group.opened.text in "({" and not group.call):
            if not inner.groups:
                break
            if len(_shape(inner)) > 1:
                notes.append("an outer dimension of 1 is dropped")
        if group.call in COLUMNWISE or group.keys:
            inner.keys = {**group.keys, **inner.keys}
            inner.call = group.call
        group = inner
    return group, notes


def _row(group: Group) -> Group:
    """The bracket within a call that holds nothing else: tensor([…]) as an item of a list."""
    inner = group.groups[0] if group.call and len(group.items) == 1 and group.groups else group
    return group if inner.groups else inner


def _names_its_size(group: Group) -> bool:
    """Maple's Matrix(2, 3, [[…], […]])."""
    sizes = [token.text for token in group.tokens]
    return group.call == "Matrix" and len(group.groups) == 1 and sizes == [str(n) for n in _shape(group.groups[0])]


def _shape(group: Group) -> list[int]:
    found = [len(group.items)]
    while group.items and isinstance(group.items[0], Group):
        group = group.items[0]
        found.append(len(group.items))
    return found


_SIZES = frozenset(("nrow", "ncol", "nr", "nc", "dim", ".Dim", "shape", "byrow"))


def _unshaped(group: Group) -> Group | None:
    """The flat list of a call that also gives a shape: by keywords, two whole numbers, or a list of them."""
    groups = [one for one in group.groups if not one.groups]
    if len(groups) != len(group.groups) or not groups:
        return None
    if len(groups) == 1:
        flat = group.call in ("matrix", "structure") or not group.keys.keys().isdisjoint(_SIZES)
        return groups[0] if flat or len(group.tokens) == 2 else None
    if len(groups) != 2 or group.tokens:
        return None
    for sizes, inner in (groups, groups[::-1]):
        shape = [_whole(token.text) or 0 for token in sizes.tokens]
        if len(shape) == 2 and shape[0] * shape[1] == len(inner.tokens) != 2:
            return inner
    return None


def _shaped(group: Group, inner: Group, error: Callable[..., InputError]) -> Value:
    """R's matrix(c(…), nrow=2), which fills its columns first, as structure, MATLAB's and Fortran's reshape do; others fill rows."""
    keys = group.keys
    dim = re.findall("[0-9]{1,6}", keys.get("dim") or keys.get(".Dim") or keys.get("shape") or "")
    others = [one for one in group.groups if one is not inner]
    tokens = group.tokens if group.groups and group.tokens else [token for one in others for token in one.tokens]
    sizes = [*(dim or (token.text for token in tokens)), "", ""]
    height = _whole(keys.get("nrow") or keys.get("nr") or sizes[0])
    width = _whole(keys.get("ncol") or keys.get("nc") or sizes[1])
    if group.call == "reshape" and not group.dotted and others and others[0].opened.text == "(" and not others[0].call:
        raise error("a shape that may fill rows first, or columns", mend="put each row in brackets of its own")
    by_row = keys.get("byrow", "").upper() in ("T", "TRUE") or not (
        inner.call == "c" or (dim and "shape" not in keys) or group.call == "structure" or (group.call == "reshape" and not group.dotted)
        or not keys.keys().isdisjoint(_SIZES - {"shape"})
    )  # fmt: skip
    shape = -1 if height is None and width is not None else height, 1 if height is width is None else width
    rows = in_shape(inner.tokens, shape if by_row else shape[::-1], error)
    rows = rows if by_row else [list(row) for row in zip(*rows, strict=True)]
    return Value(rows, [group.line] * len(rows), [], 2, group.line)


def _whole(text: str) -> int | None:
    return int(text.rstrip("L")) if re.fullmatch(r"[0-9]{1,6}L?", text) else None


def _flat(group: Group, error: Callable[..., InputError]) -> Value:
    """A bracket of numbers alone: one row, or several where ; or lines part them."""
    cells = group.tokens
    breaks = {n: how for n, how in group.breaks.items() if 0 < n < len(cells)}
    commas = [n for n in group.cuts if 0 < n < len(cells)]
    if group.opened.text == "{" and not breaks and 0 < len(commas) < len(cells) - 1 and len(group.cuts) == group.commas:
        if len({b - a for a, b in zip([0, *commas], [*commas, len(cells)], strict=True)}) > 1:
            raise error("some cells are parted by commas, others by spaces alone")
        breaks = dict.fromkeys(commas, "row")  # as SAS writes rows: {1 2, 3 4}
    cuts = sorted(n for n, how in breaks.items() if how == "row")
    parted = not group.commas or breaks.keys().isdisjoint(group.cuts)  # no comma at the end of a line: it ends a row
    if len(breaks) > len(cuts) and (cuts or parted):
        signed, cuts = cuts, sorted(breaks)
        lengths = [b - a for a, b in zip([0, *cuts], [*cuts, len(cells)], strict=True)]
        if not signed and len(set(lengths)) > 1:
            if not (lengths[0] > 3 and set(lengths[:-1]) == {lengths[0]} and lengths[-1] < lengths[0]):
                raise error("rows of different lengths", f"its lines have {', '.join(map(str, lengths[:6]))} numbers")
            cuts = []  # a long vector that goes on in the next line
        elif not signed and cells[-1].end > 60 and lengths[0] > 3:
            raise error(f"{len(lengths)} rows, or one row over {len(lengths)} lines?",
                        mend="put each row in brackets of its own, or ; between rows")  # fmt: skip
    rows = [cells[a:b] for a, b in zip([0, *cuts], [*cuts, len(cells)], strict=True)]
    return Value(rows, [group.lines[n] for n in (0, *cuts)], [], 2 if cuts else 1, group.line)


def after_bracket(rest: list[Token]) -> tuple[bool, tuple[int, int] | None, list[Token]]:
    """What follows a closed bracket: whether it is transposed, its new shape, and the tokens after these and harmless calls."""
    transposed, shape = False, None
    n = 0
    while n < len(rest):
        text = rest[n].text
        if text in _TRANSPOSED:
            transposed = not transposed
            n += 1
            continue
        if not text.startswith(".") or n + 1 == len(rest) or rest[n + 1].text != "(":
            break
        close = closing(rest, n + 1)
        call = text[1:].rpartition(".")[2]
        if close is None:
            break
        if call in ("reshape", "view"):
            sizes = [int(t.text) for t in rest[n + 2 : close] if re.fullmatch("-?[0-9]{1,6}", t.text)]
            shape = (sizes[0], sizes[1]) if len(sizes) == 2 else None
            if shape and any(t.text.strip("\"'") == "F" for t in rest[n + 2 : close]):  # columns first
                shape, transposed = shape[::-1], not transposed
        elif call in ("t", "transpose", "T"):
            transposed = not transposed
        elif call not in _HARMLESS:
            break
        n = close + 1
    while n < len(rest) and rest[n].kind == "tab":
        n += 1
    return transposed, shape, rest[n:]


def transposed(value: Value) -> Value:
    """The transpose of a value, where its rows have equal lengths."""
    if len({len(row) for row in value.rows}) == 1:
        value.rows = [list(column) for column in zip(*value.rows, strict=True)]
    value.labels, value.lines, value.depth = [], [value.line] * len(value.rows), 2
    return value


def in_shape(cells: list[Cell], shape: tuple[int | None, int | None], error: Callable[[str], InputError]) -> list[list[Cell]]:  # fmt: skip
    """Numbers in rows of a given shape; -1 or None is inferred."""
    height, width = (-1 if size is None else size for size in shape)
    height = len(cells) // width if height == -1 and width > 0 else height
    width = len(cells) // height if width == -1 and height > 0 else width
    if height < 1 or width < 1 or height * width != len(cells):
        raise error(f"{counted(len(cells), 'number')} for {height}×{width} cells")
    return [cells[n : n + width] for n in range(0, len(cells), width)]
