"""Histograms as bars of characters, several lines high, side by side with their axes below."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.experiment.histogram import Histogram
from tmat.experiment.scaling import Scaling
from tmat.numbers import format_number
from tmat.rendering.layout.spelling import Spelling
from tmat.rendering.styled import EMPTY, Line, Span, padded, space, trimmed

EIGHTHS = " ▁▂▃▄▅▆▇█"
PLAIN = " .:#"  # where an output has no blocks: empty, a little, more, full
INDENT, APART = 1, 4
LEAST, MOST = 15, 60  # columns of a histogram

Row = tuple[str, tuple[Histogram, Histogram]]


def histograms(result: Scaling, *, width: int | None = None, encoding: str = "utf-8") -> list[Line]:
    """The scores as they come, and divided: for each d to its own height, and the article's."""
    spell = Spelling(encoding)
    over = format_number(result.deviation)
    widths = [(f"d = {each.d}", (each.before.histogram, each.after.histogram)) for each in result.widths]
    article = [("", (result.article.before.histogram, result.article.after.histogram))]
    parts = (
        _picture(widths, (spell("q·k"), spell("q·k / √d")), 3, width or 80, encoding),
        _picture(article, (spell(f"N(0, {over}²)"), f"over {over}"), 5, width or 80, encoding),
    )
    return [trimmed(line) for line in (*parts[0], EMPTY, *parts[1])]


def _picture(rows: Sequence[Row], names: tuple[str, str], height: int, room: int, encoding: str) -> list[Line]:
    """A row of two histograms for each label; where two do not fit side by side, one column below the other."""
    wide = max(len(label) for label, _ in rows)
    before = INDENT + (wide + APART if wide else 0)
    each = (room - before - APART) // 2
    if each >= LEAST:
        return _columns(rows, names, (0, 1), height, (wide, before, min(each, MOST)), encoding)
    each = max(min(room - before, MOST), 1)
    first, second = (_columns(rows, names, (n,), height, (wide, before, each), encoding) for n in (0, 1))
    return [*first, EMPTY, *second]


def _columns(
    rows: Sequence[Row],
    names: tuple[str, str],
    shown: Sequence[int],
    height: int,
    sizes: tuple[int, int, int],
    encoding: str,
) -> list[Line]:
    wide, before, each = sizes
    lines: list[Line] = [(*space(before), *_apart([padded((Span(names[n], "name"),), each, "centre") for n in shown]))]
    for label, pair in rows:
        drawn = [bars(pair[n].merged(each).counts, height, encoding) for n in shown]
        for at in range(height):
            head = label.rjust(wide) if at == height - 1 else ""
            lead = (*space(INDENT), *padded((Span(head, "label"),), before - INDENT))
            lines.append((*lead, *_apart([padded((Span(own[at], "bar"),), each, "centre") for own in drawn])))
    return [*lines, (*space(before), *_apart([_axis(rows[0][1][n], each) for n in shown]))]


def _axis(histogram: Histogram, each: int) -> Line:
    """The ends and the middle, under the bars; the ends alone where there is little room."""
    parts = len(histogram.merged(each).counts)
    low, high = format_number(histogram.low), format_number(histogram.high)
    middle = parts // 2
    text = low + "0".rjust(middle - len(low)) if middle - len(low) > 1 and parts - middle > len(high) + 1 else low
    return padded((Span(text + high.rjust(parts - len(text)), "caption"),), each, "centre")


def _apart(pieces: Sequence[Line]) -> Line:
    return tuple(span for n, piece in enumerate(pieces) for span in (*(space(APART) if n else ()), *piece))


def bars(counts: Sequence[int], height: int = 3, encoding: str = "utf-8") -> list[str]:
    """The counts as columns, the highest ``height`` lines high; what is not 0 is never drawn as nothing.

    >>> bars([0, 1, 8, 16, 8, 1, 0], height=2)
    ['   █   ', ' ▁███▁ ']
    >>> bars([0, 1, 8, 16, 8, 1, 0], height=2, encoding="ascii")
    ['   #   ', ' .###. ']
    """
    steps = EIGHTHS if Spelling(encoding).whole else PLAIN
    full = len(steps) - 1
    peak = max(counts, default=0)
    tall = [_units(count, peak, height * full) for count in counts]
    return [
        "".join(steps[min(max(units - line * full, 0), full)] for units in tall) for line in reversed(range(height))
    ]


def _units(count: int, peak: int, most: int) -> int:
    """To the nearest step, in whole numbers, so that it is the same everywhere."""
    return max((2 * count * most + peak) // (2 * peak), 1) if count else 0
