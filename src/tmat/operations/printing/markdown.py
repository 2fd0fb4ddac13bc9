r"""LaTeX that GitHub's Markdown leaves as it is: no _ after a brace, which would be emphasis, and no escaped brace.

>>> from tmat.operations.formula import MatrixSymbol
>>> from tmat.operations.printing.printer import Matrices
>>> print(Matrices(MARKDOWN_LINE).text(MatrixSymbol("scores1", 0) @ MatrixSymbol("V", 1)))
\mathrm{scores_{1}}\  V
"""

from __future__ import annotations

from tmat.operations.printing.latex import Latex, LatexLine
from tmat.operations.printing.text import LOOSE, Bound


class Markdown(Latex):
    """The working of a cell."""

    thin = r"\  "  # which pandoc knows too
    below = r" \lt "

    def escaped(self, text: str) -> str:
        return super().escaped(text).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")

    def between(self, text: str) -> str:
        return text[: text.startswith(" ")].replace(" ", r"\ ") + self.label(text.strip()) + r"\ "

    def cases(self, then: str, holds: str, otherwise: str) -> Bound:
        return f"{then}{self.between(' where ')}{holds}{self.between(', else ')}{self.apart(otherwise)}", LOOSE

    def word(self, text: str, below: str = "", above: str = "") -> str:
        if not below or "{" in below:
            return super().word(text, below, above)
        return self.scripts(f"{self.upright(text)[:-1]}_{{{below}}}}}", "", above)

    def indexed_function(self, sign: str, below: str) -> str:
        return super().indexed_function(rf"{sign}\nolimits", below)


class MarkdownLine(Markdown, LatexLine):
    """A formula over whole matrices."""


MARKDOWN = Markdown()
MARKDOWN_LINE = MarkdownLine()
