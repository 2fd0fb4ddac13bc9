"""The histograms of the scaling experiment, side by side with their axes below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tmat.experiment.bars import bars
from tmat.experiment.histogram import Histogram
from tmat.experiment.scaling import Scores
from tmat.numbers import format_number
from tmat.rendering.styled import EMPTY, Line, Span, padded, space

APART = 4
LEAST, MOST = 15, 60  # columns of a histogram

Named = tuple[str, Sequence[Scores]]


@dataclass(frozen=True, slots=True)
class Bars:
    """Draws histograms to a width; where two do not fit side by side, one stands below the other."""

    room: int
    encoding: str
    indent: int

    def drawn(self, labels: Sequence[str], named: Sequence[Named], height: int = 3) -> list[Line]:
        """A row of histograms for each label, one for each name."""
        wide = max(map(len, labels))
        before = self.indent + (wide + APART if wide else 0)
        across = len(named)
        each = (self.room - before - APART * (across - 1)) // across
        if across > 1 and each < LEAST:
            return [
                line for n, one in enumerate(named) for line in ([EMPTY] * bool(n) + self.drawn(labels, [one], height))
            ]
        each = max(min(each, MOST), 1)
        lines: list[Line] = []
        if any(name for name, _ in named):
            lines.append((*space(before), *_apart([padded((Span(n, "name"),), each, "centre") for n, _ in named])))
        for n, label in enumerate(labels):
            blocks = [self._block(scores[n].histogram, each, height) for _, scores in named]
            for row in range(height):
                head = label.rjust(wide) if row == height - 1 else ""
                lead = (*space(self.indent), *padded((Span(head, "label"),), before - self.indent))
                lines.append((*lead, *_apart([block[row] for block in blocks])))
        return [*lines, (*space(before), *_apart([_axis(scores[0].histogram, each) for _, scores in named]))]

    def _block(self, histogram: Histogram, each: int, height: int) -> list[Line]:
        texts = bars(histogram.merged(each).counts, height, self.encoding)
        return [padded((Span(text, "bar"),), each, "centre") for text in texts]


def _axis(histogram: Histogram, each: int) -> Line:
    """The ends and the middle, under the bars; the ends alone where there is little room."""
    parts = len(histogram.merged(each).counts)
    low, high = format_number(histogram.low), format_number(histogram.high)
    middle = parts // 2
    text = low + "0".rjust(middle - len(low)) if middle - len(low) > 1 and parts - middle > len(high) + 1 else low
    return padded((Span(text + high.rjust(parts - len(text)), "caption"),), each, "centre")


def _apart(pieces: Sequence[Line]) -> Line:
    spans: list[Span] = []
    for n, piece in enumerate(pieces):
        spans += [*(space(APART) if n else ()), *piece]
    return tuple(spans)
