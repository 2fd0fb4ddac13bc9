r"""LaTeX as GitHub's Markdown lets it through: no index after a brace, which would be emphasis, and no escaped sign.

>>> from tmat.operations.formula import MatrixSymbol
>>> from tmat.operations.printing.matrices import Matrices
>>> print(Matrices(MARKDOWN_LINE).text(MatrixSymbol("scores1", 0) @ MatrixSymbol("V", 1)))
\mathrm{scores_{1}}\thinspace  V
"""

from __future__ import annotations

from tmat.operations.printing.latex import Latex, LatexLine


class _Markdown(Latex):
    row_end = r"\cr"
    thin = r"\thinspace  "

    def escaped(self, text: str) -> str:
        return super().escaped(text).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")

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
