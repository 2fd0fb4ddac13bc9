"""A line as tokens: where a bracketed value begins, what follows it, and which tokens are cells."""

from __future__ import annotations

import re

from tmat.errors import InputError
from tmat.reading.brackets import HARMLESS, MAKERS, Value
from tmat.reading.lexing import MARKS, TRUTH, Token


def opening(tokens: list[Token]) -> tuple[int, int] | None:
    """Where a bracketed value begins: the token that its name ends before, and its first bracket; None where there is none.

    >>> from tmat.reading.lexing import lex
    >>> opening(lex("A = np.array([[1, 2]])")), opening(lex("(a) Q")), opening(lex("Q (2, 3):"))
    ((2, 3), None, None)
    """
    n = 0
    while n < len(tokens):
        if tokens[n].kind != "open":
            n += 1
            continue
        inside = n + 1
        while inside < len(tokens) and (tokens[inside].kind == "open" or _is_call(tokens, inside)):
            inside += 1
        call = n > 0 and tokens[n - 1].kind in ("word", "close") and tokens[n - 1].end == tokens[n].start
        maker = call and _makes(tokens[n - 1].text)
        close = _closing(tokens, n)
        if inside == len(tokens):
            follows = n == 0 or maker or tokens[n - 1].kind in ("assign", "colon") or not call
            return (n - 1 if maker else n, n) if follows else None
        dictionary = tokens[n].text in "{(" and tokens[inside].kind == "quoted" and not maker
        if dictionary and inside + 1 < len(tokens) and tokens[inside + 1].kind in ("colon", "comma"):
            n = inside
            continue
        is_number = tokens[inside].kind in ("number", "blank") or tokens[inside].text in TRUTH
        labelled = (
            tokens[inside].kind in ("word", "quoted") and inside + 1 < len(tokens) and tokens[inside + 1].kind in ("colon", "assign")
        ) and maker  # fmt: skip
        if not (is_number or labelled):
            n = (close if close is not None and close > n else n) + 1
            continue
        if call and not maker:
            if close is None:
                return None
            n = close + 1
            continue
        if _is_size_or_label(tokens, n, close):
            n = (close or n) + 1
            continue
        return (n - 1 if maker else n), n
    return None


def _is_call(tokens: list[Token], n: int) -> bool:
    return (
        tokens[n].kind == "word"
        and n + 1 < len(tokens)
        and tokens[n + 1].kind == "open"
        and tokens[n + 1].start == tokens[n].end
        and _makes(tokens[n].text)
    )


def _makes(word: str) -> bool:
    return word.rpartition(".")[2] in MAKERS or word in MAKERS


def _closing(tokens: list[Token], n: int) -> int | None:
    depth = 0
    for at in range(n, min(len(tokens), n + 4000)):
        depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
        if depth == 0:
            return at
    return None


def _is_size_or_label(tokens: list[Token], n: int, close: int | None) -> bool:
    """Q (2, 3): a shape; [1,] 0.5: R's label; (1) Q: a count."""
    if close is None:
        return False
    inside = [
        token
        for token in tokens[n + 1 : close]
        if token.kind != "comma" and token.text not in ("×", "x", "*", "by", "·")
    ]
    whole = bool(inside) and all(token.kind == "number" and token.text.isdigit() for token in inside)
    after = tokens[close + 1] if close + 1 < len(tokens) else None
    if not whole:
        return False
    if n > 0 and tokens[n - 1].kind not in ("assign", "colon") and tokens[n].text in "([" and len(inside) == 2:
        return after is None or after.kind in ("assign", "colon")
    return n == 0 and len(inside) == 1 and after is not None and after.kind in ("number", "blank", "word")


def r_index(tokens: list[Token]) -> tuple[str, list[Token]] | None:
    """R's [1,] or [1] before a row, or the head [,1] [,2]."""
    if len(tokens) < 3 or tokens[0].kind != "open" or tokens[0].text != "[":
        return None
    close = _closing(tokens, 0)
    if close is None or close > 3:
        return None
    inside = tokens[1:close]
    numbers = [token for token in inside if token.kind == "number" and token.text.isdigit()]
    if len(numbers) != 1 or any(token.kind not in ("number", "comma") for token in inside):
        return None
    rest = tokens[close + 1 :]
    if inside[0].kind == "comma":
        return numbers[0].text, [token for token in rest if False]
    return numbers[0].text, rest


def after_bracket(rest: list[Token]) -> tuple[bool, tuple[int, int] | None, list[Token]]:
    """What a closed bracket is followed by: a transposition, a new shape, harmless calls; and what comes then."""
    transposed, reshaped = False, None
    n = 0
    while n < len(rest):
        text = rest[n].text
        if text in (".T", "ᵀ", "'", "^T", ".t", ".mT", "⊤", "^\\top"):
            transposed = not transposed
            n += 1
        elif text.startswith(".") and n + 1 < len(rest) and rest[n + 1].text == "(":
            close = _closing(rest, n + 1)
            if close is None:
                break
            call = text[1:].rpartition(".")[2]
            if call in ("reshape", "view"):
                sizes = [
                    int(t.text)
                    for t in rest[n + 2 : close]
                    if t.kind == "number" and re.fullmatch("-?[0-9]{1,6}", t.text)
                ]
                reshaped = (sizes[0], sizes[1]) if len(sizes) == 2 else None
            elif call in ("t", "transpose", "T"):
                transposed = not transposed
            elif call not in HARMLESS:
                break
            n = close + 1
        else:
            break
    return transposed, reshaped, rest[n:]


def in_shape(value: Value, shape: tuple[int, int], where: str) -> Value:
    cells = [token for row in value.rows for token in row]
    height, width = shape
    height = len(cells) // width if height == -1 and width > 0 else height
    width = len(cells) // height if width == -1 and height > 0 else width
    if height < 1 or width < 1 or height * width != len(cells):
        raise InputError(f"{len(cells)} numbers for {shape[0]}×{shape[1]} cells", where)
    rows = [cells[n * width : (n + 1) * width] for n in range(height)]
    return Value(rows, [value.line] * height, [], 2, value.line, value.notes)


def cells_of(tokens: list[Token]) -> list[str]:
    """The cells of tokens parted by spaces or commas; two commas have an empty cell between them."""
    cells: list[str] = []
    due = True
    for n, token in enumerate(tokens):
        if token.kind in ("comma", "tab"):
            if due and n:
                cells.append("")
            due = True
        elif token.kind not in ("end", "bar"):
            cells.append(token.text.strip('"`') if token.kind == "quoted" else token.text)
            due = False
    return cells


def without_marks(tokens: list[Token]) -> list[Token]:
    """The line without the ticks that a marker put beside it."""
    while tokens and tokens[-1].kind == "word" and set(tokens[-1].text) <= MARKS:
        tokens = tokens[:-1]
    while (
        len(tokens) > 1
        and tokens[0].kind == "word"
        and set(tokens[0].text) <= MARKS | {"*", ">"}
        and tokens[1].kind in ("number", "word", "open")
    ):
        tokens = tokens[1:]
    return tokens
