"""The scaling experiment as tables and histograms, in lines of spans."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tmat.experiment.columns import Group, side_by_side
from tmat.experiment.histograms import Bars
from tmat.experiment.saturation import Saturation
from tmat.experiment.scaling import Comparison, Estimate, Scaling
from tmat.numbers import format_number
from tmat.rendering.layout.wrap import folded, words
from tmat.rendering.styled import EMPTY, Line, Span, columns, plain, space, trimmed
from tmat.spelling import Spelling

USUAL = 80  # the width to lay out for where nobody said one
INDENT = 5


def scaling_lines(result: Scaling, *, width: int | None = None, encoding: str = "utf-8") -> list[Line]:
    """The whole experiment: the estimates beside theory, softmax of both, the histograms, the article's case."""
    page = _Page(USUAL if width is None else width, encoding)
    spell = page.spell
    before, after = spell("q·k"), spell("q·k/√d")
    over = format_number(result.deviation)
    both = (spell(f"N(0, {over}²)"), f"over {over}")
    widths, article = result.widths, result.article
    rows = f"{_count(result.queries, 'row')} of {_count(result.keys, 'key')}"
    named = [(before, [each.before for each in widths]), (after, [each.after for each in widths])]
    parts = [
        page.heading(result),
        page.title(1, "q·k and q·k / √d", "theory: mean 0, variance d; divided by √d, variance 1"),
        page.estimates([str(each.d) for each in widths], widths, (before, after)),
        page.verdict(result),
        page.title(2, f"softmax over {rows}", "the median row; entropy in nats; gradient: ‖∂w/∂s‖"),
        page.softmaxes(widths, (before, after)),
        page.title(3, "histograms", "each to its own height"),
        page.bars.drawn([f"d = {each.d}" for each in widths], named),
        page.title(
            4, f"{_count(result.article_draws, 'draw')} of {both[0]}, and the same over {over}", "softmax over all"
        ),
        page.estimates([], [article], both),
        page.article(article, both),
        page.bars.drawn([""], [("", [article.before]), ("", [article.after])], height=5),
    ]
    return [trimmed(line) for n, part in enumerate(parts) for line in ([EMPTY] * bool(n) + part)]


def to_text(result: Scaling, *, width: int | None = None, encoding: str = "utf-8") -> str:
    """The experiment as bare text."""
    return "".join(plain(line) + "\n" for line in scaling_lines(result, width=width, encoding=encoding))


class _Page:
    """What is printed, to a width and in the characters that there are."""

    def __init__(self, room: int, encoding: str) -> None:
        self.room = room
        self.bars = Bars(room, encoding, INDENT)
        self._spelling = Spelling(encoding)

    def spell(self, text: str) -> str:
        if not self._spelling.whole:
            text = text.replace("±", "+/-").replace("‖∂w/∂s‖", "|dw/ds|")
        return self._spelling(text)

    def heading(self, result: Scaling) -> list[Line]:
        told = [f"seed {result.seed}", f"{_count(result.draws, 'draw')} of q·k for each d", "q, k standard normal"]
        pieces: list[Line] = [(Span(self._spelling.word(text), "caption"),) for text in told]
        mark: Line = (Span(self.spell(" ·"), "caption"),)
        pieces = [(*piece, *mark) for piece in pieces[:-1]] + pieces[-1:]
        return folded([(Span(" scaling", "heading"), *space(4), *pieces[0]), *pieces[1:]], self.room, indent=4)

    def title(self, number: int, name: str, caption: str) -> list[Line]:
        """A number and what follows; the caption beside it, or below where there is no room."""
        name, caption = self.spell(name), self.spell(caption)
        lead: Line = (Span(f" {number}   ", "number"),)
        if INDENT + columns((Span(name), Span(caption))) + 3 <= self.room:
            return [(*lead, Span(name, "name"), *space(3), Span(caption, "caption"))]
        first, *rest = words(name, "name")
        return [*folded([(*lead, *first), *rest], self.room, indent=INDENT), *self._indented(words(caption, "caption"))]

    def estimates(self, numbers: Sequence[str], compared: Sequence[Comparison], names: tuple[str, str]) -> list[Line]:
        """Two rows a comparison: as it comes, and divided."""
        scored = [scores for each in compared for scores in (each.before, each.after)]
        rows = [_cells((name, "name")) for _ in compared for name in names]
        label = Group("", ("",), tuple(rows), "l")
        if numbers:
            own = [number for each in numbers for number in (each, "")]
            rows = [(*_cells((number, "number")), *row) for number, row in zip(own, rows, strict=True)]
            label = Group("", ("d", ""), tuple(rows), "rl")
        means = self._measured("mean ± se", [scores.mean for scores in scored])
        variances = self._measured("variance ± se", [scores.variance for scores in scored])
        return side_by_side(label, [means, variances], self.room, indent=INDENT)

    def _measured(self, head: str, estimates: Sequence[Estimate]) -> Group:
        pairs = []
        for each in estimates:
            # Two significant digits of the error: more of the estimate would say nothing.
            decimals = max(1 - math.floor(math.log10(each.error)), 0)
            pairs.append((format_number(each.value, decimals), format_number(each.error, decimals)))
        wide = max(len(error) for _, error in pairs)
        rows = [
            _cells(
                (self.spell(f"{value} ± {error:{wide}}"), "result"),
                (format_number(each.theory), "given"),
                (format_number(each.off, 1), "caption"),
            )
            for (value, error), each in zip(pairs, estimates, strict=True)
        ]
        return Group("", (self.spell(head), "theory", "off"), tuple(rows))

    def verdict(self, result: Scaling) -> list[Line]:
        """Whether theory holds: no estimate is further off than chance allows."""
        estimates = list(result.estimates())
        outside = sum(abs(each.off) > result.bound for each in estimates)
        bound = format_number(result.bound, 1)
        told = f"All {len(estimates)} estimates, with those of 4, are within {bound}: theory holds."
        if outside:
            told = (
                f"{outside} of {len(estimates)} estimates, with those of 4, are off by more than {bound}: theory fails."
            )
        said = words("se: standard error; off: by how many of them.", "caption")
        return self._indented([*said, *words(told, "wrong" if outside else "right")])

    def softmaxes(self, compared: Sequence[Comparison], heads: tuple[str, str]) -> list[Line]:
        label = Group("", ("d",), tuple(_cells((str(each.d), "number")) for each in compared))
        both = [(each.before.softmax, each.after.softmax) for each in compared]
        highest = format_number(math.log(both[0][0].keys), 3)
        told = [("largest weight", "largest", 4), (f"entropy ≤ {highest}", "entropy", 3), ("gradient", "gradient", 4)]
        groups = []
        for title, name, decimals in told:
            texts = [[_short(getattr(each, name), decimals) for each in pair] for pair in both]
            rows = tuple(_cells((one, "given"), (other, "result")) for one, other in texts)
            groups.append(Group(self.spell(title), heads, rows))
        return side_by_side(label, groups, self.room, indent=INDENT)

    def article(self, compared: Comparison, names: tuple[str, str]) -> list[Line]:
        """What softmax makes of all the article's draws at once."""
        both: list[Saturation] = [compared.before.softmax, compared.after.softmax]
        told = {
            "largest weight": [_short(each.largest, 4) for each in both],
            "weights > 1e-6": [f"{each.noticed:,.0f}" for each in both],
            "entropy": [_short(each.entropy, 4) for each in both],
            "gradient": [_short(each.gradient, 4) for each in both],
        }
        label = Group("", ("softmax of",), tuple(_cells((name, "name")) for name in names), "l")
        groups = [Group("", (head,), tuple(_cells((text, "result")) for text in texts)) for head, texts in told.items()]
        return side_by_side(label, groups, self.room, indent=INDENT)

    def _indented(self, pieces: Sequence[Line]) -> list[Line]:
        return [(*space(INDENT), *line) for line in folded(pieces, self.room - INDENT)]


def _short(x: float, decimals: int) -> str:
    """A number that is never shown as 0 when it is only small."""
    return f"{x:.1e}" if 0 < abs(x) < 9.5 * 10.0**-decimals else format_number(x, decimals)


def _count(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _cells(*texts: tuple[str, str]) -> tuple[Line, ...]:
    return tuple((Span(text, role),) for text, role in texts)
