"""Histograms drawn as bars of characters, side by side, with their axes below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tmat.experiment.histogram import Histogram
from tmat.experiment.scaling import Scaling
from tmat.numbers import format_number
from tmat.rendering.styled import EMPTY, Line, Span, joined, padded, space, trimmed
from tmat.visible import Spelling

EIGHTHS = " ▁▂▃▄▅▆▇█"
PLAIN = " .:#"  # for an encoding without block characters, from empty to full
INDENT, APART = 1, 4
USUAL = 80  # columns by default
LEAST, MOST = 15, 60  # columns of a histogram

Named = tuple[str, Sequence[Histogram]]


def histograms(result: Scaling, *, width: int | None = None, encoding: str = "utf-8") -> list[Line]:
    """Histograms of the scores, undivided next to divided, for each d and for the article's case."""
    spell = Spelling(encoding)
    over = format_number(result.deviation)
    labels = [f"d = {each.d}" for each in result.widths]
    widths = (
        (spell("q·k"), [each.before.histogram for each in result.widths]),
        (spell("q·k / √d"), [each.after.histogram for each in result.widths]),
    )
    article = (
        (spell(f"N(0, {over}²)"), [result.article.before.histogram]),
        (f"over {over}", [result.article.after.histogram]),
    )
    above = _Picture(width or USUAL, encoding, labels, 3).drawn(widths)
    below = _Picture(width or USUAL, encoding, [""], 5).drawn(article)
    return [trimmed(line) for line in (*above, EMPTY, *below)]


@dataclass(frozen=True, slots=True)
class _Picture:
    """A row of histograms for each label; where two do not fit side by side, one stands below the other."""

    room: int
    encoding: str
    labels: Sequence[str]
    height: int

    def drawn(self, named: Sequence[Named]) -> list[Line]:
        wide = max(map(len, self.labels))
        before = INDENT + (wide + APART if wide else 0)
        each = (self.room - before - APART * (len(named) - 1)) // len(named)
        if len(named) > 1 and each < LEAST:
            return [line for n, one in enumerate(named) for line in (*([EMPTY] if n else []), *self.drawn([one]))]
        each = max(min(each, MOST), 1)
        lines = [
            (
                *space(before),
                *joined([padded((Span(name, "name"),), each, "centre") for name, _ in named], space(APART)),
            )
        ]
        for n, label in enumerate(self.labels):
            texts = [bars(own[n].merged(each).counts, self.height, self.encoding) for _, own in named]
            for at, row in enumerate(zip(*texts, strict=True), start=1):
                head = Span(label.rjust(wide) if at == self.height else "", "label")
                drawn = joined([padded((Span(text, "bar"),), each, "centre") for text in row], space(APART))
                lines.append((*space(INDENT), *padded((head,), before - INDENT), *drawn))
        return [*lines, (*space(before), *joined([_axis(own[0], each) for _, own in named], space(APART)))]


def _axis(histogram: Histogram, each: int) -> Line:
    """The axis under the bars: its ends and middle, or its ends alone where there is little room."""
    parts = len(histogram.merged(each).counts)
    low, high = _bounds(histogram, parts)
    middle = parts // 2
    text = low + "0".rjust(middle - len(low)) if middle - len(low) > 1 and parts - middle > len(high) + 1 else low
    return padded((Span(text + high.rjust(parts - len(text)), "caption"),), each, "centre")


def _bounds(histogram: Histogram, parts: int) -> tuple[str, str]:
    """The ends as numbers, with one decimal if they have one and there is room."""
    for decimals in (1, 0):
        low, high = (format_number(end, decimals).removesuffix(".0") for end in (histogram.low, histogram.high))
        if len(low) + len(high) < parts:
            break
    return low, high


def bars(counts: Sequence[int], height: int = 3, encoding: str = "utf-8") -> list[str]:
    """The counts as columns, the largest ``height`` lines high; a count above 0 is always visible.

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
    """The height of a column, rounded in integers, so that every platform draws the same."""
    return max((2 * count * most + peak) // (2 * peak), 1) if count else 0
