"""Matrices between drawn brackets, as a terminal shows them, as tables with the labels and names around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tmat.reading.plain_lines import Lines, Plain
from tmat.visible import width

_OPENING, _CLOSING = "⎡⎢⎣⎛⎜⎝", "⎤⎥⎦⎞⎟⎠"
_TOP, _BOTTOM = "⎡⎛", "⎣⎝"
_PIECE = re.compile(r"[⎡⎢⎣⎛⎜⎝]([^⎡⎢⎣⎛⎜⎝⎤⎥⎦⎞⎟⎠]*)[⎤⎥⎦⎞⎟⎠]|\[ ([^\[\]]*) \]")
_STEP = re.compile(r"(?:^ {0,2}| {3,})[0-9]+ {2,}(\S+) = ")
_LONGEST = 10_000  # characters of a line that a terminal shows
_CALL = re.compile(r"(?:\s\S*|^)[(⎛⎜⎝⎡⎢⎣]$")  # softmax( between a label and its matrix
_SIZE = re.compile(r"[0-9]+×[0-9]+")


@dataclass(slots=True)
class _Drawn:
    """One matrix: where its brackets stand, and its rows as they come."""

    left: int
    right: int
    top: int
    rows: list[list[str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    name: str = ""
    done: bool = False
    labelled: bool = True  # labels of its own stand before each of its rows


def without_brackets(text: str) -> Plain:
    """The text with each drawn matrix as a table under its name."""
    lines = re.split(r"\r\n|\r|\n", text)
    out = Lines()
    pending: list[_Drawn] = []
    steps: list[tuple[int, str]] = []  # where the headings of steps stand, and their names
    free = 0  # the first line that no matrix has taken its captions from
    for n, line in enumerate(lines):
        pieces = list(_PIECE.finditer(line)) if len(line) < _LONGEST else []
        steps = [(width(line[: match.start()]), match[1]) for match in _STEP.finditer(line)] or steps
        if pieces:
            _take(line, pieces, n, pending)
            continue
        if not line.strip() and pending and all(matrix.done for matrix in pending):
            _write(pending, lines, out, steps, free)
            pending, free = [], n
        if not pending and not (line.strip() and _is_caption(lines, n)):
            out.line(line if line.strip() else "", n + 1)
    if pending:
        _write(pending, lines, out, steps, free)
    return out.plain(prose=True)


def _take(line: str, pieces: list[re.Match[str]], n: int, pending: list[_Drawn]) -> None:
    """The pieces of brackets in a line, each a row of the matrix that is open where it stands, or the first of another."""
    waiting = {matrix.left: matrix for matrix in pending if not matrix.done}
    before = 0
    for at, piece in enumerate(pieces):
        left, right = width(line[: piece.start()]), width(line[: piece.end()])
        beside = re.split(r" {3,}", _CALL.sub("", line[before : piece.start()]).strip())[-1]
        before = piece.end()
        matrix = waiting.get(left)
        if matrix is None:
            matrix = _Drawn(left, right, n)
            pending.append(matrix)
        matrix.rows.append((piece[1] if piece[1] is not None else piece[2]).split())
        matrix.places.append(n + 1)
        named = re.fullmatch(r"(.*?)\s*(?:=|≈|:=|:)", beside)
        if named and not matrix.name and (at == 0 or re.match(r"[^\W\d]", named[1])):
            matrix.name = named[1].rpartition("=")[0] or named[1]
            beside = ""
        matrix.labels.append(beside if at == 0 else "")
        matrix.labelled &= re.search(r"\w", beside) is not None and "=" not in beside
        matrix.done = piece[1] is None or line[piece.start()] in _BOTTOM


def _is_caption(lines: list[str], n: int) -> bool:
    """Whether a line stands directly above a drawn matrix: it holds names or the columns' labels."""
    below = lines[n + 1 : n + 3]
    return any(_PIECE.search(line) for line in below[: 1 if below and not below[0].strip() else 2])


def _write(drawn: list[_Drawn], lines: list[str], out: Lines, steps: list[tuple[int, str]], free: int) -> None:
    result = max(drawn, key=lambda matrix: (matrix.top > drawn[0].places[-1], matrix.left))
    first = min(drawn, key=lambda matrix: matrix.left)
    for matrix in drawn if len(steps) > 1 else [result]:
        if not (any(matrix.labels) or matrix.labelled) and len(matrix.rows) == len(first.rows):
            matrix.labels = first.labels  # they stand before the first operand, whose rows the result has
    for matrix in drawn:
        heads, caption = _above(matrix, lines, free)
        step = steps[:1] if len(steps) < 2 else [step for step in steps if step[0] <= matrix.left][-1:]
        name = matrix.name or caption or (step[0][1] if step and (matrix is result or len(steps) > 1) else "")
        rows = [row for row in matrix.rows if row]
        if not rows or (len(drawn) > 1 and (not name or name.endswith("ᵀ"))):
            continue  # an operand without a name, as in softmax(…), or transposed: its own table has it
        if name:
            out.line(f"{name.strip()} =", matrix.top + 1)
        labels = [label for label, row in zip(matrix.labels, matrix.rows, strict=True) if row]
        places = [place for place, row in zip(matrix.places, matrix.rows, strict=True) if row]
        named = [label or str(n) for n, label in enumerate(labels, 1)] if any(labels) else []
        out.table(rows, places, named, heads if len(heads) == len(rows[0]) else [])


def _above(matrix: _Drawn, lines: list[str], free: int) -> tuple[list[str], str]:
    """The columns' labels and the name that stand above a matrix."""
    heads: list[str] = []
    columns = len(matrix.rows[0])
    for n in range(matrix.top - 1, max(matrix.top - 4, free - 1), -1):
        line = lines[n]
        if _PIECE.search(line) and n < matrix.top - 1 - bool(heads):
            break
        placed = [
            (found[0], width(line[: found.start()]), width(line[: found.end()])) for found in re.finditer(r"\S+", line)
        ]
        words = [word for word, left, right in placed if right > matrix.left - 3 and left < matrix.right + 3]
        size = [word for word in words if _SIZE.fullmatch(word)]
        words = [word for word in words if not _SIZE.fullmatch(word)]
        if not line.strip():
            break
        if not words:
            continue
        if len(words) == 1 and (columns > 1 or size or heads):
            return heads, words[0]
        if heads or len(words) != columns:
            break
        heads = words
    if columns == 1 and len(heads) == 1:
        return [], heads[0]
    return heads, ""
