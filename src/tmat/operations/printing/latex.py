r"""Mathematics in LaTeX: the working of a cell with fractions, a formula over whole matrices on one line.

>>> print(LATEX.name("W_Q"), LATEX.name("scores2"), LATEX.name("layer1.gamma"))
W_{Q} \mathrm{scores}_{2} \mathrm{layer1.}\gamma
"""

from __future__ import annotations

from tmat.operations.expression import Expression
from tmat.operations.formula import Places
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, At, Bound
from tmat.operations.printing.typeset import Typeset


class Latex(Typeset):
    r"""The mathematics without the dollars: \frac{e^{s_{11}}}{…}."""

    times = spaced_times = r" \cdot "
    minus, negation = " - ", "-"
    hadamard = r" \circ "
    outer = r" \oplus "
    about = r"\approx"
    given = r"\text{ is given: }"
    thin = r"\, "
    top = r"\top"
    to = r" \to "
    not_zero = r" \ne 0"
    dots = r"\cdots"
    quad = r"\quad"
    upright_as, label_as = r"\mathrm{%}", r"\text{%}"
    floor_as = r"\lfloor %\rfloor"
    absolute_as = r"\lvert %\rvert"
    root_as, overlined_as = r"\sqrt{%}", r"\overline{%}"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return rf"\frac{{{at(top, LOOSE)}}}{{{at(bottom, LOOSE)}}}", POWER

    def letter(self, letter: str) -> str:
        return _GREEK.get(letter, letter)

    def escaped(self, text: str) -> str:
        return latex_text(text)

    def words(self, text: str) -> str:
        return rf"\operatorname{{{self.escaped(text)}}}"

    def known(self, function: str) -> str:
        return r"\arg\max" if function == "argmax" else f"\\{function}"

    def scripts(self, stem: str, below: str = "", above: str = "") -> str:
        return stem + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")

    def apart(self, text: str) -> str:
        return f"{{{text}}}"

    def grouped(self, text: str) -> str:
        return f"{{{text}}}"

    def series(self, function: str, letter: str, text: str) -> Bound:
        sign = r"\sum" if function == "sum" else self.function(function)
        return f"{sign}_{{{letter}}} {text}", PRODUCT

    def cases(self, then: str, holds: str, otherwise: str) -> Bound:
        rows = rf"{then} & \text{{where }} {holds} \\ {otherwise} & \text{{else}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM

    def number(self, text: str) -> str:
        plain = text.replace("−", "-").replace("∞", r"\infty").replace("π", r"\pi")
        return plain.replace("NaN", r"\text{NaN}")

    def places(self, places: Places) -> str:
        return ":" if places.first is None else rf"{self.thin[:-1]}{places.first}\ldots{places.last}"


class LatexLine(Latex):
    """A formula of one line: brackets and sums of normal height."""

    def brackets(self, text: str) -> str:
        return f"({text})"

    def scripts(self, stem: str, below: str = "", above: str = "") -> str:
        if len(above) == 1:
            return super().scripts(stem, below) + f"^{above}"
        return super().scripts(stem, below, above)

    def series(self, function: str, letter: str, text: str) -> Bound:
        return rf"\textstyle\sum_{letter} {text}", POWER


_GREEK = {"μ": r"\mu", "σ": r"\sigma", "γ": r"\gamma", "β": r"\beta", "θ": r"\theta"}
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "−": "$-$", "∞": r"$\infty$", "\n": " ", "\r": " ",
    "\t": " ",
}  # fmt: skip


def latex_text(text: str) -> str:
    r"""A label or a name with LaTeX's special characters escaped.

    >>> print(latex_text("50%_of {it}"))
    50\%\_of \{it\}
    """
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)


LATEX = Latex()
LATEX_LINE = LatexLine()
