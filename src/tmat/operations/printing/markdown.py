r"""LaTeX that GitHub's Markdown leaves as it is: no _ after a brace, which would be emphasis, and no escaped brace.

>>> from tmat.operations.formula import MatrixSymbol
>>> from tmat.operations.printing.matrices import Matrices
>>> print(Matrices(MARKDOWN_LINE).text(MatrixSymbol("scores1", 0) @ MatrixSymbol("V", 1)))
\mathrm{scores_{1}}\  V
"""

from __future__ import annotations

from tmat.operations.printing.latex import Latex, LatexLine
from tmat.operations.printing.text import LOOSE, At, Bound
from tmat.operations.selections import Choice, Larger


class _Markdown(Latex):
    thin = r"\  "  # which pandoc knows too
    below = r" \lt "

    def escaped(self, text: str) -> str:
        return super().escaped(text).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        holds = test if isinstance(choice.test, Larger) else rf"{test} \ne 0"
        return rf"{then}\ \text{{where}}\ {holds}\text{{, else}}\ {otherwise}", LOOSE

    def word(self, text: str, below: str = "", above: str = "") -> str:
        if not below or "{" in below:
            return super().word(text, below, above)
        return self.scripts(f"{self.upright(text)[:-1]}_{{{below}}}}}", "", above)

    def indexed_function(self, sign: str, below: str) -> str:
        return super().indexed_function(rf"{sign}\nolimits", below)


class Markdown(_Markdown):
    """The working of a cell."""


class MarkdownLine(_Markdown, LatexLine):
    """A formula over whole matrices."""


MARKDOWN = Markdown()
MARKDOWN_LINE = MarkdownLine()
