"""A terminal's matrices, between drawn brackets, as rows between bars: their labels, heads and names found around them."""

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
    own: bool = True  # labels of its own stand before each of its rows


def without_brackets(text: str) -> Plain:
    """The text with each drawn matrix as a table under its name."""
    lines = re.split(r"\r\n|\r|\n", text)
    out = Lines()
    open_: list[_Drawn] = []
    pending: list[_Drawn] = []
    steps: list[tuple[int, str]] = []  # where the headings of steps stand, and their names
    free = 0  # the first line that no matrix has taken its captions from

    for n, line in enumerate(lines):
        pieces = list(_PIECE.finditer(line)) if len(line) < _LONGEST else []
        found = [(width(line[: match.start()]), match[1]) for match in _STEP.finditer(line)]
        steps = found or steps
        if not pieces:
            if not line.strip() and pending and all(one.done for one in pending):
                _write(pending, lines, out, steps, free)
                pending, free = [], n
            if not pending and line.strip() and not _is_caption(lines, n):
                out.line(line, n + 1)
            elif not line.strip() and not pending:
                out.line("", n + 1)
            continue
        taken = _take(line, pieces, n, open_, pending)
        open_ = [one for one in taken if not one.done]
    if pending:
        _write(pending, lines, out, steps, free)
    return out.plain(prose=True)


def _take(line: str, pieces: list[re.Match[str]], n: int, open_: list[_Drawn], pending: list[_Drawn]) -> list[_Drawn]:
    taken = list(open_)
    before = 0
    for at, piece in enumerate(pieces):
        left, right = width(line[: piece.start()]), width(line[: piece.end()])
        beside = re.split(r" {3,}", _CALL.sub("", line[before : piece.start()]).strip())[-1]
        before = piece.end()
        one = next((own for own in open_ if own.left == left), None)
        if one is None:
            one = _Drawn(left, right, n)
            pending.append(one)
            taken.append(one)
        one.rows.append((piece[1] if piece[1] is not None else piece[2]).split())
        one.places.append(n + 1)
        named = re.fullmatch(r"(.*?)\s*(?:=|≈|:=|:)", beside)
        if named and not one.name and (at == 0 or re.match(r"[^\W\d]", named[1])):
            one.name = named[1].rpartition("=")[0] or named[1]
            beside = ""
        one.labels.append(beside if at == 0 else "")
        one.own &= re.search(r"\w", beside) is not None and "=" not in beside
        one.done = piece[1] is None or line[piece.start()] in _BOTTOM
    return taken


def _is_caption(lines: list[str], n: int) -> bool:
    """Whether a line stands directly above a drawn matrix: it holds names or the columns' labels."""
    for line in lines[n + 1 : n + 3]:
        if _PIECE.search(line):
            return True
        if not line.strip():
            return False
    return False


def _write(drawn: list[_Drawn], lines: list[str], out: Lines, steps: list[tuple[int, str]], free: int) -> None:
    result = max(drawn, key=lambda one: (one.top > drawn[0].places[-1], one.left))
    first = min(drawn, key=lambda one: one.left)
    for one in drawn if len(steps) > 1 else [result]:
        if any(one.labels) or one.own or len(one.rows) != len(first.rows):
            continue
        one.labels = first.labels  # they stand before the first operand, whose rows the result has
    for one in drawn:
        heads, caption = _above(one, lines, free)
        own = steps[:1] if len(steps) < 2 else [step for step in steps if step[0] <= one.left][-1:]
        name = one.name or caption or (own[0][1] if own and (one is result or len(steps) > 1) else "")
        if not name and len(drawn) > 1:
            continue  # an operand without a name, as in softmax(…): its own table has it
        rows = [row for row in one.rows if row]
        if not rows:
            continue
        if name:
            transposed = name.endswith("ᵀ") and len(drawn) > 1
            if transposed:
                continue  # an operand the other way round: its own table has it
            out.line(f"{name.strip()} =", one.top + 1)
        labels = [label for label, row in zip(one.labels, one.rows, strict=True) if row]
        places = [place for place, row in zip(one.places, one.rows, strict=True) if row]
        labelled = any(labels)
        table = (
            [[label or str(k), *row] for k, (label, row) in enumerate(zip(labels, rows, strict=True), 1)]
            if labelled
            else rows
        )
        if heads and len(heads) == len(rows[0]):
            table, places = [["", *heads] if labelled else heads, *table], [places[0], *places]
        elif labelled:
            table, places = [["", *map(str, range(1, len(rows[0]) + 1))], *table], [places[0], *places]
        out.table(table, places, head=labelled or bool(heads))


def _above(one: _Drawn, lines: list[str], free: int) -> tuple[list[str], str]:
    """The columns' labels and the name that stand above a matrix."""
    heads: list[str] = []
    columns = len(one.rows[0])
    for n in range(one.top - 1, max(one.top - 4, free - 1), -1):
        line = lines[n]
        if _PIECE.search(line) and n < one.top - 1 - bool(heads):
            break
        words = [word for word, left, right in _placed(line) if right > one.left - 3 and left < one.right + 3]
        size = [word for word in words if _SIZE.fullmatch(word)]
        words = [word for word in words if not _SIZE.fullmatch(word)]
        if not words:
            if not line.strip():
                break
            continue
        if len(words) == 1 and (columns > 1 or size or heads):
            return heads, words[0]
        if heads or len(words) != columns:
            break
        heads = words
    if columns == 1 and len(heads) == 1:
        return [], heads[0]
    return heads, ""


def _placed(line: str) -> list[tuple[str, int, int]]:
    found = []
    for match in re.finditer(r"\S+", line):
        left = width(line[: match.start()])
        found.append((match[0], left, left + width(match[0])))
    return found
