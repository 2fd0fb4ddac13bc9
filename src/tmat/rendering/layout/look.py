"""How a worksheet is to look: decimals, how much of a big matrix, what the output can print, and heat.

Heat is a colour for a number, or a character, with a scale that says what it means. Numbers from 0 to 1 (attention weights,
probabilities) run from 0 to 1; others from 0 to the largest; where there are negative ones, zero is in the middle. Both
colour scales keep their order without colour vision and in grey: viridis, and blue to red over white.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tmat.rendering.styled import Line, Span
from tmat.sheet.worksheet import Array


@dataclass(eq=False, repr=False)
class Look:
    """The reader's choices, and what the output can print.

    ``digits``: decimals of every matrix (else up to four, or those it was rounded to).
    ``heat``: shade every result (True), or the named matrices.
    ``full``: big matrices whole, else by their edges; None: whole where the width is not limited.
    ``only``: the matrices to show.
    ``top``: how many of the likeliest words are listed.
    ``encoding``: what the output can print; characters it lacks are replaced ([ for ⎡, sqrt for √).
    ``glyphs``: heat in ░▒▓█ beside the number, for where there are no colours.
    ``fragment``: LaTeX for a document of one's own, without a preamble.
    ``whole``: how to have all of what is cut, said beside it.
    ``work``: the cells whose working a page shows (as ``--work`` takes them); None: of each step the first.
    ``width``: columns, where the format has a fixed width (SVG).
    """

    digits: int | None = None
    heat: bool | frozenset[str] = False
    full: bool | None = None
    only: tuple[str, ...] | None = None
    top: int = 5
    encoding: str = "utf-8"
    glyphs: bool = False
    fragment: bool = False
    whole: str = ""
    work: tuple[str, ...] | None = None
    width: int | None = None


GLYPHS = " ░▒▓█"
ONE_SIDED = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
TWO_SIDED = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43))
RAMP = 20  # cells of a printed scale


@dataclass(frozen=True, slots=True)
class Scale:
    """From ``low`` to ``high``; two-sided where zero is in the middle."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Scale:
        """The scale that suits a matrix.

        >>> Scale.of(np.array([[0.2, 0.8]])), Scale.of(np.array([[-3.0, 2.0]]))
        (Scale(low=0.0, high=1.0), Scale(low=-3.0, high=3.0))
        """
        finite = values[np.isfinite(values)]
        least, largest = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
        if least < 0.0:
            reach = max(-least, largest)
            return cls(-reach, reach)
        return cls(0.0, largest if largest > 1.0 else 1.0)

    @property
    def two_sided(self) -> bool:
        return self.low < 0.0

    def place(self, x: float) -> float:
        """A number's place on the scale, from 0 to 1; an infinity stands at its end."""
        if x != x:
            return 0.5 if self.two_sided else 0.0
        x = min(max(x, self.low), self.high)
        return (x / self.high + 1.0) / 2.0 if self.two_sided else x / self.high

    def colour(self, x: float) -> str:
        return _mixed(TWO_SIDED if self.two_sided else ONE_SIDED, self.place(x))

    def glyph(self, x: float) -> str:
        """The distance from zero in five steps; the number itself has the sign."""
        place = self.place(x)
        far = abs(2.0 * place - 1.0) if self.two_sided else place
        return GLYPHS[min(int(far * 5.0), 4)]


def _mixed(anchors: tuple[tuple[int, int, int], ...], place: float) -> str:
    at = place * (len(anchors) - 1)
    n = min(int(at), len(anchors) - 2)
    share = at - n
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(anchors[n], anchors[n + 1], strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def ink(shade: str) -> str:
    """Black or white, whichever reads better on a background (WCAG 2.1, relative luminance).

    >>> ink("#440154"), ink("#fde725")
    ('#ffffff', '#000000')
    """
    parts = [int(shade[n : n + 2], 16) / 255.0 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def scale_pieces(scale: Scale, *, glyphs: bool) -> list[Line]:
    """The scale as a reader needs it beside a heat map, in pieces that may be folded."""
    if not glyphs:
        ends = np.linspace(scale.low, scale.high, RAMP).tolist()
        ramp = (Span(" ", "", scale.colour(x)) for x in ends)
        return [(Span(f"{scale.low:.4g} ", "caption"), *ramp, Span(f" {scale.high:.4g}", "caption"))]
    told = [f"{mark} from {scale.high * n / len(GLYPHS):.3g}" for n, mark in enumerate(GLYPHS) if n]
    return [(Span(text, "caption"),) for text in (*told, *(["on either side of 0"] if scale.two_sided else []))]
