"""What some stages show besides their steps: the words and their ids, a position's working, the likeliest words.

The only place in the layout that knows a stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tmat.errors import InputError
from tmat.numbers import format_number
from tmat.operations import REGISTRY
from tmat.operations.expression import Call, Expression, Number, Power, Quotient
from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import MOST, texts
from tmat.rendering.styled import EMPTY, Line, Span, folded, indented, joined, padded, space
from tmat.rendering.styled import words as pieces_of
from tmat.sheet.worksheet import Matrix, Parameter, Stage
from tmat.text.vocabulary import Vocabulary
from tmat.visible import pad, widths

LONG = 120  # words of a list beyond which it is cut on a page of limited width
ROWS = 12  # rows of an id table beyond which it is cut
BAR = 24  # columns of a full bar
EIGHTHS = " ▏▎▍▌▋▊▉█"


def words_and_ids(drawer: Drawer, stage: Stage, vocabulary: Vocabulary | None) -> Iterator[list[Line]]:
    """The list N, the set of it, their count, and the ids over their words."""
    if vocabulary is None:
        return
    corpus = _strings(stage.params.get("corpus"))
    total, distinct = stage.params.get("tokens", len(corpus)), stage.params.get("distinct", len(vocabulary.words))
    cut = stage.params.get("corpus_cut") is True
    yield _list(drawer, "N = [", corpus, "]", int(total) if isinstance(total, int) else len(corpus), cut)
    counts = stage.params.get("counts")
    known = list(vocabulary.words)
    if isinstance(counts, list):  # a later stage may have added words: <start>, <end>
        known = known[: len(counts)]
    present = [word for word, n in zip(known, counts, strict=False) if n] if isinstance(counts, list) else known
    yield _list(drawer, "set(N) = {", present, "}", len(present), False)
    size = [Span("vocab size", "name"), Span(f" = count(set(N)) = {distinct}", "formula")]
    if len(known) != distinct:
        size.append(Span(f"   {len(known)} words have ids", "caption"))
    yield [tuple(size)]
    yield id_table(drawer, known, vocabulary.first_id)


def _strings(value: Parameter) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _list(drawer: Drawer, opening: str, items: Sequence[str], closing: str, total: int, cut: bool) -> list[Line]:
    shown = list(items)
    if not drawer.full and len(shown) > LONG:
        shown, cut = shown[:LONG], True
    pieces: list[Line] = [(Span(opening, "name"),)]
    last = len(shown) - 1
    for n, word in enumerate(shown):
        after = Span(",", "caption") if n < last or cut else Span(f" {closing}", "name")
        pieces.append((Span(drawer.spell.word(word), "label"), after))
    if cut:
        pieces.append((Span(drawer.spell(f"… {total:,} words"), "caption"), Span(f" {closing}", "name")))
    return folded(pieces, drawer.width or 120, indent=4)


def id_table(drawer: Drawer, words: Sequence[str], first_id: int) -> list[Line]:
    """Ids over words, in as many rows as the width needs."""
    room = drawer.width or 120
    limit = None if drawer.width is None else max(room - 2, 8)
    shown = [drawer.clip(word, limit) for word in (words if drawer.full else words[: room // 3 * ROWS])]
    ids = [str(first_id + n) for n in range(len(shown))]
    wide = max(widths([*shown, *ids]), default=0)
    per = max((room + 2) // (wide + 2), 1)
    if per < len(shown):
        per = -(-len(shown) // -(-len(shown) // per))  # as few rows, about equally long
    lines: list[Line] = []
    starts = range(0, len(shown), per)
    for row, start in enumerate(starts):
        if row == ROWS and not drawer.full:
            break
        for texts_here, role in ((ids, "caption"), (shown, "label")):
            lines.append((Span("".join(pad(text, wide + 2) for text in texts_here[start : start + per]), role),))
        lines.append(EMPTY)
    seen = min(len(shown), len(starts[:ROWS] if not drawer.full else starts) * per)
    if seen < len(words):
        more = " · ".join([f"… {len(words) - seen:,} more words", *filter(None, [drawer.look.whole])])
        lines += [(Span(drawer.spell(more), "cut"),), EMPTY]
    return lines[:-1]


def likeliest(drawer: Drawer, stage: Stage, vocabulary: Vocabulary | None) -> Iterator[list[Line]]:
    """The likeliest words of each of a decoder's predictions, or the beams of a beam search; then the words made so far."""
    step = stage.step("probabilities")
    if step is not None:
        yield _predictions(drawer, step.result, stage.params.get("word"))
    elif stage.params.get("beams"):
        yield _beams(drawer, _strings(stage.params["beams"]), stage.params.get("sums"))
    else:
        return
    if stage.params.get("sentence"):
        yield _sentence(drawer, _strings(stage.params["sentence"]), stage.params.get("ended") is True, vocabulary)


def _predictions(drawer: Drawer, probabilities: Matrix, word: Parameter) -> list[Line]:
    """The likeliest words of each row with their probabilities, and bars as long as these; the word chosen, where it is another."""
    lines: list[Line] = []
    limit = None if drawer.width is None else max(drawer.width // 3, 8)
    for i, row in enumerate(probabilities.values.tolist()):
        best = sorted(range(len(row)), key=lambda j: (-row[j], j))[: drawer.look.top]
        if probabilities.height > 1:
            after = drawer.spell(f"after {drawer.spell.word(probabilities.rows[i])}")
            lines += [*([EMPTY] if lines else []), *folded([(Span(after, "caption"),)], drawer.width)]
        names = [drawer.clip(probabilities.cols[j], limit) for j in best]
        wide = max(widths(names), default=0)
        numbers = [text for (text,) in texts(probabilities.values[i, best].reshape(-1, 1), drawer.look.digits, MOST)]
        longest = max(map(len, numbers), default=0)
        room = BAR if drawer.width is None else max(min(BAR, drawer.width - wide - longest - 4), 0)
        for rank, (name, number, j) in enumerate(zip(names, numbers, best, strict=True)):
            lines.append(
                (
                    *padded((Span(name, "label"),), wide + 2),
                    Span(number.rjust(longest), "given" if rank else "result"),
                    *space(2),
                    Span(_bar(drawer, row[j] / (row[best[0]] or 1.0), room), "bar"),
                )
            )
    if probabilities.height == 1 and lines and word != probabilities.cols[best[0]] and isinstance(word, str):
        lines += [EMPTY, (Span("chosen:", "caption"), *space(1), Span(drawer.clip(word, limit), "result"))]
    return lines


def _beams(drawer: Drawer, beams: Sequence[str], sums: Parameter) -> list[Line]:
    """The texts of a beam search, the likeliest first, each with its sum of −ln p."""
    numbers = np.array(
        [[float(cost)] for cost in sums if isinstance(cost, int | float)] if isinstance(sums, list) else []
    )
    shown = [text for (text,) in texts(numbers, drawer.look.digits, MOST)]
    longest = max(map(len, shown), default=0)
    head = [(Span(drawer.spell("the beams, by their sums of −ln p"), "caption"),)]
    rows = [
        (
            Span(number.rjust(longest), "result" if n == 0 else "given"),
            *space(2),
            Span(drawer.spell.word(text), "label"),
        )
        for n, (number, text) in enumerate(zip(shown, beams, strict=False))
    ]
    return [*head, *rows]


def _sentence(drawer: Drawer, words: Sequence[str], ended: bool, vocabulary: Vocabulary | None) -> list[Line]:
    """The words that were made one after another, and why no more were."""
    count = f"{len(words)} word{'' if len(words) == 1 else 's'}"
    why = f": {drawer.spell.word(words[-1])} came, and it stopped" if ended else ", no more were asked for"
    if not ended and vocabulary is not None and vocabulary.id("<end>") is not None:
        why += ": <end> did not come"
    pieces: list[Line] = [(Span("the sentence:", "name"),), *((Span(drawer.spell.word(w), "result"),) for w in words)]
    end = folded(pieces_of(drawer.spell(count + why), "caption"), None if drawer.width is None else drawer.width - 4)
    return [*folded(pieces, drawer.width, indent=4), *indented(end, 4)]


def _bar(drawer: Drawer, share: float, room: int) -> str:
    """A bar, to an eighth of a column; of whole columns where the output lacks the characters for eighths."""
    eighths = round(max(min(share, 1.0), 0.0) * room * 8) if share == share else 0
    if not drawer.spell.whole:
        return drawer.spell("█") * round(eighths / 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def position_table(stage: Stage, position: int, *, width: int | None = None, look: Look | None = None) -> list[Line]:
    """The working of one position's encoding: i, the embedding e where there is one, even or odd, formula, value, their sum.

    ``position`` is counted as the stage counts (from its start). Errors: no encoding here; a position it has not.
    """
    step = next((step for step in stage.steps if step.op == "sinusoid"), None)
    if step is None:
        raise InputError(f"{stage.id} computes no positions", f"it has {', '.join(stage.names())}")
    start = step.params.get("start", 0)
    first = int(start) if isinstance(start, int | float) else 0
    row = position - first
    if not 0 <= row < step.result.height:
        raise InputError(
            f"{stage.id} has no position {position}", f"its positions are {first} to {first + step.result.height - 1}"
        )
    drawer = Drawer(look or Look(), None if width is None else width - 1)
    cells = step.result.values[row : row + 1]
    numbers = [text for (text,) in texts(cells.T, drawer.look.digits, max(step.decimals or MOST, MOST))]
    heads = ["i", "", "formula", step.name]
    columns = [
        [(str(i), "label") for i in range(len(numbers))],
        [("odd" if i % 2 else "even", "caption") for i in range(len(numbers))],
        [
            (drawer.spell(_wave_in_numbers(REGISTRY["sinusoid"].at(row, i, **step.params))), "formula")
            for i in range(len(numbers))
        ],
        [(number, "result") for number in numbers],
    ]
    for place, name, role in ((1, "E", "given"), (len(columns) + 1, "X", "result")):
        if name in stage:
            own = texts(stage[name].values[row : row + 1].T, drawer.look.digits, MOST)
            heads.insert(place, name)
            columns.insert(place, [(text, role) for (text,) in own])
    rows: list[tuple[tuple[str, str], ...]] = [
        tuple((drawer.spell.word(head), "caption") for head in heads),
        *zip(*columns, strict=True),
    ]
    label = drawer.spell.word(step.result.rows[row])
    caption = f"position {position}" + (f", {label}" if label != str(position) else "")
    lines = [*folded(pieces_of(caption, "caption"), drawer.width), EMPTY, *_table(rows, drawer.width)]
    return [(*space(1), *line) if line else line for line in lines]


def _wave_in_numbers(cell: Expression) -> str:
    """A sine or cosine of the encoding in its numbers: sin(1 / 10000^(2/6))."""
    match cell:
        case Call(function, Quotient(Number(at), Power(Number(base), Quotient(Number(e), Number(d))))):
            at_, base_, e_, d_ = (format_number(x) for x in (at, base, e, d))
            return f"{function}({at_} / {base_}^({e_}/{d_}))"
    raise AssertionError("the encoding's cell is not a wave")


def _table(rows: Sequence[Sequence[tuple[str, str]]], room: int | None) -> list[Line]:
    """Columns with gaps, numbers right-aligned; without the column of even and odd where there is no room."""
    count = len(rows[0])
    wide = [max(widths(row[n][0] for row in rows)) for n in range(count)]
    shown = [n for n in range(count) if room is None or sum(wide) + 3 * count <= room or rows[0][n][0]]
    gap = 3 if room is None or sum(wide[n] for n in shown) + 3 * len(shown) <= room else 1
    numbers = [all(row[n][1] != "caption" and row[n][1] != "formula" for row in rows[1:]) for n in range(count)]
    lines = []
    for row in rows:
        cells = [padded((Span(*row[n]),), wide[n], "right" if numbers[n] else "left") for n in shown]
        lines.append(joined(cells, space(gap)))
    return lines


Extra = Callable[[Drawer, Stage, Vocabulary | None], Iterator[list[Line]]]
EXTRAS: dict[str, Extra] = {"vocab": words_and_ids, "decode": likeliest}
