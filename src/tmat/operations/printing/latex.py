"""Mathematics in LaTeX: the working of a cell with fractions, a formula over whole matrices on one line."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.operations.expression import Expression, Quotient
from tmat.operations.formula import Places, Selection, Symbol, matrices
from tmat.operations.printing.names import is_index, is_letter, is_worded, parted
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, QUOTIENT, At, Bound
from tmat.operations.printing.typeset import Typeset
from tmat.operations.selections import Choice


class Latex(Typeset):
    r"""The mathematics without the dollars: \frac{e^{s_{11}}}{…}."""

    beside = " "
    times = r" \cdot "
    spaced_times = r" \cdot "
    minus = " - "
    hadamard = r" \circ "
    outer = r" \oplus "
    about = r"\approx"
    given = r"\text{ is given: }"
    row_end = r"\\"
    thin_space = r"\,"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def negative(self, text: str) -> str:
        return f"-{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return rf"\frac{{{at(top, LOOSE)}}}{{{at(bottom, LOOSE)}}}", POWER

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        return f"{at(base, ATOM)}^{{{self._exponent(at, exponent)}}}", POWER

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return f"{at(exponent.top, PRODUCT)}/{at(exponent.bottom, POWER)}"
        return at(exponent, LOOSE)

    def known(self, function: str) -> str:
        return r"\arg\max" if function == "argmax" else f"\\{function}"

    def below(self, stem: str, index: str) -> str:
        return f"{stem}_{{{index}}}"

    def e_to(self, exponent: str) -> str:
        return f"e^{{{exponent}}}"

    def root(self, text: str) -> str:
        return rf"\sqrt{{{text}}}"

    def overlined(self, text: str) -> str:
        return rf"\overline{{{text}}}"

    def series(self, function: str, letter: str, text: str) -> Bound:
        sign = r"\sum" if function == "sum" else self.function(function)
        return f"{sign}_{{{letter}}} {text}", PRODUCT

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        rows = rf"{then} & \text{{where }} {test} \ne 0 {self.row_end} {otherwise} & \text{{else}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM

    def more(self, count: int) -> str:
        return rf"\cdots \text{{ {count} more term{'' if count == 1 else 's'} }} \cdots"

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        comma = "," if any(index > 9 for index in indices) else ""
        below = comma.join(map(str, indices))
        if len(letter) > 1:
            return self.upright(letter, below)
        return _GREEK.get(letter, letter) + (f"_{{{below}}}" if below else "")

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        said = [place if place == running else rf"\text{{{self.escaped(place)}}}" for place in places]
        return self.name(name) + (f"[{', '.join(said)}]" if said else "")

    def number(self, text: str) -> str:
        plain = text.replace("−", "-").replace("∞", r"\infty").replace("π", r"\pi")
        return plain.replace("NaN", r"\text{NaN}")

    def scientific(self, mantissa: str, exponent: int) -> str:
        return rf"{mantissa.replace('−', '-')} \cdot 10^{{{exponent}}}"

    def note(self, text: str) -> str:
        return rf"\quad\text{{({self.escaped(text)})}}"

    def arrow(self, before: str, after: str) -> str:
        return rf"{before} \to {after}"

    def escaped(self, text: str) -> str:
        return latex_text(text)

    def upright(self, text: str, below: str = "") -> str:
        return rf"\mathrm{{{self.escaped(text)}}}" + (f"_{{{below}}}" if below else "")

    def name(self, name: str, index: str = "") -> str:
        r"""A matrix's name: W_Q is W with a Q below, a word stands upright; ``index`` is set below one that has none.

        >>> print(LATEX.name("W_Q"), LATEX.name("scores2"), LATEX.name("layer1.gamma"))
        W_{Q} \mathrm{scores}_{2} \mathrm{layer1.}\gamma
        """
        own = parted(name)
        before = self.upright(own.place) if own.place else ""
        below = index or (own.below if is_index(own.below) else self.upright(own.below))
        if not (own.is_greek or is_letter(own.stem)):
            return before + self.upright(own.stem, below)
        return before + (f"\\{own.stem}" if own.is_greek else own.stem) + (f"_{{{below}}}" if below else "")

    def words(self, text: str) -> str:
        return rf"\operatorname{{{self.escaped(text)}}}"

    def transposed(self, at: At, inner: Expression) -> Bound:
        return rf"{at(inner, ATOM)}^{{\top}}", POWER

    def beside_each_other(self, left: Expression, right: Expression) -> str:
        return f"{self.thin_space} " if is_worded(left) else " "

    def places(self, places: Places) -> str:
        return ":" if places.first is None else rf"{self.thin_space}{places.first}\ldots{places.last}"

    def selection(self, at: At, e: Selection) -> str:
        matrix, places = at(e.matrix, ATOM), ",".join(at(place, LOOSE) for place in e.places)
        if any(any(matrices(place)) for place in e.places):
            return f"{matrix}[{places}]"
        if isinstance(e.matrix, Symbol) and not parted(e.matrix.name).below:
            return self.name(e.matrix.name, places)
        return f"{{{matrix}}}_{{{places}}}"


class LatexLine(Latex):
    """A formula that is no higher than its letters: fractions with a slash, brackets as high as the line."""

    def brackets(self, text: str) -> str:
        return f"({text})"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return at(top, PRODUCT) + self.slash + at(bottom, POWER), QUOTIENT

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        raised = self._exponent(at, exponent)
        return at(base, ATOM) + (f"^{raised}" if len(raised) == 1 else f"^{{{raised}}}"), POWER

    def series(self, function: str, letter: str, text: str) -> Bound:
        return rf"\textstyle\sum_{letter} {text}", POWER


_GREEK = {"μ": r"\mu", "σ": r"\sigma", "γ": r"\gamma", "β": r"\beta"}
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "−": "$-$",
    "∞": r"$\infty$",
    "\n": " ",
    "\r": " ",
    "\t": " ",
}


def latex_text(text: str) -> str:
    r"""A label or a name as LaTeX text: nothing in it is a command, a group or the end of the mathematics.

    >>> print(latex_text("50%_of {it}"))
    50\%\_of \{it\}
    """
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)


LATEX = Latex()
LATEX_LINE = LatexLine()
